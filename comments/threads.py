"""Reading conversations: a page of roots, then all their trees in one range of plain rows. Two queries a page.

A root's `rght` tells the size of its tree beforehand, so a page stays bounded: every tree may show the same number of
comments, chosen so that the page holds about ROWS_PER_PAGE; what is cut is one link away. Comments are in the order of
a walk through the tree, where the row at (lft, level) is number (lft + level + 1) / 2: that is how a tree is cut.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from articles.models import Article, Entry
from comments.models import Comment, Reason, State
from newsroom.keyset import Page, keyset_page

CONVERSATIONS_PER_PAGE = 20
ROWS_PER_PAGE = 200
# However many large trees there are, each shows this much of itself.
LEAST_ROWS_PER_TREE = 5

# The first field of each order is the newest root's: tree ids grow with time.
ORDERS = {"newest": ("-tree_id",), "oldest": ("tree_id",), "best": ("-score", "-tree_id")}


@dataclass(slots=True)
class Row:
    """One comment of a page, plain: 200 model instances would cost more than the rest of the page."""

    id: int
    parent_id: int | None
    answers_id: int | None
    lft: int
    rght: int
    level: int
    tree_id: int
    number: int | None
    invisible: int
    name: str
    html: str
    state: str
    visible: bool
    hidden_for: str
    recommends: int
    created_at: datetime
    # What the page adds. Ready-made pieces of HTML, because a template takes longer over ten variables than over one.
    head: SafeString | str = ""
    end: SafeString | str = ""
    css: str = ""
    # How many published replies are out of sight below it.
    folded: int = 0

    def __getitem__(self, name: str) -> Any:
        """Templates try this first; without it each look-up costs them an exception."""
        return getattr(self, name)

    @property
    def rank(self) -> int:
        return (self.lft + self.level + 1) // 2

    @property
    def safe_html(self) -> SafeString:
        return mark_safe(self.html)  # noqa: S308 -- newsroom.markup made it

    @property
    def notice(self) -> str:
        """What stands in the place of a comment that is not shown, and why."""
        if self.hidden_for:
            text = _("Hidden by a moderator: %(reason)s.") % {"reason": Reason(self.hidden_for).label}
        elif self.state == State.WITHDRAWN:
            text = _("Withdrawn by its author.")
        elif self.state == State.ERASED:
            text = _("Its text has been erased.")
        elif self.state == State.HELD:
            text = _("Waiting for a moderator’s look.")
        else:
            text = _("Hidden by a moderator.")
        if self.folded:
            more = ngettext("%(count)d reply is folded.", "%(count)d replies are folded.", self.folded)
            text += " " + more % {"count": self.folded}
        return text


# What the database gives of a row; the rest has defaults.
COLUMNS = [column.name for column in fields(Row) if column.default is MISSING]


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
    def number(self) -> int | None:
        return self.rows[0].number


def conversations(
    article: Article, order: str = "newest", *, entry: Entry | None = None, after: str = "", before: str = ""
) -> Page[Conversation]:
    """A page of an article's conversations, or of those about one entry. `order` is a key of ORDERS."""
    roots = Comment.objects.filter(parent=None).filter(Q(visible=True) | Q(rght__gt=2))
    roots = roots.filter(entry=entry) if entry else roots.filter(article=article)
    page: Page[dict[str, Any]] = keyset_page(
        roots.values("tree_id", "rght", "score"), ORDERS[order], CONVERSATIONS_PER_PAGE, after=after, before=before
    )
    if not page.rows:
        return Page([])
    cap = fair_share([root["rght"] // 2 for root in page.rows])
    trees: dict[int, list[Row]] = {root["tree_id"]: [] for root in page.rows}
    for row in _read(Comment.objects.filter(tree_id__in=trees, lft__lt=Value(2 * cap) - F("level"))):
        trees[row.tree_id].append(row)
    days: dict[date, str] = {}
    shown = [_conversation(rows, days) for rows in trees.values() if rows]
    return Page([conversation for conversation in shown if conversation.rows], previous=page.previous, next=page.next)


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
    kept = _arrange(rows, {}, always=comment.pk)
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


def _conversation(rows: list[Row], days: dict[date, str]) -> Conversation:
    root, last = rows[0], rows[-1]
    size = root.rght // 2
    more = 0
    if last.rank < size:
        more = max(0, size - root.invisible - sum(row.visible for row in rows))
    return Conversation(_arrange(rows, days), more=more, more_after=last.id if more else 0)


def _arrange(rows: list[Row], days: dict[date, str], always: int = 0) -> list[Row]:
    """The rows of one tree that a reader sees, in order, with what the template needs to nest and date them."""
    kept = _with_tombstones(rows, always)
    by_id = {row.id: row for row in kept}
    # On this page: where it goes on in the midst of a tree, what lies between may be missing.
    depths: dict[int | None, int] = {}
    for row in kept:
        depths[row.id] = depths.get(row.parent_id, -1) + 1
    for row, following in zip_longest(kept, kept[1:]):
        deeper = (depths[following.id] if following else 0) - depths[row.id]
        row.end = mark_safe("<ol>" if deeper > 0 else "</li>" + "</ol></li>" * -deeper)  # noqa: S308 -- no text in it
        answered = by_id.get(row.answers_id or row.parent_id or 0)
        row.head = _head(row, answered.name if answered and answered.visible else "", days)
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


def _head(row: Row, answers: str, days: dict[date, str]) -> SafeString:
    """A root's number, who speaks, to whom, and when: in the active zone, and the link to the comment.

    A page has few days, so each one's name is made once. In a template these seven variables took a fifth of the page.
    """
    local = timezone.localtime(row.created_at)
    day = local.date()
    if day not in days:
        days[day] = date_format(local, pgettext("date and time", "j F Y, H:i"))[: -len("00:00")]
    number = f'<a class="number" href="/c/{row.id}/">{row.number}.</a> ' if row.number else ""
    to = pgettext("before the name of who is answered", "to")
    whom = f' <span class="answers">{to} <bdi>{escape(answers)}</bdi></span>' if answers else ""
    time = f'<time datetime="{local.isoformat(timespec="seconds")}">{days[day]}{local:%H:%M}</time>'
    link = f'<a class="time" href="/c/{row.id}/#c{row.id}">{time}</a>'
    return mark_safe(f"{number}<b><bdi>{escape(row.name)}</bdi></b>{whom} {link}")  # noqa: S308 -- names are escaped
