"""What stands beside the composer: what waits, and the latest entries with what may be done with each."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Entry, Presence
from articles.models.rights import hidden_writers, may_act, may_decide, may_edit

LATEST = 20
WAITING = (Entry.State.SUBMITTED, Entry.State.SCHEDULED, Entry.State.DRAFT)


def beside(article: Article, me: Any) -> dict[str, Any]:
    """Waiting and latest entries as rows, who edits what, and how many wait for an editor in all articles."""
    waiting = article.entries.filter(state__in=WAITING).order_by("state", "-id")
    waiting = waiting.reached_by(me)
    seen = article.entries.filter(state__in=Entry.SEEN)
    entries = [*waiting[:LATEST], *seen[:LATEST]]
    editing = _editing(entries, me)
    rows = [_row(entry, article, me, editing.get(entry.pk, [])) for entry in entries]
    return {
        "waiting": [row for row in rows if row["entry"].state in WAITING],
        "latest": [row for row in rows if row["entry"].state in Entry.SEEN],
        "submitted": Entry.objects.submitted().count() if may_decide(me) else 0,
    }


def _row(entry: Entry, article: Article, me: Any, editors: list[str]) -> dict[str, Any]:
    entry.article = article
    return {"entry": entry, "editors": editors, "edits": may_edit(me, entry), "actions": actions_for(entry, me)}


def actions_for(entry: Entry, me: Any) -> list[tuple[str, Any]]:
    """What this person may do with it now: its name in the address, and its label."""
    states, acts, decides = Entry.State, may_act(me, entry), may_decide(me)
    offered: list[tuple[bool, str, Any]] = [
        (may_edit(me, entry) and entry.state == states.DRAFT, "discard", _("Throw away")),
        (acts and entry.state == states.SUBMITTED, "approve", _("Approve")),
        (entry.author_id == me.pk and entry.state == states.SUBMITTED, "recall", _("Take back")),
        (decides and entry.state == states.SUBMITTED, "send-back", _("Return …")),
        (acts and entry.state == states.SCHEDULED, "publish", _("Publish now")),
        (acts and entry.state == states.SCHEDULED, "unschedule", _("Take back")),
        (acts and entry.state == states.PUBLISHED and not entry.is_pinned, "pin", _("Pin")),
        (acts and entry.is_pinned, "unpin", _("Unpin")),
        (acts and entry.state == states.PUBLISHED and not entry.is_key_event, "key-event", _("Key event")),
        (acts and entry.state == states.PUBLISHED and entry.is_key_event, "ordinary", _("No key event")),
        (acts and entry.state == states.PUBLISHED, "withdraw", _("Withdraw …")),
        (decides and entry.state == states.WITHDRAWN, "restore", _("Restore")),
    ]
    return [(name, label) for offer, name, label in offered if offer]


def _editing(entries: Iterable[Entry], me: Any) -> dict[int, list[str]]:
    by_id = {entry.pk: entry for entry in entries}
    found: dict[int, list[str]] = {}
    hidden = hidden_writers(me)
    here = Presence.objects.here().filter(entry__in=by_id).exclude(person_id=me.pk).select_related("person")
    for presence in here:
        name = known_as(presence.person, by_id[presence.entry_id], me, hidden)
        found.setdefault(presence.entry_id, []).append(name)
    return found


def known_as(person: Any, entry: Entry, me: Any, hidden: set[int]) -> str:
    """The name under which this person is seen at an entry. Who wrote it and has a pseudonym (`hidden`) is seen by
    others under what it is signed with, whether that is the pseudonym or not: else the difference would tell."""
    if person is None:
        return ""
    if is_hidden_from(me, entry, hidden) and person.pk == entry.author_id:
        return entry.byline or translated("who wrote it")
    return str(person.name)


def is_hidden_from(me: Any, entry: Entry, hidden: set[int]) -> bool:
    return entry.author_id in hidden and entry.author_id != me.pk
