"""What changes whether comments are seen: one method per action, for one comment or thousands.

Each runs in one transaction with its trees locked, the counters of trees and articles exact, and a Decision row for
every comment where a moderator acts. What an action does not fit (a comment hidden already, say) it leaves alone.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.db import transaction
from django.db.models import Case, F, FloatField, Value, When
from django.db.models.functions import Cast
from django.utils import timezone
from mptt.querysets import TreeQuerySet

from articles.models import Article
from comments import tasks
from comments.models.decision import Decision, State
from comments.models.numbers import count_entry, next_comment_change
from comments.models.reading import Revision, wilson_score
from newsroom import markup

if TYPE_CHECKING:
    from comments.models.comment import Comment

CHUNK = 1_000

# The ids of a tree, of its article, and of the entry that it is about.
Tree = tuple[int, int, int | None]
# The new change number of each article, by its id.
Numbers = dict[int, int]


class CommentQuerySet(TreeQuerySet):  # django-mptt has no types
    def visible(self) -> Self:
        return self.filter(visible=True)

    def held(self) -> Self:
        return self.filter(state=State.HELD)

    def branch(self, top: "Comment") -> Self:
        """A comment with all its replies. Reads the tree fields of `top`, so they must be fresh (its root locked)."""
        return self.filter(tree_id=top.tree_id, lft__gte=top.lft, rght__lte=top.rght)

    def hide(self, by: Any, reason: str, note: str = "") -> int:
        """Hides comments one by one; their replies stay. Returns how many were hidden."""
        with self._locked() as comments:
            targets = [comment for comment in comments if comment.state in (State.PUBLISHED, State.HELD)]
            numbers = _take_numbers(targets)
            decisions = _decide(Decision.Kind.HIDE, targets, by, reason=reason, note=note)
            self._count(self._set_state(targets, State.HIDDEN, numbers, hidden_for=reason))
            _tell_of(decisions)
        return len(targets)

    def hide_branch(self, by: Any, reason: str, note: str = "") -> int:
        """Hides comments with all their replies. Returns how many comments readers see less.

        Where one of them lies in the branch of another, the decision is made about the topmost only.
        """
        shown: Counter[Tree] = Counter()
        with self._locked() as comments:
            hides = _active([comment.pk for comment in comments])
            hidden_already = {hide.comment_id for hide in hides if hide.kind == Decision.Kind.HIDE_BRANCH}
            tops = [top for top in _topmost(comments) if top.pk not in hidden_already]
            numbers = _take_numbers(tops)
            decisions = []
            for top in tops:
                flipped = self._shift_branch(top, 1, numbers)
                decisions += _decide(Decision.Kind.HIDE_BRANCH, [top], by, reason=reason, note=note, reach=flipped)
                shown[_tree(top)] -= flipped
            self._in_chunks(tops, hidden_for=reason)
            self._count(shown)
            _tell_of(decisions)
        return -sum(shown.values())

    def restore(self, by: Any, note: str = "") -> int:
        """Undoes every hide decided about these comments, exactly. Returns how many comments readers see more.

        What was hidden, held or withdrawn for another cause stays so, below them too.
        """
        shown: Counter[Tree] = Counter()
        with self._locked() as comments:
            by_id = {comment.pk: comment for comment in comments}
            undoable = list(_undoable(by_id))
            numbers = _take_numbers([by_id[pk] for _kind, _was, decisions in undoable for pk in decisions])
            made = []
            for kind, was, decisions in undoable:
                targets = [by_id[pk] for pk in decisions]
                if kind == Decision.Kind.HIDE:
                    made += _decide(Decision.Kind.RESTORE, targets, by, note=note, undoes=decisions, becomes=was)
                    shown.update(self._set_state(targets, was, numbers, hidden_for=""))
                else:
                    for top in targets:
                        flipped = self._shift_branch(top, -1, numbers)
                        made += _decide(Decision.Kind.RESTORE, [top], by, note=note, undoes=decisions, reach=flipped)
                        shown[_tree(top)] += flipped
                    self._in_chunks(targets, hidden_for="")
            self._count(shown)
            _tell_of(made)
        return sum(shown.values())

    def approve(self, by: Any, note: str = "") -> int:
        """Publishes held comments, of which their readers are told only now. Returns how many."""
        with self._locked() as comments:
            targets = [comment for comment in comments if comment.state == State.HELD]
            numbers = _take_numbers(targets)
            decisions = _decide(Decision.Kind.APPROVE, targets, by, note=note, becomes=State.PUBLISHED)
            self._count(self._set_state(targets, State.PUBLISHED, numbers))
            _tell_of(decisions)
            if targets:
                tasks.tell.enqueue([comment.pk for comment in targets])
        return len(targets)

    def withdraw(self) -> int:
        """Takes comments back for their author; where they have replies a tombstone stays. Returns how many."""
        with self._locked() as comments:
            targets = [comment for comment in comments if comment.state in (State.PUBLISHED, State.HELD)]
            self._count(self._set_state(targets, State.WITHDRAWN, _take_numbers(targets)))
        return len(targets)

    def erase(self, by: Any = None, note: str = "") -> int:
        """Removes text, name and author for good; others' answers stay. `by` is a moderator, or None for the author."""
        with self._locked() as comments:
            targets = [comment for comment in comments if comment.state != State.ERASED]
            numbers = _take_numbers(targets)
            if by is not None:
                _decide(Decision.Kind.ERASE, targets, by, note=note)
            for chunk in _chunks([comment.pk for comment in targets]):
                Revision.objects.filter(comment__in=chunk).delete()
            gone = {"text": "", "html": "", "name": "", "badge": "", "author": None, "key": None, "hidden_for": ""}
            self._count(self._set_state(targets, State.ERASED, numbers, **gone, edited_at=None, picked_at=None))
        return len(targets)

    def pick(self, by: Any) -> int:
        """Marks comments that readers see as the editors' picks. Returns how many."""
        with self._locked() as comments:
            targets = [comment for comment in comments if comment.visible and comment.picked_at is None]
            decisions = _decide(Decision.Kind.PICK, targets, by, becomes=State.PUBLISHED)
            self._mark(targets, picked_at=timezone.now())
            _tell_of(decisions)
        return len(targets)

    def unpick(self, by: Any) -> int:
        with self._locked() as comments:
            targets = [comment for comment in comments if comment.picked_at is not None]
            _decide(Decision.Kind.UNPICK, targets, by, reach=0)
            self._mark(targets, picked_at=None)
        return len(targets)

    def delete(self) -> NoReturn:
        raise TypeError("Comments are hidden or erased, never deleted: their replies would lose their place.")

    def _all(self) -> Self:
        return self.model._tree_manager.using(self.db)

    @contextmanager
    def _locked(self) -> "Iterator[list[Comment]]":
        """These comments as they are once their trees are locked, in the order of the locks."""
        with transaction.atomic(using=self.db):
            found = list(self.order_by().values_list("pk", "tree_id"))
            lock_roots(self._all(), (tree_id for _pk, tree_id in found))
            comments: list[Comment] = []
            for chunk in _chunks([pk for pk, _tree_id in found]):
                comments += self._all().filter(pk__in=chunk).defer("text", "html")
            yield sorted(comments, key=lambda comment: (comment.tree_id, comment.lft))

    def _rewrite(self, comments: "list[Comment]", text: str, state: State, now: datetime) -> None:
        """An edit: their new text, and what state they are in with it."""
        html = markup.comment_html(text)
        numbers = _take_numbers(comments)
        # The editors have picked other words.
        fields = {"text": text, "html": html, "edited_at": now, "picked_at": None}
        self._count(self._set_state(comments, state, numbers, **fields))

    def _count_recommends(self, comments: "list[Comment]", more: int) -> None:
        """One recommendation more (1) or less (-1). What "best" sorts roots by follows from their number."""
        number = F("recommends") + more
        score = Case(When(parent=None, then=wilson_score(Cast(number, FloatField()))), default=Value(0.0))
        self._in_chunks(comments, recommends=number, score=score)
        _take_numbers(comments)

    def _mark(self, comments: "list[Comment]", **fields: Any) -> None:
        """Sets what readers see of comments and what does not change whether they see them."""
        for article_id, number in _take_numbers(comments).items():
            of_article = [comment for comment in comments if comment.article_id == article_id]
            self._in_chunks(of_article, change=number, **fields)

    def _set_state(self, comments: "list[Comment]", state: State, numbers: Numbers, **fields: Any) -> Counter[Tree]:
        """Returns how many visible comments there are more (or less) in each tree."""
        for article_id, number in numbers.items():
            of_article = [comment for comment in comments if comment.article_id == article_id]
            self._in_chunks(of_article, state=state, change=number, **fields)
        shown: Counter[Tree] = Counter()
        for comment in comments:
            now_visible = state == State.PUBLISHED and comment.hides == 0
            shown[_tree(comment)] += int(now_visible) - int(comment.visible)
        return shown

    def _in_chunks(self, comments: "list[Comment]", **fields: Any) -> None:
        for chunk in _chunks([comment.pk for comment in comments]):
            self._all().filter(pk__in=chunk).update(**fields)

    def _shift_branch(self, top: "Comment", by: int, numbers: Numbers) -> int:
        """Lays one hidden branch more (1) or less (-1) over a branch. Returns how many comments (dis)appeared."""
        branch = self._all().branch(top)
        flipped = branch.filter(state=State.PUBLISHED, hides=0 if by > 0 else 1).count()
        branch.update(hides=F("hides") + by, change=numbers[top.article_id])
        return flipped

    def _count(self, shown: Counter[Tree]) -> None:
        """Brings the counters of trees, articles and entries up to date; `shown` is visible comments more or less by
        tree.

        Once in a transaction, at its end: articles are locked already, and entries after them by everybody.
        """
        trees_by_number: dict[int, list[int]] = {}
        articles: Counter[int] = Counter()
        entries: Counter[int] = Counter()
        for (tree_id, article_id, entry_id), number in shown.items():
            articles[article_id] += number
            if number:
                trees_by_number.setdefault(number, []).append(tree_id)
                if entry_id:
                    entries[entry_id] += number
        for number, tree_ids in trees_by_number.items():
            for chunk in _chunks(tree_ids):
                roots = self._all().filter(tree_id__in=chunk, parent=None)
                roots.update(invisible=F("invisible") - number)
        for article_id in sorted(articles):
            if articles[article_id]:
                counted = F("comment_count") + articles[article_id]
                Article.objects.filter(pk=article_id).update(comment_count=counted)
        for entry_id in sorted(entries):
            count_entry(entry_id, entries[entry_id])


