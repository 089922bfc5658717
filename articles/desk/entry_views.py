"""One entry at the desk: opened in the composer, acted on with one click, looked back on."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from articles.desk.doors import StaffRequest, answer, back, desk_view
from articles.desk.lists import is_hidden_from, known_as
from articles.differences import side_by_side
from articles.forms import as_form
from articles.models import Entry, Presence
from articles.models.rights import Person, allow, hidden_writers, may_edit, may_write
from newsroom.ids import parse_id
from newsroom.markup import tidy

REVISIONS_SHOWN = 50
# What readers see of a revision, in the order of a page; the rest is shown by its name.
SHOWN = ("headline", "text")
NAMED = ("state", "byline", "label", "source_url", "tags", "is_key_event", "is_pinned", "note", "scheduled_for")


def _reason(request: StaffRequest) -> str:
    return tidy(request.POST.get("note", ""))[:500]


def _read(request: StaffRequest) -> int | None:
    """The version that was looked at before it was let out."""
    return parse_id(request.POST.get("based_on", ""))


# By their names in the address.
ACTIONS: dict[str, Callable[[Entry, Person, StaffRequest], bool | None]] = {
    "approve": lambda entry, me, request: entry.approve(by=me, based_on=_read(request)),
    "publish": lambda entry, me, request: entry.publish(by=me, based_on=_read(request)),
    "recall": lambda entry, me, _request: entry.recall(by=me),
    "unschedule": lambda entry, me, _request: entry.unschedule(by=me),
    "discard": lambda entry, me, _request: entry.discard(by=me),
    "submit": lambda entry, me, _request: entry.submit(by=me),
    "send-back": lambda entry, me, request: entry.send_back(_reason(request), by=me),
    "pin": lambda entry, me, _request: entry.pin(by=me),
    "unpin": lambda entry, me, _request: entry.unpin(by=me),
    "key-event": lambda entry, me, _request: entry.mark(True, by=me),
    "ordinary": lambda entry, me, _request: entry.mark(False, by=me),
    "withdraw": lambda entry, me, request: entry.withdraw(_reason(request), by=me),
    "restore": lambda entry, me, _request: entry.restore(by=me),
}


@desk_view("POST", may_write)
def act(request: StaffRequest, entry_id: int, action: str) -> HttpResponse:
    entry = _entry(entry_id)
    # Of these only a mark makes a new version.
    is_new = ACTIONS[action](entry, request.user, request) is True
    content = {"id": entry.pk, "state": entry.state, "version": entry.version, "was": entry.version - is_new}
    return back(request, content, entry.article)


@desk_view("GET", may_write)
def open_entry(request: StaffRequest, entry_id: int) -> HttpResponse:
    """What the composer needs to edit it."""
    entry = _entry(entry_id)
    allow(may_edit(request.user, entry))
    return answer(as_form(entry))


@desk_view("POST", may_write)
def editing(request: StaffRequest, entry_id: int) -> HttpResponse:
    """Says that this person has it open, or has left it."""
    entry = _entry(entry_id)
    if request.POST.get("left"):
        # Also what has just been submitted, and is out of their hands.
        Presence.objects.leave(entry, request.user)
    else:
        allow(may_edit(request.user, entry))
        Presence.objects.note(entry, request.user)
    return answer({})


@desk_view("GET", may_write)
def revisions(request: StaffRequest, entry_id: int) -> HttpResponse:
    """Who changed what, when; the newest first."""
    entry = _entry(entry_id)
    allow(may_edit(request.user, entry))
    kept = list(entry.history.select_related("history_user")[: REVISIONS_SHOWN + 1])
    hidden = hidden_writers(request.user)
    pairs = zip(kept, [*kept[1:], None], strict=True)
    rows = [_revision(new, old, entry, request.user, hidden) for new, old in pairs][:REVISIONS_SHOWN]
    context = {**admin.site.each_context(request), "title": _("Revisions"), "entry": entry, "article": entry.article}
    return render(request, "admin/articles/desk/revisions.html", context | {"revisions": rows})


def _revision(new: Any, old: Any, entry: Entry, me: Any, hidden: set[int]) -> dict[str, Any]:
    # Compared here: the library leaves out what no form edits, as state and note.
    changed = {name for name in (*SHOWN, *NAMED) if old and getattr(new, name) != getattr(old, name)}
    texts = []
    for name in SHOWN:
        if name in changed or (old is None and getattr(new, name)):
            before, after = side_by_side(getattr(old, name) if old else "", getattr(new, name))
            texts.append((_label(name), before, after))
    # A name that it was signed with before would say who is behind the one of today.
    named = [name for name in NAMED if name != "byline" or not is_hidden_from(me, entry, hidden)]
    return {
        "at": new.history_date,
        "by": known_as(new.history_user, entry, me, hidden),
        "is_first": old is None,
        "texts": texts,
        "others": [(_label(name), shown(old, name), shown(new, name)) for name in named if name in changed],
    }


def shown(revision: Any, name: str) -> Any:
    """A field's value for people."""
    value = getattr(revision, name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    display = getattr(revision, f"get_{name}_display", None)
    return display() if display else value


def _label(name: str) -> Any:
    field: Any = Entry._meta.get_field(name)
    return field.verbose_name


def _entry(entry_id: int) -> Entry:
    return get_object_or_404(Entry.objects.select_related("article__topic"), pk=entry_id)
