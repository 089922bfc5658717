"""What can be done with an entry, one method each: permission, lock, state, save."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models.article import Article
from articles.models.byline import names_of, taken_away
from articles.models.changing import Conflict, NotAllowed, copy_fields, local_day, next_change, require
from articles.models.photograph import Shot, attach
from articles.models.rights import Person, allow, may_act, may_decide, may_edit, reaches

if TYPE_CHECKING:
    from articles.models.entry import Entry

# What an entry's actions may set, beside `text`, which is rendered again only when it changed.
ENTRY_FIELDS = (
    "headline",
    "byline",
    "label",
    "source_url",
    "tags",
    "state",
    "is_key_event",
    "is_pinned",
    "pin_on_publish",
    "published_at",
    "day",
    "scheduled_for",
    "edited_at",
    "corrected_at",
    "note",
    "version",
    "change",
)


PSEUDONYM_STAYS = gettext_lazy("“%(name)s” stays on this entry: only who writes under a pseudonym takes it away.")
# Seconds; longer ahead than this is a time that somebody chose.
LONGEST_HOLD = 10


class EntryActions(models.Model):
    if TYPE_CHECKING:
        state: str
        State: Any
        SEEN: tuple[str, ...]
        scheduled_for: datetime | None
        created_at: datetime

    class Meta:
        abstract = True

    def publish(self, at: datetime | None = None, *, by: Person | None = None, based_on: int | None = None) -> None:
        """Shows it to readers: a draft, what was submitted, or at once what is scheduled.

        `at` is the time it is to carry, and may not be in the future. `based_on` is the version that was looked at:
        raises Conflict where it is another by now.
        """
        with self._next_change(by, may_act) as (entry, article):
            require(entry, entry.State.DRAFT, entry.State.SUBMITTED, entry.State.SCHEDULED)
            refuse_stale(entry, based_on)
            refuse_ended(article)
            require_presentable(entry)
            now = timezone.now()
            if at and at > now:
                raise NotAllowed(_("This time is in the future. Choose a time that has passed."))
            _go_out(entry, article, at or now)

    def approve(self, *, by: Person | None = None, based_on: int | None = None) -> None:
        """Publishes what was submitted, or has it go out at the time that its writer chose. `based_on` as above.

        A time that had passed when it was written is the one that it carries.
        """
        chosen = self.scheduled_for
        if chosen and chosen > timezone.now():
            self.schedule(chosen, by=by, based_on=based_on)
        else:
            self.publish(chosen if chosen and chosen < self.created_at else None, by=by, based_on=based_on)

    def publish_due(self, now: datetime) -> bool:
        """The dispatcher's: publishes what is scheduled for now or before, at its time. False when it is no more.

        Where the article cannot take it, it becomes a draft again, with a note.
        """
        try:
            with self._next_change(None, may_act) as (entry, article):
                require(entry, entry.State.SCHEDULED)
                if cast(datetime, entry.scheduled_for) > now:
                    raise NotAllowed(_("It has been put off."))
                refuse_ended(article)
                _go_out(entry, article, cast(datetime, entry.scheduled_for))
        except NotAllowed as refusal:
            with self._locked(None, may_act) as entry:
                if entry.state == entry.State.SCHEDULED and cast(datetime, entry.scheduled_for) <= now:
                    entry.state, entry.note = entry.State.DRAFT, str(refusal)
            return False
        return True

    def schedule(self, at: datetime, *, by: Person | None = None, based_on: int | None = None) -> None:
        """It goes out by itself at this time; see articles.dispatch. `based_on` as in publish."""
        with self._locked(by, may_act) as entry:
            require(entry, entry.State.DRAFT, entry.State.SUBMITTED, entry.State.SCHEDULED)
            refuse_stale(entry, based_on)
            if at <= timezone.now():
                raise NotAllowed(_("This time has passed. Choose one to come, or publish it now."))
            require_presentable(entry)
            entry.state, entry.scheduled_for, entry.note = entry.State.SCHEDULED, at, ""

    def unschedule(self, *, by: Person | None = None) -> None:
        """A draft again. Refused when it has gone out."""
        with self._locked(by, may_act) as entry:
            require(entry, entry.State.SCHEDULED)
            entry.state = entry.State.DRAFT
            if cast(datetime, entry.scheduled_for) <= timezone.now() + timedelta(seconds=LONGEST_HOLD):
                # It was held, not put off.
                entry.scheduled_for = None

    def discard(self, *, by: Person | None = None) -> None:
        """Throws a draft away, which no reader has seen. Its history stays."""
        entries = type(cast("Entry", self))._default_manager
        with transaction.atomic():
            entry = entries.select_for_update().get(pk=self.pk)
            allow(by is None or may_edit(by, entry))
            require(entry, entry.State.DRAFT)
            entry._history_user = by
            entry.delete()

    def submit(self, *, by: Person | None = None) -> None:
        """Asks an editor to publish it."""
        with self._locked(by, may_edit) as entry:
            require(entry, entry.State.DRAFT)
            require_presentable(entry)
            entry.state, entry.note = entry.State.SUBMITTED, ""

    def recall(self, *, by: Person | None = None) -> None:
        """Its writer takes back what was submitted: a draft again, to be changed."""
        with self._locked(by, reaches) as entry:
            require(entry, entry.State.SUBMITTED)
            entry.state = entry.State.DRAFT

    def send_back(self, note: str, *, by: Person | None = None) -> None:
        """An editor returns what was submitted, saying why."""
        with self._locked(by, lambda person, _entry: may_decide(person)) as entry:
            require(entry, entry.State.SUBMITTED)
            if not note.strip():
                raise NotAllowed(_("Say what is missing, so that it can be mended."))
            entry.state, entry.note = entry.State.DRAFT, note.strip()

    def edit(
        self,
        *,
        by: Person | None = None,
        based_on: int | None = None,
        photographs: Iterable[Shot] | None = None,
        **fields: Any,
    ) -> None:
        """Sets what a form sets: headline, text, byline, label, source_url, tags, is_key_event, photographs.

        `based_on` is the version that the editor has read: raises Conflict where somebody has saved another since.
        Readers see when a published entry was edited.
        """
        unseen = [state for state in self.State if state not in self.SEEN]
        if self.state in unseen and self._edit_unseen(unseen, by, based_on, photographs, fields):
            return
        with self._next_change(by, may_edit) as (entry, article):
            _set(entry, based_on, photographs, fields, by)
            # A withdrawn one may be shown again, and then says so too.
            if entry.state in entry.SEEN:
                entry.edited_at = timezone.now()
            if entry.state == entry.State.PUBLISHED:
                require_presentable(entry)
                article.updated_at = entry.edited_at

    def edit_draft(
        self,
        *,
        by: Person | None = None,
        based_on: int | None = None,
        photographs: Iterable[Shot] | None = None,
        **fields: Any,
    ) -> bool:
        """As edit, while it is a draft; else it stays as it is, and this is False."""
        return self._edit_unseen([self.State.DRAFT], by, based_on, photographs, fields)

    def withdraw(self, reason: str = "", *, by: Person | None = None) -> None:
        """Takes a published entry from readers; its address then answers 410 Gone. The reason is for staff."""
        with self._next_change(by, may_act) as (entry, _article):
            require(entry, entry.State.PUBLISHED)
            entry.state, entry.note = entry.State.WITHDRAWN, reason.strip()
            entry.is_pinned = False

    def restore(self, *, by: Person | None = None) -> None:
        """Shows a withdrawn entry again, at its old place."""
        with self._next_change(by, lambda person, _entry: may_decide(person)) as (entry, _article):
            require(entry, entry.State.WITHDRAWN)
            # It may have been edited meanwhile.
            require_presentable(entry)
            entry.state, entry.note = entry.State.PUBLISHED, ""

    def pin(self, *, by: Person | None = None) -> None:
        """Puts the entry on top of its article, in the place of any other pin."""
        with self._next_change(by, may_act) as (entry, article):
            require(entry, entry.State.PUBLISHED)
            unpin_others(article, entry.pk)
            entry.is_pinned = True

    def unpin(self, *, by: Person | None = None) -> None:
        with self._next_change(by, may_act) as (entry, _article):
            entry.is_pinned = False

    def mark(self, is_key_event: bool, *, by: Person | None = None) -> bool:
        """Makes it a key event or an ordinary entry; its words stay, so readers are told of no edit.

        A version of its own all the same: a form that is open has the mark too, and would take it back. False where it
        was so already.
        """
        with self._next_change(by, may_act) as (entry, _article):
            require(entry, entry.State.PUBLISHED)
            changed = entry.is_key_event != is_key_event
            entry.version += changed
            entry.is_key_event = is_key_event
        return changed

    def _edit_unseen(
        self,
        states: Collection[str],
        by: Person | None,
        based_on: int | None,
        photographs: Iterable[Shot] | None,
        fields: dict[str, Any],
    ) -> bool:
        """Readers see nothing of it, so editing it takes no number. False when it is in none of these states by now."""
        with self._locked(by, reaches) as entry:
            if entry.state not in states:
                return False
            allow(by is None or may_edit(by, entry))
            _set(entry, based_on, photographs, fields, by)
            if entry.state in (entry.State.SCHEDULED, entry.State.SUBMITTED):
                require_presentable(entry)
        return True

    @contextmanager
    def _locked(self, by: Person | None, right: Any) -> "Iterator[Entry]":
        """The entry as it is now in the database, its row locked; saved at the end, without a number."""
        entries = type(cast("Entry", self))._default_manager
        with transaction.atomic():
            entry = entries.select_for_update().get(pk=self.pk)
            allow(by is None or right(by, entry))
            before = entry.text
            yield entry
            if entry.state not in entry.SEEN:
                _save(entry, by, before)
        copy_fields(entry, self)

    @contextmanager
    def _next_change(self, by: Person | None, right: Any) -> "Iterator[tuple[Entry, Article]]":
        """The entry as it is now in the database and its article, locked; both are saved at the end with the number."""
        me = cast("Entry", self)
        with next_change(me.article, kept_open_at=timezone.now()) as article:
            # An edit of a draft locks its row alone, so this must too.
            entry = type(me)._default_manager.select_for_update().get(pk=self.pk)
            allow(by is None or right(by, entry))
            before, updated_at = entry.text, article.updated_at
            yield entry, article
            entry.change = article.change
            if article.updated_at != updated_at:
                article.save(update_fields=["updated_at"])
            _save(entry, by, before)
        copy_fields(entry, self)


def _set(
    entry: "Entry",
    based_on: int | None,
    photographs: Iterable[Shot] | None,
    fields: dict[str, Any],
    by: Person | None,
) -> None:
    refuse_stale(entry, based_on)
    if by and (name := taken_away(entry.bylines, names_of(fields.get("byline", entry.byline)), by.pk)):
        raise NotAllowed(PSEUDONYM_STAYS % {"name": name})
    for name, value in fields.items():
        setattr(entry, name, value)
    entry.version += 1
    if photographs is not None:
        attach(entry, photographs, by)
        entry.photographs_changed = True


def _save(entry: "Entry", by: Person | None, text_before: str) -> None:
    entry._history_user = by
    rendered = entry.text != text_before or entry.photographs_changed
    entry.save(update_fields=[*ENTRY_FIELDS, *(["text"] if rendered else [])])


def _go_out(entry: "Entry", article: Article, at: datetime) -> None:
    entry.published_at, entry.day = at, local_day(at, article)
    entry.state, entry.note = entry.State.PUBLISHED, ""
    article.updated_at = max(filter(None, [article.updated_at, at]))
    if entry.pin_on_publish:
        unpin_others(article, entry.pk)
        entry.is_pinned, entry.pin_on_publish = True, False


def refuse_stale(entry: "Entry", based_on: int | None) -> None:
    if based_on is not None and based_on != entry.version:
        raise Conflict(entry)


def refuse_ended(article: Article) -> None:
    if article.state == Article.State.ENDED:
        raise NotAllowed(_("This article has ended. Resume it first, then publish."))


def require_presentable(entry: "Entry") -> None:
    """Something to read, and words for every photograph: some readers hear them."""
    photographs = list(entry.photographs.all())
    if not (entry.text.strip() or entry.headline.strip() or photographs):
        raise NotAllowed(_("There is nothing to read yet. Write something, or add a photograph."))
    if not all(photograph.alt.strip() for photograph in photographs):
        raise NotAllowed(_("Describe each photograph in a few words, for those who cannot see it. Then publish."))


def unpin_others(article: Article, but: int | None) -> None:
    """Each carries the number, so that open pages take it anew."""
    pinned = article.entries.filter(is_pinned=True)
    (pinned.exclude(pk=but) if but else pinned).update(is_pinned=False, change=article.change)