def _tree(comment: "Comment") -> Tree:
    return comment.tree_id, comment.article_id, comment.entry_id


def _take_numbers(comments: "list[Comment]") -> Numbers:
    """The next change number of each of their articles, which are locked from here on, in ascending order."""
    articles = sorted({comment.article_id for comment in comments})
    return {article_id: next_comment_change(Article(pk=article_id)) for article_id in articles}


def lock_roots(comments: CommentQuerySet, tree_ids: Iterable[int]) -> None:
    """Locks trees by their root rows, always in ascending order, until the transaction ends."""
    for chunk in _chunks(sorted(set(tree_ids))):
        roots = comments.filter(tree_id__in=chunk, parent=None).order_by("tree_id")
        list(roots.select_for_update(no_key=True).values_list("pk", flat=True))


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _active(comment_ids: list[int]) -> "Iterator[Decision]":
    for chunk in _chunks(comment_ids):
        yield from Decision.objects.active().filter(comment__in=chunk)


def _topmost(comments: "list[Comment]") -> "Iterator[Comment]":
    """Of comments sorted by tree and lft, those that lie in no other's branch."""
    last = None
    for comment in comments:
        if last is None or comment.tree_id != last.tree_id or comment.lft > last.rght:
            last = comment
            yield comment


def _undoable(comments: "dict[int, Comment]") -> Iterator[tuple[str, State, dict[int, Decision | None]]]:
    """The active hides of comments, grouped by kind and by the state to bring back.

    A comment that came hidden from another system has no decision to undo; it is published.
    """
    groups: dict[tuple[str, State], dict[int, Decision | None]] = {}
    decided = set()
    for decision in _active(list(comments)):
        hide = decision.kind == Decision.Kind.HIDE
        if hide and comments[decision.comment_id].state != State.HIDDEN:
            continue
        decided.add((decision.comment_id, decision.kind))
        was = State(decision.was) if hide else State.PUBLISHED
        groups.setdefault((decision.kind, was), {})[decision.comment_id] = decision
    for pk, comment in comments.items():
        if comment.state == State.HIDDEN and (pk, Decision.Kind.HIDE) not in decided:
            groups.setdefault((Decision.Kind.HIDE, State.PUBLISHED), {})[pk] = None
    # States first: a branch's reach counts what its own comments have become.
    for (kind, was), decisions in sorted(groups.items()):
        yield kind, was, decisions


def _decide(
    kind: Decision.Kind,
    comments: "list[Comment]",
    by: Any,
    *,
    reason: str = "",
    note: str = "",
    undoes: dict[int, Decision | None] | None = None,
    becomes: State = State.HIDDEN,
    reach: int | None = None,
) -> list[Decision]:
    """Writes the log before the act.

    Without `reach`, a comment counts if it turns visible or invisible itself.
    """
    decisions = [
        Decision(
            kind=kind,
            comment=comment,
            moderator=by,
            reason=reason,
            note=note,
            was=comment.state,
            undoes=(undoes or {}).get(comment.pk),
            reach=int(comment.visible != (becomes == State.PUBLISHED and not comment.hides))
            if reach is None
            else reach,
        )
        for comment in comments
    ]
    return Decision.objects.bulk_create(decisions, batch_size=CHUNK)


def _tell_of(decisions: list[Decision]) -> None:
    """Their authors are told of what was decided about their comments."""
    if decisions:
        tasks.tell_of_decisions.enqueue([decision.pk for decision in decisions])
