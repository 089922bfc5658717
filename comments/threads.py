"""Reading conversations: a page of roots, then all their trees in one range of plain rows. Two queries a page.

A root's `rght` tells the size of its tree beforehand, so a page stays bounded: every tree may show the same number of
comments, chosen so that the page holds about ROWS_PER_PAGE; what is cut is one link away. Comments are in the order of
a walk through the tree, where the row at (lft, level) is number (lft + level + 1) / 2: that is how a tree is cut.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from articles.models import Article, Entry
from articles.models.entry import NAMED
from comments.models import Comment, State
from comments.rows import COLUMNS, Row, Writer
from newsroom.keyset import Page, keyset_page

CONVERSATIONS_PER_PAGE = 20
ROWS_PER_PAGE = 200
# However many large trees there are, each shows this much of itself.
LEAST_ROWS_PER_TREE = 5

# The first field of each order is the newest root's: tree ids grow with time.
ORDERS = {"newest": ("-tree_id",), "oldest": ("tree_id",), "best": ("-score", "-tree_id")}
SORTS = {"newest": _("Newest"), "oldest": _("Oldest"), "best": _("Best")}
# Which conversations are shown.
CHOICES = {"all": _("All"), "answered": _("Answered by the newsroom"), "picks": _("Editors’ picks")}


@dataclass
class Conversation:
    """One tree as a page shows it."""

    rows: list[Row]
    # Visible comments of this tree that the page does not show, and where they go on.
    more: int = 0
    more_after: int = 0

    @cached_property
    def id(self) -> int:
        return self.rows[0].id

    @cached_property
    def tree_id(self) -> int:
        return self.rows[0].tree_id

    @cached_property
    def number(self) -> int | None:
        return self.rows[0].number


def conversations(
    article: Article,
    order: str = "newest",
    *,
    entry: Entry | None = None,
    show: str = "all",
    after: str = "",
    before: str = "",
) -> Page[Conversation]:
    """A page of an article's conversations, or of those about one entry. `order` is one of ORDERS, `show` of CHOICES.

    One query more than two where conversations are about entries, for what these are called.
    """
    roots = Comment.objects.filter(parent=None).filter(Q(visible=True) | Q(rght__gt=2))
    roots = roots.filter(entry=entry) if entry else roots.filter(article=article)
    if show != "all":
        roots = roots.filter(tree_id__in=_trees_with(article, show))
    page: Page[dict[str, Any]] = keyset_page(
        roots.values("tree_id", "rght", "score"), ORDERS[order], CONVERSATIONS_PER_PAGE, after=after, before=before
    )
    if not page.rows:
        return Page([])
    cap = fair_share([root["rght"] // 2 for root in page.rows])
    trees: dict[int, list[Row]] = {root["tree_id"]: [] for root in page.rows}
    for row in _read(Comment.objects.filter(tree_id__in=trees, lft__lt=Value(2 * cap) - F("level"))):
        trees[row.tree_id].append(row)
    about = {} if entry else _about(article, {rows[0].entry_id or 0 for rows in trees.values() if rows} - {0})
    writer = Writer(article, about)
    shown = [_conversation(rows, writer) for rows in trees.values() if rows]
    return Page([conversation for conversation in shown if conversation.rows], previous=page.previous, next=page.next)


def _trees_with(article: Article, show: str) -> QuerySet[Comment, int]:
    """Trees with a reply by the newsroom, or with a pick, that readers see; each from an index of its own."""
    seen = Comment.objects.filter(article=article, visible=True)
    found = seen.exclude(badge="").filter(parent__isnull=False) if show == "answered" else seen.exclude(picked_at=None)
    trees: QuerySet[Comment, int] = found.values_list("tree_id", flat=True)
    return trees


def _about(article: Article, entry_ids: Iterable[int]) -> dict[int, str]:
    """Links to published entries, for the heads of the conversations about them."""
    if not entry_ids:
        return {}
    on, base = pgettext("before the name of an entry", "on"), article.get_absolute_url()
    link = ' <span class="about">{} <a href="{}{}/" dir="auto">{}</a></span>'
    named = article.entries.published().filter(pk__in=entry_ids).only(*NAMED)
    return {entry.pk: format_html(link, on, base, entry.pk, entry) for entry in named}


def in_context(comment: Comment, after: int = 0) -> Conversation:
    """A comment with what it answers above it and its replies below, from the reply `after` on if one is given.

    One query; one more when it goes on after a reply, and one when there is more than a page.
    """
    start = comment
    if after:
        cursor = Comment.objects.branch(comment).filter(pk=after).only("lft", "rght", "level", "tree_id").first()
        start = cursor or comment
    first = (start.lft + start.level + 1) // 2
    reached = Value(2 * (first + ROWS_PER_PAGE)) - F("level")
    above = Q(lft__lte=start.lft, rght__gte=start.rght)
    below = Q(lft__gt=start.lft, rght__lte=comment.rght, lft__lt=reached)
    if comment.answers_id:
        above |= Q(pk=comment.answers_id)
    rows = list(_read(Comment.objects.filter(tree_id=comment.tree_id).filter(above | below)))
    for row in rows:
        if row.lft < comment.lft or (start is not comment and row.rank <= first):
            row.css = " context"
        if row.id == comment.pk:
            row.css += " target"
    last = max(rows, key=lambda row: row.rank)
    more = 0
    if last.rank < (comment.lft + comment.level + 1) // 2 + comment.reply_count:
        more = Comment.objects.branch(comment).visible().filter(lft__gt=last.lft).count()
    kept = _arrange(rows, Writer(comment.article), always=comment.pk)
    return Conversation(kept, more=more, more_after=last.id)


def fair_share(sizes: Iterable[int], budget: int = ROWS_PER_PAGE) -> int:
    """How many rows each tree may show: small ones all of theirs, what they leave goes to the larger ones."""
    waiting = sorted(sizes)
    while waiting and waiting[0] <= budget // len(waiting):
        budget -= waiting.pop(0)
    return max(budget // len(waiting), LEAST_ROWS_PER_TREE) if waiting else ROWS_PER_PAGE


def _read(comments: QuerySet[Comment]) -> Iterable[Row]:
    for values in comments.order_by("tree_id", "lft").values_list(*COLUMNS):
        yield Row(*values)


def _conversation(rows: list[Row], writer: Writer) -> Conversation:
    root, last = rows[0], rows[-1]
    size = root.rght // 2
    more = 0
    if last.rank < size:
        more = max(0, size - root.invisible - sum(row.visible for row in rows))
    return Conversation(_arrange(rows, writer), more=more, more_after=last.id if more else 0)


def _arrange(rows: list[Row], writer: Writer, always: int = 0) -> list[Row]:
    """The rows of one tree that a reader sees, in order and written."""
    kept = _with_tombstones(rows, always)
    by_id = {row.id: row for row in kept}
    # On this page: where it goes on in the midst of a tree, what lies between may be missing.
    depths: dict[int | None, int] = {}
    for row in kept:
        depths[row.id] = depths.get(row.parent_id, -1) + 1
    replies: Counter[int | None] = Counter()
    for row in reversed(kept):
        replies[row.parent_id] += replies[row.id] + row.visible
    for row, following in zip_longest(kept, kept[1:]):
        deeper = (depths[following.id] if following else 0) - depths[row.id]
        answered = by_id.get(row.answers_id or row.parent_id or 0)
        writer.write(
            row,
            answers=answered.name if answered and answered.visible else "",
            replies=replies[row.id],
            end="<ol>" if deeper > 0 else "</li>" + "</ol></li>" * -deeper,
        )
    return kept


def _with_tombstones(rows: list[Row], always: int) -> list[Row]:
    """The rows a reader gets: visible ones, what stands above them, and the top of what hides replies.

    The comment `always`, which somebody asked for, keeps its place too, with what it answers.
    """
    shown: set[int | None] = set()
    path: set[int | None] = {always}
    # How many published replies, hidden by what stands above them, lie below each comment.
    folded: Counter[int | None] = Counter()
    for row in reversed(rows):
        if row.visible or row.id in shown:
            shown.update((row.id, row.parent_id))
        if row.id in path:
            path.add(row.parent_id)
        folded[row.parent_id] += folded[row.id] + int(row.state == State.PUBLISHED and not row.visible)
    last = rows[-1].rank
    kept = []
    for row in rows:
        cut = row.rank + (row.rght - row.lft) // 2 > last
        folds = (folded[row.id] or cut) and (row.parent_id is None or row.parent_id in shown)
        if row.id in shown or row.id in path or (folds and row.state != State.HELD):
            if row.id not in shown and not cut and (folds or row.id == always):
                row.folded = folded[row.id]
            kept.append(row)
    return kept
