from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from articles.models.entry import Entry
from articles.models.rights import Person

# A form that is open says so every ten seconds.
HERE_FOR = timedelta(seconds=25)


class PresenceQuerySet(models.QuerySet["Presence"]):
    def note(self, entry: Entry, by: Person) -> None:
        self.update_or_create(entry=entry, person_id=by.pk, defaults={"seen_at": timezone.now()})

    def leave(self, entry: Entry, by: Person) -> None:
        self.filter(entry=entry, person_id=by.pk).delete()

    def here(self) -> "PresenceQuerySet":
        return self.filter(seen_at__gt=timezone.now() - HERE_FOR)


class Presence(models.Model):
    """Somebody has an entry open to edit it."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="presences")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    objects = PresenceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "person"], name="articles_presence_once")]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.entry_id}"
