"""What somebody is shown whose save was refused, as another has saved meanwhile: both, with what differs marked."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from articles.desk.doors import refused
from articles.differences import side_by_side
from articles.forms import ComposerForm, WordsForm, as_form
from articles.models import Conflict, Entry

FIELDS = ("label", "source_url", "tags", "is_key_event", "byline")


def entry_conflict(request: HttpRequest, conflict: Conflict, form: ComposerForm) -> HttpResponse:
    now: Entry = conflict.now
    theirs = {name: getattr(now, name) for name in ("headline", "text", *FIELDS)}
    theirs["photographs"] = [photograph.alt for photograph in now.photographs.all()]
    mine = form.fields_of_entry() | {"photographs": [shot.alt for shot in form.cleaned_data["photographs"]]}
    differing = [name for name in (*FIELDS, "photographs") if theirs[name] != mine[name]]
    left, right = side_by_side(_as_text(theirs, differing), _as_text(mine, differing))
    return refused(request, str(conflict), 409, theirs=left, mine=right, now=as_form(now))


def words_conflict(request: HttpRequest, form: WordsForm) -> HttpResponse:
    """Of an article's title, points and lead: `texts` by field."""
    texts = {name: {"theirs": theirs, "mine": mine} for name, (theirs, mine) in form.conflicts.items()}
    now = {name: getattr(form.now, name) for name in form.conflicts}
    return refused(request, str(Conflict(form.now)), 409, texts=texts, now=now)


def _as_text(entry: dict[str, Any], differing: list[str]) -> str:
    """Headline and text, and below them what else is not the same in both."""
    lines = [f"{_name(field)}: {_value(field, entry[field])}" for field in differing]
    return "\n\n".join(part for part in (entry["headline"], entry["text"], "\n".join(lines)) if part)


def _name(field: str) -> str:
    return _("Photographs") if field == "photographs" else str(Entry._meta.get_field(field).verbose_name).capitalize()  # type: ignore[union-attr]


def _value(field: str, value: Any) -> str:
    if field == "label":
        return str(Entry.Label(value).label)
    if field == "is_key_event":
        return _("yes") if value else _("no")
    if field == "photographs":
        return "; ".join(value)
    return str(value).strip(",")
