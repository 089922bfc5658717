"""One comment of a page as a plain row, and how it is written.

As Python strings: two hundred rows of a dozen variables each took Django's templates longer than all the rest of a
page. What people wrote is escaped here, or was made safe by newsroom.markup.
"""

from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from articles.models import Article
from comments.models import Badge, Reason, State


@dataclass(slots=True)
class Row:
    """Plain: 200 model instances would cost more than the rest of the page."""

    id: int
    parent_id: int | None
    answers_id: int | None
    entry_id: int | None
    author_id: int | None
    lft: int
    rght: int
    level: int
    tree_id: int
    number: int | None
    invisible: int
    change: int
    name: str
    badge: str
    html: str
    state: str
    visible: bool
    hidden_for: str
    recommends: int
    created_at: datetime
    edited_at: datetime | None
    picked_at: datetime | None
    # What the page adds.
    css: str = ""
    # How many published replies are out of sight below it.
    folded: int = 0
    shown: SafeString | str = ""

    @property
    def rank(self) -> int:
        return (self.lft + self.level + 1) // 2

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


class Writer:
    """Writes the rows of one page. A page has few days, words and numbers, so each is made once."""

    def __init__(self, article: Article, about: dict[int, str] | None = None) -> None:
        """`about` names the entries that conversations are about, as finished links."""
        self.about = about or {}
        self.is_open = article.takes_comments
        self.days: dict[date, str] = {}
        self.folds: dict[int, tuple[str, str]] = {}
        self.badges = {badge: f' <span class="badge">{escape(Badge(badge).label)}</span>' for badge in Badge.values}
        self.badges[Badge.NONE] = ""
        # The words by themselves: what stands within an f-string is not collected for translation.
        picked, edited = _("Editors’ pick"), _("edited")
        self.picked = f' <span class="mark pick">{picked}</span>'
        self.edited = f' <span class="edited">{edited}</span>'
        self.to = pgettext("before the name of who is answered", "to")
        self.recommend, self.reply, self.report, self.follow = _("Recommend"), _("Reply"), _("Report"), _("Follow")

    def write(self, row: Row, *, answers: str, replies: int, end: str) -> None:
        """The row with the switch that folds its `replies`, which follow it; `end` closes or opens lists after it."""
        fold = label = ""
        if replies:
            says, name = self._fold(replies)
            fold = f'<input type="checkbox" class="fold" id="f{row.id}" aria-label="{name}">\n'
            label = f'<label for="f{row.id}">{says}</label>'
        inside = self._comment(row, answers) if row.visible else self._tombstone(row)
        row.shown = mark_safe(  # noqa: S308 -- of parts that are safe
            f'<li>{fold}<article class="comment{row.css}" id="c{row.id}" data-n="{row.change}">\n{inside}\n</article>'
            f"{label}{end}"
        )

    def _comment(self, row: Row, answers: str) -> str:
        number = f'<a class="number" href="/c/{row.id}/">{row.number}.</a> ' if row.number else ""
        name = f"<bdi>{escape(row.name)}</bdi>"
        who = f'<a class="by" href="/people/{row.author_id}/">{name}</a>' if row.author_id else name
        whom = f' <span class="answers">{self.to} <bdi>{escape(answers)}</bdi></span>' if answers else ""
        marks = self.badges[row.badge] + (self.picked if row.picked_at else "")
        edited = self.edited if row.edited_at else ""
        about = self.about.get(row.entry_id or 0, "") if row.parent_id is None else ""
        return (
            f'<p class="who">{number}<b>{who}</b>{marks}{whom} {self._time(row)}{edited}{about}</p>\n'
            f'<div class="text" dir="auto">{row.html}</div>\n<p class="actions">{self._actions(row)}</p>'
        )

    def _tombstone(self, row: Row) -> str:
        number = f'<a class="number" href="/c/{row.id}/">{row.number}.</a> ' if row.number else ""
        return f'<p class="tombstone">{number}{escape(row.notice)}</p>'

    def _time(self, row: Row) -> str:
        """In the active zone, and the link to the comment."""
        local = timezone.localtime(row.created_at)
        day = local.date()
        if day not in self.days:
            self.days[day] = date_format(local, pgettext("date and time", "j F Y, H:i"))[: -len("00:00")]
        time = f'<time datetime="{local.isoformat(timespec="seconds")}">{self.days[day]}{local:%H:%M}</time>'
        return f'<a class="time" href="/c/{row.id}/#c{row.id}">{time}</a>'

    def _actions(self, row: Row) -> str:
        many = f' aria-label="{self.recommend}, {row.recommends}">♥ {row.recommends}' if row.recommends else ""
        recommend = f'<a href="/c/{row.id}/recommend/"{many or f">♥ {self.recommend}"}</a>'
        reply = f' <a href="/c/{row.id}/reply/">{self.reply}</a>' if self.is_open else ""
        report = f' <a class="soft" href="/c/{row.id}/report/">{self.report}</a>'
        is_root = row.parent_id is None
        follow = f' <a class="soft" href="/c/{row.id}/follow/">{self.follow}</a>' if is_root else ""
        return f"{recommend}{reply}{report}{follow}"

    def _fold(self, replies: int) -> tuple[str, str]:
        """What the switch says to eyes, and what it is called."""
        if replies not in self.folds:
            says = ngettext("%(count)d reply", "%(count)d replies", replies)
            name = ngettext("Fold %(count)d reply", "Fold %(count)d replies", replies)
            self.folds[replies] = (says % {"count": replies}, name % {"count": replies})
        return self.folds[replies]
