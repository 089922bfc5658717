"""What a composer sends: any number of times the same, it makes one entry."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from articles.models.article import Article
from articles.models.changing import Conflict, local_day, lock, next_change
from articles.models.entry_actions import refuse_ended, require_presentable, unpin_others
from articles.models.photograph import Shot, attach
from articles.models.rights import Person, allow, may_edit, may_publish, may_write, reaches

if TYPE_CHECKING:
    from articles.models.entry import Entry


class Posting:
    """For the entries' queryset. The fields are those of Entry.edit; the key is made by the composer, once a form."""

    if TYPE_CHECKING:
        model: Any

    def save_draft(
        self,
        article: Article,
        *,
        by: Person,
        key: UUID,
        based_on: int | None = None,
        photographs: Iterable[Shot] = (),
        **fields: Any,
    ) -> "Entry":
        """Keeps what has been typed so far. One that comes late, after the entry has gone out, changes nothing."""
        found, photographs = self._find(key), list(photographs)
        if found is None:
            return self._write_new(article, by, key, photographs, fields)
        allow(reaches(by, found))
        if differs(found, photographs, fields):
            found.edit_draft(by=by, based_on=based_on, photographs=photographs, **fields)
        return found

    def post(
        self,
        article: Article,
        *,
        by: Person,
        key: UUID,
        at: datetime | None = None,
        pin: bool = False,
        hold: int = 0,
        based_on: int | None = None,
        photographs: Iterable[Shot] = (),
        **fields: Any,
    ) -> "Entry":
        """Publishes what a composer sent, or schedules it where `at` is to come or it is held for some seconds.

        Where its draft is kept already, that is what goes out. Raises Conflict as Entry.edit does, and where it has
        gone out with other words: who writes another story in the same form must not overwrite the first.
        """
        photographs, now = list(photographs), timezone.now()
        later = now + timedelta(seconds=hold) if hold and at is None else at
        found = self._find(key)
        if found is None:
            allow(may_write(by) and may_publish(by))
            if later and later > now:
                return self._schedule_new(article, by, key, later, photographs, fields | {"pin_on_publish": pin})
            try:
                return self._publish_new(article, by, key, at or now, at is None, pin, photographs, fields)
            except IntegrityError:
                # The same form, sent twice at once: the other one was first.
                found = self._find(key)
                if found is None:
                    raise
        with transaction.atomic():
            lock(found.article)
            found = self._find(key) or found
            allow(may_edit(by, found))
            if found.state in found.SEEN:
                if differs(found, photographs, fields):
                    raise Conflict(found)
                return found
            edit_if_different(found, by, based_on, photographs, fields | {"pin_on_publish": pin})
            if not _waits_already(found, at, later or now):
                if later and later > now:
                    found.schedule(later, by=by)
                else:
                    found.publish(at, by=by)
        return found

    def _find(self, key: UUID) -> "Entry | None":
        return self.model._default_manager.select_related("article__topic").filter(key=key).first()

    def _write_new(
        self, article: Article, by: Person, key: UUID, photographs: Iterable[Shot], fields: dict[str, Any]
    ) -> "Entry":
        allow(may_write(by))
        entry = self.model(article=article, author_id=by.pk, key=key, **fields)
        entry._history_user = by
        try:
            with transaction.atomic():
                entry.save()
                if photographs := list(photographs):
                    attach(entry, photographs, by)
                    entry.render_again()
        except IntegrityError:
            found = self._find(key)
            if found is None:
                raise
            return found
        return entry

    def _schedule_new(
        self, article: Article, by: Person, key: UUID, at: datetime, photographs: list[Shot], fields: dict[str, Any]
    ) -> "Entry":
        with transaction.atomic():
            found = self._write_new(article, by, key, photographs, fields)
            if found.state == found.State.DRAFT:
                found.schedule(at, by=by)
        return found

    def _publish_new(
        self,
        article: Article,
        by: Person,
        key: UUID,
        at: datetime,
        is_now: bool,
        pin: bool,
        photographs: list[Shot],
        fields: dict[str, Any],
    ) -> "Entry":
        """Inserted as published, so that it takes one statement; 4,000 entries in the article cost nothing."""
        with next_change(article, kept_open_at=timezone.now(), **({"updated_at": at} if is_now else {})) as locked:
            refuse_ended(locked)
            if not is_now and (locked.updated_at is None or locked.updated_at < at):
                locked.updated_at = at
                locked.save(update_fields=["updated_at"])
            entry = self.model(article=locked, author_id=by.pk, key=key, change=locked.change, **fields)
            entry.state, entry.published_at, entry.day = entry.State.PUBLISHED, at, local_day(at, locked)
            if pin:
                unpin_others(locked, None)
                entry.is_pinned = True
            entry._history_user = by
            entry.save()
            if photographs:
                attach(entry, photographs, by)
                entry.render_again()
            if photographs or not entry.text:
                require_presentable(entry)
        return entry


def _waits_already(entry: "Entry", at: datetime | None, later: datetime) -> bool:
    """Scheduled for this time, or held by the same form, which was sent again."""
    if entry.state != entry.State.SCHEDULED or entry.scheduled_for is None:
        return False
    return entry.scheduled_for == at if at else entry.scheduled_for <= later


def edit_if_different(
    entry: "Entry", by: Person, based_on: int | None, photographs: list[Shot], fields: dict[str, Any]
) -> None:
    """The same once more is no edit, whichever version it is based on: it was sent again."""
    if differs(entry, photographs, fields):
        entry.edit(by=by, based_on=based_on, photographs=photographs, **fields)


def differs(entry: "Entry", photographs: list[Shot] | None, fields: dict[str, Any]) -> bool:
    """From what is kept; None for photographs that are not spoken of."""
    kept = [Shot(p.pk, p.alt, p.caption, p.credit) for p in entry.photographs.all()]
    if photographs is not None and kept != photographs:
        return True
    return any(getattr(entry, name) != value for name, value in fields.items())
