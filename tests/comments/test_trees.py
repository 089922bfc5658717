"""Whatever is done to conversations, in any order: the trees stay whole, and a plain model of the rules agrees.

The model knows for each comment its parent, its own state and which branches are hidden; nothing of MPTT.
"""

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from accounts.models import User
from articles.models import Article, NotAllowed
from comments.integrity import problems
from comments.models import MAX_LEVEL, Comment, Decision, State
from tests.people import say

pytestmark = pytest.mark.django_db

SEEDS = range(6)
STEPS = 200
# Low, so that many replies meet it.
DEEPEST = 2


@pytest.fixture
def low_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comments.models.posting.MAX_LEVEL", DEEPEST)


@dataclass
class Model:
    """What the comments should be, worked out the slow and simple way."""

    parents: dict[int, int | None] = field(default_factory=dict)
    states: dict[int, str] = field(default_factory=dict)
    # The states before the moderators' hides that are in force, and the branches hidden.
    before: dict[int, str] = field(default_factory=dict)
    branches: set[int] = field(default_factory=set)

    def path(self, pk: int) -> list[int]:
        """The comment and all above it."""
        found, at = [], pk
        while at:
            found.append(at)
            at = self.parents[at] or 0
        return found

    def hides(self, pk: int) -> int:
        return len(self.branches.intersection(self.path(pk)))

    def visible(self, pk: int) -> bool:
        return self.states[pk] == State.PUBLISHED and not self.hides(pk)

    def walk(self) -> list[tuple[int, int]]:
        """All comments with their levels as a page shows them: replies below, in the order they came."""
        return [(pk, len(self.path(pk)) - 1) for pk in sorted(self.parents, key=lambda pk: self.path(pk)[::-1])]


class Site:
    """Does the same to the real comments and to the model."""

    def __init__(self, article: Article, reader: User, moderator: User, seed: int) -> None:
        self.article, self.reader, self.moderator = article, reader, moderator
        self.dice, self.model = random.Random(seed), Model()

    def any(self) -> Comment:
        return Comment.objects.get(pk=self.dice.choice(list(self.model.parents)))

    def step(self) -> None:
        actions = [self.open, self.reply, self.reply, self.reply, self.hide, self.hide_branch, self.restore]
        actions += [self.withdraw, self.erase, self.hold, self.hold, self.approve, self.restore, self.hide_branch]
        self.dice.choice(actions)() if self.model.parents else self.open()

    def open(self) -> None:
        self._wrote(say(self.reader, self.article), None)

    def reply(self) -> None:
        parent = self.any()
        try:
            comment = say(self.reader, self.article, parent=parent)
        except NotAllowed:
            assert not self.model.visible(parent.pk)
        else:
            assert self.model.visible(parent.pk)
            self._wrote(comment, parent.pk if parent.level < DEEPEST else parent.parent_id)

    def hold(self) -> None:
        """A reply that waits for a moderator."""
        parent = self.any()
        comment = Comment(text="Wait.", author=self.reader, name=self.reader.name, state=State.HELD)
        Comment.objects.bring_in(comment, self.article, parent=parent)
        self._wrote(comment, parent.pk if parent.level < DEEPEST else parent.parent_id)

    def _wrote(self, comment: Comment, parent_id: int | None) -> None:
        self.model.parents[comment.pk], self.model.states[comment.pk] = parent_id, comment.state

    def hide(self) -> None:
        comment = self.any()
        state = self.model.states[comment.pk]
        if comment.hide(self.moderator, "abuse"):
            assert state in (State.PUBLISHED, State.HELD)
            self.model.before[comment.pk], self.model.states[comment.pk] = state, State.HIDDEN

    def hide_branch(self) -> None:
        comment, seen = self.any(), self.seen()
        reach = comment.hide_branch(self.moderator, "off-topic")
        self.model.branches.add(comment.pk)
        assert reach == seen - self.seen()

    def restore(self) -> None:
        comment, seen = self.any(), self.seen()
        reach = comment.restore(self.moderator)
        self.model.branches.discard(comment.pk)
        if self.model.states[comment.pk] == State.HIDDEN:
            self.model.states[comment.pk] = self.model.before[comment.pk]
        assert reach == self.seen() - seen

    def withdraw(self) -> None:
        comment = self.any()
        if comment.withdraw():
            assert self.model.states[comment.pk] in (State.PUBLISHED, State.HELD)
            self.model.states[comment.pk] = State.WITHDRAWN

    def erase(self) -> None:
        comment = self.any()
        Comment.objects.filter(pk=comment.pk).erase()
        self.model.states[comment.pk] = State.ERASED

    def approve(self) -> None:
        comment = self.any()
        if comment.approve(self.moderator):
            self.model.states[comment.pk] = State.PUBLISHED

    def seen(self) -> int:
        return sum(map(self.model.visible, self.model.parents))


