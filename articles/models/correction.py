from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models.changing import NotAllowed, copy_fields, lock
from articles.models.entry import Entry
from articles.models.posting import differs
from articles.models.rights import Person, allow, may_act


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def public(self) -> Self:
        """Of entries that readers see."""
        return self.filter(entry__in=Entry.objects.public())


class Correction(models.Model):
    """What was wrong in a published entry, said openly."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="corrections", verbose_name=_("entry"))
    note = models.CharField(_("what was wrong"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+")
    at = models.DateTimeField(_("corrected at"), editable=False)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        indexes = [models.Index(fields=["-at", "-id"], name="articles_correction_newest")]

    def __str__(self) -> str:
        return self.note


def correct(entry: Entry, note: str, *, by: Person | None = None, **edit: Any) -> None:
    """Edits a published entry, as Entry.edit does, and tells readers what was wrong.

    The same once more changes nothing: it was sent again.
    """
    note = note.strip()
    if not note:
        raise NotAllowed(_("Say in a sentence what was wrong: readers will see it."))
    with transaction.atomic():
        lock(entry.article)
        current = Entry.objects.get(pk=entry.pk)
        allow(by is None or may_act(by, current))
        if _is_told(current, note, by, edit):
            copy_fields(current, entry)
            return
        if current.state != Entry.State.PUBLISHED:
            raise NotAllowed(_("Only what readers see can be corrected. Edit it instead."))
        now = timezone.now()
        entry.edit(by=by, corrected_at=now, **edit)
        entry.corrections.create(note=note, by_id=by.pk if by else None, at=now)


def _is_told(entry: Entry, note: str, by: Person | None, edit: dict[str, Any]) -> bool:
    latest = entry.corrections.first()
    if latest is None or (latest.note, latest.by_id) != (note, by.pk if by else None):
        return False
    fields = {name: value for name, value in edit.items() if name not in ("based_on", "photographs")}
    return not differs(entry, edit.get("photographs"), fields)


def with_corrections(entries: Iterable[Entry]) -> None:
    """Gives each of the entries its corrections, oldest first, as `shown_corrections`: no query where none has any."""
    corrected = {entry.pk: entry for entry in entries if entry.corrected_at}
    for entry in corrected.values():
        entry.shown_corrections = []
    if corrected:
        for correction in Correction.objects.filter(entry__in=corrected).order_by("at", "id"):
            corrected[correction.entry_id].shown_corrections.append(correction)
