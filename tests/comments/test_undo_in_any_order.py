"""Whatever was decided, in whatever order, undoing it in whatever order brings back exactly what was there."""

import random
from itertools import combinations, permutations

import pytest

from accounts.models import User
from articles.models import Article
from comments.models import Comment, State
from tests.comments.exact import assert_exact, rows
from tests.people import say

Tree = dict[int, Comment]

# Comment 5 waits for a look.            1
#                                      2   6
#                                     3 5
#                                     4
ANSWERS = {1: None, 2: 1, 3: 2, 4: 3, 5: 2, 6: 1}
DECISIONS = [("hide_branch", 1), ("hide_branch", 2), ("hide", 3), ("hide_branch", 3), ("hide", 5)]


def _name(decisions: tuple[tuple[str, int], ...]) -> str:
    return ", ".join(f"{kind} {number}" for kind, number in decisions)


@pytest.fixture
def tree(nadia: User, article: Article) -> Tree:
    comments: Tree = {}
    for number, answered in ANSWERS.items():
        if number == 5:
            article.edit(comment_policy=Article.CommentPolicy.HELD)
        comments[number] = say(nadia, article, parent=comments.get(answered or 0))
        article.edit(comment_policy=Article.CommentPolicy.OPEN)
    return comments


@pytest.mark.parametrize("chosen", [*combinations(DECISIONS, 2), *combinations(DECISIONS, 3)], ids=_name)
def test_undo_is_exact_in_every_order(
    mo: User, article: Article, tree: Tree, chosen: tuple[tuple[str, int], ...]
) -> None:
    before = rows(article)
    for done in (chosen, chosen[::-1]):
        for undone in permutations(sorted({number for _kind, number in chosen})):
            for kind, number in done:
                getattr(tree[number], kind)(mo, "abuse")
                assert_exact(article)
            for number in undone:
                tree[number].restore(mo)
                assert_exact(article)
            assert rows(article) == before, f"{done}, undone {undone}"


@pytest.mark.parametrize("chosen", [*combinations(DECISIONS, 2)], ids=_name)
def test_what_its_author_withdraws_meanwhile_stays_withdrawn_and_nothing_else(
    mo: User, article: Article, tree: Tree, chosen: tuple[tuple[str, int], ...]
) -> None:
    before = {row["pk"]: row for row in rows(article)}
    for kind, number in chosen:
        getattr(tree[number], kind)(mo, "abuse")
    tree[4].withdraw()
    assert_exact(article)
    for _kind, number in chosen:
        tree[number].restore(mo)
    before[tree[4].pk] |= {"state": State.WITHDRAWN, "visible": False}
    before[tree[1].pk]["invisible"] += 1
    assert {row["pk"]: row for row in rows(article)} == before
    assert_exact(article)


@pytest.mark.parametrize("chosen", [*combinations(DECISIONS, 2)], ids=_name)
def test_what_is_erased_meanwhile_stays_erased(
    mo: User, article: Article, tree: Tree, chosen: tuple[tuple[str, int], ...]
) -> None:
    for kind, number in chosen:
        getattr(tree[number], kind)(mo, "abuse")
    Comment.objects.filter(pk=tree[3].pk).erase(mo)
    for _kind, number in chosen:
        tree[number].restore(mo)
        assert_exact(article)
    erased = Comment.objects.get(pk=tree[3].pk)
    assert (erased.state, erased.text, erased.html, erased.name, erased.hides) == (State.ERASED, "", "", "", 0)


def test_all_decisions_at_once_are_undone_at_once(mo: User, article: Article, tree: Tree) -> None:
    before = rows(article)
    for kind, number in DECISIONS:
        getattr(tree[number], kind)(mo, "abuse")
    comments = Comment.objects.filter(article=article)
    assert comments.visible().count() == 0
    assert comments.restore(mo) == 5
    assert rows(article) == before
    assert_exact(article)


@pytest.mark.parametrize("seed", range(4))
def test_a_long_day_of_everything_leaves_nothing_inexact(
    nadia: User, tom: User, mo: User, article: Article, seed: int
) -> None:
    dice = random.Random(seed)
    say(nadia, article)
    for _ in range(120):
        comment = dice.choice(Comment.objects.all())
        some = Comment.objects.filter(pk__in=dice.sample(range(1, comment.pk + 5), 4))
        act = dice.choice(
            ["say", "say", "hold", "hide", "hide_branch", "restore", "restore", "withdraw", "approve", "erase"]
        )
        if act in ("say", "hold"):
            state = State.HELD if act == "hold" else State.PUBLISHED
            Comment.objects.bring_in(
                Comment(name="Tom", author=tom, text="!", state=state),
                article,
                parent=dice.choice([comment, comment, None]),
            )
        elif act in ("hide", "hide_branch"):
            getattr(some, act)(mo, "spam")
        elif act == "withdraw":
            some.withdraw()
        else:
            getattr(some, act)(mo)
        assert_exact(article)
    Comment.objects.restore(mo)
    assert not Comment.objects.filter(hides__gt=0).exists()
    assert not Comment.objects.filter(state=State.HIDDEN).exists()
    assert_exact(article)