def rows(**filters: Any) -> dict[int, tuple[str, int, bool, str]]:
    fields = ("state", "hides", "visible", "hidden_for")
    return {pk: tuple(rest) for pk, *rest in Comment.objects.filter(**filters).values_list("pk", *fields)}


def state_of(article: Article) -> tuple[object, ...]:
    """Everything that an exact undo brings back."""
    article.refresh_from_db()
    trees = list(Comment.objects.order_by("id").values_list("id", "lft", "rght", "level", "tree_id", "invisible"))
    return trees, rows(), article.comment_count, article.conversation_count


@pytest.mark.parametrize("seed", SEEDS)
def test_after_any_sequence_of_actions_the_comments_are_what_the_rules_say(
    article: Article, nadia: User, mo: User, low_cap: None, seed: int
) -> None:
    site = Site(article, nadia, mo, seed)
    for _ in range(STEPS):
        site.step()
    model = site.model
    assert {pk: row[:3] for pk, row in rows().items()} == {
        pk: (model.states[pk], model.hides(pk), model.visible(pk)) for pk in model.parents
    }
    assert list(Comment.objects.order_by("tree_id", "lft").values_list("pk", "level")) == model.walk()
    article.refresh_from_db()
    assert article.comment_count == site.seen()
    assert problems(article.pk) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_hides_undone_in_any_order_bring_back_exactly_what_was(
    article: Article, nadia: User, mo: User, low_cap: None, seed: int
) -> None:
    site = Site(article, nadia, mo, seed)
    for _ in range(40):
        site.dice.choice(
            [site.open, site.reply, site.reply, site.hold, site.withdraw] if site.model.parents else [site.open]
        )()
    before = state_of(article)
    hidden = [site.any() for _ in range(25)]
    for comment in hidden:
        site.dice.choice([comment.hide, comment.hide_branch])(mo, "abuse")
    assert state_of(article) != before
    assert problems(article.pk) == []
    for comment in site.dice.sample(hidden, len(hidden)):
        comment.restore(mo)
        assert problems(article.pk) == []
    assert state_of(article) == before


def test_many_comments_hidden_at_once_come_back_at_once(article: Article, nadia: User, mo: User) -> None:
    comments = [say(nadia, article)]
    dice = random.Random(1)
    for _ in range(60):
        comments.append(say(nadia, article, parent=dice.choice([None, *comments])))
    before = state_of(article)
    assert Comment.objects.all().hide(mo, "spam") == len(comments)
    assert not Comment.objects.visible().exists()
    assert Comment.objects.all().restore(mo) == len(comments)
    assert state_of(article) == before


def test_branches_chosen_together_are_hidden_by_one_decision_about_the_topmost(
    article: Article, nadia: User, mo: User
) -> None:
    top = say(nadia, article)
    reply = say(nadia, article, parent=top)
    say(nadia, article, parent=reply)
    other = say(nadia, article)
    before = state_of(article)
    assert Comment.objects.all().hide_branch(mo, "abuse") == 4
    assert set(Decision.objects.values_list("comment", "reach")) == {(top.pk, 3), (other.pk, 1)}
    assert Comment.objects.all().restore(mo) == 4
    assert state_of(article) == before


def test_a_reply_to_the_deepest_comment_stands_beside_it_and_says_so(article: Article, nadia: User) -> None:
    comment = say(nadia, article)
    for _ in range(MAX_LEVEL):
        comment = say(nadia, article, parent=comment)
    beside = say(nadia, article, parent=comment)
    assert (beside.level, beside.parent, beside.answers) == (MAX_LEVEL, comment.parent, comment)
    assert problems(article.pk) == []
