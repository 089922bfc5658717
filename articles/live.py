"""What changed after N: the question that every open page asks, by stream or by polling.

The answer is finished HTML, from the same fragments as the pages. It is true for the change number that it names, and
whoever asks next from that number misses nothing.
"""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from articles.models import Article, Entry
from articles.models.correction import with_corrections
from articles.pages import site_version
from newsroom.shared import SITE

# An answer stays small; whoever has missed more asks again from where it ends.
MOST_ENTRIES = 100
# Seconds until a page without a stream asks again. On an ended article only readers write, until its comments close.
POLL_SECONDS = {Article.State.LIVE: 5, Article.State.PAUSED: 15, Article.State.ENDED: 30}


class Absurd(ValueError):
    """A number that no page has given out. The message says what to do."""


@dataclass
class Changes:
    """See docs/live.md for what a page does with each.

    `change` is what to ask from next. `parts` are pieces of the page by name, as they are now; what did not change may
    be left out. `more`: there is more after `change` already. `reload`: this cannot be told in pieces.
    """

    change: int
    state: str
    poll: int | None
    comments: int
    comment_change: int
    parts: dict[str, str]
    entries: list[dict[str, Any]] = field(default_factory=list)
    days: dict[str, str] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)
    pinned: dict[str, Any] | None = None
    more: bool = False
    reload: bool = False

    def as_json(self) -> dict[str, Any]:
        """What goes to pages: the pin is named only where an entry changed."""
        pin = self.entries or self.gone
        return {
            name: value
            for name, value in asdict(self).items()
            if (pin or name != "pinned") and value is not False and value != [] and value != {}
        }


def changes_after(article: Article, after: int) -> Changes:
    """What a page that has seen `after` needs to know of a public article, which was read just before.

    Raises Absurd when the article has not come that far.
    """
    if after > article.change:
        raise Absurd(_("This article has not come that far. Load its page anew."))
    with article.locale():
        answer = Changes(
            change=article.change,
            state=article.state,
            poll=POLL_SECONDS[Article.State(article.state)] if article.is_followed else None,
            comments=article.comment_count,
            comment_change=article.comment_change,
            parts=_parts(article, ["comment_count"]),
        )
        if after < article.page_change:
            answer.reload = True
        elif after < article.change:
            _tell(answer, article, after)
    return answer


def _tell(answer: Changes, article: Article, after: int) -> None:
    changed = _changed(answer, article, after)
    own = ["state", "title", "lead"] if article.own_change > after else []
    answer.parts |= _parts(article, ["updated", *own])
    shown = [entry for entry in changed if entry.state == Entry.State.PUBLISHED]
    with_corrections(shown)
    answer.entries = [_entry(entry) for entry in shown]
    answer.days = {str(day): _render("_day", article, day=day, entries=[]) for day in {e.day for e in shown}}
    answer.gone = [entry.pk for entry in changed if entry.state == Entry.State.WITHDRAWN]
    pinned = article.entries.pinned()
    if pinned:
        answer.pinned = {"id": pinned.pk}
        if pinned.change > after:
            with_corrections([pinned])
            answer.pinned["html"] = _render("_pinned", article, pinned=pinned)
    # One that was edited or marked may have been a key event before.
    if any(entry.is_key_event or entry.version for entry in changed):
        answer.parts["events"] = _render("_events", article, key_events=article.entries.key_events())


def _changed(answer: Changes, article: Article, after: int) -> list[Entry]:
    """The entries that changed up to `answer.change`, in that order. Cuts the answer short where they are too many."""
    touched = article.entries.filter(change__gt=after, change__lte=article.change, state__in=Entry.SEEN)
    rows = list(touched.defer("text").order_by("change", "id")[: MOST_ENTRIES + 1])
    if len(rows) > MOST_ENTRIES:
        beyond = rows[-1].change
        rows = [row for row in rows if row.change < beyond]
        if rows:
            answer.change, answer.more = beyond - 1, True
        else:
            # All by one change: there is no number to go on from.
            answer.reload = True
    return rows


def _entry(entry: Entry) -> dict[str, Any]:
    html = _render("_entry", entry.article, entry=entry)
    return {"id": entry.pk, "change": entry.change, "place": entry.place, "day": str(entry.day), "html": html}


def _parts(article: Article, names: Iterable[str]) -> dict[str, str]:
    return {name: _render(f"_{name}", article) for name in names}


def _render(fragment: str, article: Article, **context: Any) -> str:
    base = article.get_absolute_url()
    return render_to_string(f"articles/{fragment}.html", {"article": article, "base": base, **context}).strip()


def versions(subjects: Collection[str]) -> dict[str, str]:
    """The version that each subject has now; one that readers may not see is left out. At most two small queries."""
    ids = [int(subject.partition(":")[2]) for subject in subjects if subject != SITE]
    rows = Article.objects.public().filter(pk__in=ids).only("change", "comment_change")
    found = {article.subject: article.version for article in rows} if ids else {}
    return found | ({SITE: site_version()} if SITE in subjects else {})
