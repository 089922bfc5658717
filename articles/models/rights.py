"""Who may do what at the desk: one predicate for each rule, asked at the door of each method.

`by` is who acts. None is the site itself: the dispatcher, an import, a command; no view may pass it.
"""

from typing import TYPE_CHECKING, Protocol

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from articles.models.byline import Byline

if TYPE_CHECKING:
    from articles.models.entry import Entry


class Person(Protocol):
    pk: int

    def has_perm(self, perm: str) -> bool: ...


def may_write(by: Person) -> bool:
    return by.has_perm("articles.add_entry")


def may_publish(by: Person) -> bool:
    return by.has_perm("articles.publish_entry")


def may_change_any(by: Person) -> bool:
    return by.has_perm("articles.change_any_entry")


def may_run(by: Person) -> bool:
    """Articles: their states, words and editions."""
    return by.has_perm("articles.change_article")


def may_edit(by: Person, entry: "Entry") -> bool:
    """Their own, or anybody's with the right to. Who may not publish changes drafts alone: what an editor has read and
    let through, or is just reading, goes out as it is."""
    return reaches(by, entry) and (may_publish(by) or entry.state == entry.State.DRAFT)


def may_act(by: Person, entry: "Entry") -> bool:
    """Publish, schedule, withdraw, pin, mark and correct."""
    return may_publish(by) and reaches(by, entry)


def may_decide(by: Person) -> bool:
    """On what others submit, and on what was withdrawn: that was an editor with a reason, perhaps."""
    return may_publish(by) and may_change_any(by)


def reaches(by: Person, entry: "Entry") -> bool:
    """Is it theirs, or do they look after the entries of others? See EntryQuerySet.reached_by, which says the same."""
    if entry.author_id == by.pk and by.has_perm("articles.change_entry"):
        return True
    return may_change_any(by) and not (entry.state == entry.State.DRAFT and entry.author_id in hidden_writers(by))


def hidden_writers(by: Person) -> set[int]:
    """Who has a pseudonym. Their drafts are theirs alone: which name it will go out under may not be chosen yet.

    Remembered for who asks, as Django remembers what they may: lists ask for each of their rows.
    """
    found: set[int] | None = getattr(by, "_hidden_writers", None)
    if found is None:
        owners = Byline.objects.filter(is_pseudonym=True, owner__isnull=False)
        found = by._hidden_writers = set(owners.values_list("owner_id", flat=True))  # type: ignore[attr-defined]
    return found


def allow(allowed: bool) -> None:
    """Raises PermissionDenied, which answers 403 and says whom to ask."""
    if not allowed:
        raise PermissionDenied(_("This is not yours to do. Ask an editor."))
