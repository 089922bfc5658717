import html
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from articles.models.article import LONGEST_TEXT, Article, NotAllowed, copy_fields, local_day, next_change, require
from newsroom import markup
from newsroom.keyset import cursor_of

# What an entry's actions may set, beside `text`, which is rendered again only when it changed.
ENTRY_FIELDS = (
    "headline",
    "byline",
    "state",
    "is_key_event",
    "is_pinned",
    "published_at",
    "day",
    "edited_at",
    "change",
)


# Of entries that are only named in a list.
NAMED = ("article_id", "headline", "html", "published_at")
KEY_EVENTS_SHOWN = 8


class EntryQuerySet(models.QuerySet["Entry"]):
    def published(self) -> Self:
        return self.filter(state=Entry.State.PUBLISHED)

    def pinned(self) -> "Entry | None":
        """The one that stands on top of its article."""
        return self.published().filter(is_pinned=True).first()

    def key_events(self) -> Self:
        """The latest, to be named in a list."""
        return self.published().filter(is_key_event=True).only(*NAMED)[:KEY_EVENTS_SHOWN]

    def public(self) -> Self:
        """Published, in an article that readers may see."""
        return self.published().exclude(article__state=Article.State.DRAFT)


class Entry(models.Model):
    """One timestamped update of an article."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SCHEDULED = "scheduled", _("scheduled")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    # What readers see, or have seen and must lose again.
    SEEN = (State.PUBLISHED, State.WITHDRAWN)

    article = models.ForeignKey(Article, models.PROTECT, related_name="entries", verbose_name=_("article"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="entries"
    )
    headline = models.CharField(_("headline"), max_length=200, blank=True)
    text = models.TextField(_("text"), max_length=LONGEST_TEXT, help_text=_("Markdown."))
    html = models.TextField(editable=False)
    byline = models.CharField(_("byline"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.DRAFT, editable=False)
    is_key_event = models.BooleanField(_("key event"), default=False)
    is_pinned = models.BooleanField(_("pinned"), default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    # The calendar day of published_at in the article's time zone: pages are grouped and found by it.
    day = models.DateField(null=True, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    # The article's change that last touched what readers see of this entry; 0 while none has.
    change = models.PositiveIntegerField(default=0, editable=False)
    imported_from = models.CharField(max_length=300, null=True, blank=True, unique=True, editable=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-id"]
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        permissions = [("change_any_entry", _("Can change the entries of others"))]
        constraints = [
            models.UniqueConstraint(fields=["article"], condition=Q(is_pinned=True), name="articles_entry_one_pin"),
            models.CheckConstraint(
                condition=Q(is_pinned=False) | Q(state="published"), name="articles_entry_pin_is_published"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False, day__isnull=False),
                name="articles_entry_published_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["published", "withdrawn"]) | Q(change__gt=0),
                name="articles_entry_published_has_change",
            ),
        ]
        indexes = [
            models.Index(
                fields=["article", "-published_at", "-id"], condition=Q(state="published"), name="articles_entry_newest"
            ),
            models.Index(fields=["article", "day"], condition=Q(state="published"), name="articles_entry_days"),
            models.Index(
                fields=["day", "-published_at", "-id"], condition=Q(state="published"), name="articles_entry_archive"
            ),
            models.Index(fields=["article", "change"], name="articles_entry_changes"),
        ]

    def __str__(self) -> str:
        """The headline, or the first words of the text."""
        return self.headline or Truncator(Truncator(self.summary).words(12)).chars(120)

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Keeps `html` the rendering of `text`, whoever writes it."""
        if update_fields is None or "text" in update_fields:
            self.text = markup.tidy(self.text)
            self.html = markup.entry_html(self.text)
            update_fields = update_fields and {*update_fields, "html"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("entry", args=[self.article.topic.slug, self.article.slug, self.pk])

    @property
    def place(self) -> str:
        """Where it stands among the others; also the cursor for the pages before and after it."""
        return cursor_of(self, ("published_at", "id"))

    @property
    def summary(self) -> str:
        """The text as plain words."""
        return html.unescape(strip_tags(self.html))

    def publish(self, at: datetime | None = None) -> None:
        """Shows a draft to readers. `at` is for imports, and may not be in the future."""
        with self._next_change() as (entry, article):
            require(entry, Entry.State.DRAFT, Entry.State.SCHEDULED)
            if article.state == Article.State.ENDED:
                raise NotAllowed(_("This article has ended. Resume it first, then publish."))
            now = timezone.now()
            if at and at > now:
                raise NotAllowed(_("This time is in the future. Choose a time that has passed."))
            entry.published_at = at or now
            entry.day = local_day(entry.published_at, article)
            entry.state = Entry.State.PUBLISHED
            article.updated_at = max(filter(None, [article.updated_at, entry.published_at]))

    def edit(self, **fields: Any) -> None:
        """Sets headline, text, byline or is_key_event. Readers see when a published entry was edited."""
        if self.state == Entry.State.DRAFT and self._edit_draft(fields):
            return
        with self._next_change() as (entry, article):
            for name, value in fields.items():
                setattr(entry, name, value)
            # A withdrawn one may be shown again, and then says so too.
            if entry.state in (Entry.State.PUBLISHED, Entry.State.WITHDRAWN):
                entry.edited_at = timezone.now()
            if entry.state == Entry.State.PUBLISHED:
                article.updated_at = entry.edited_at

    def withdraw(self) -> None:
        """Takes a published entry from readers; its address then answers 410 Gone."""
        with self._next_change() as (entry, _article):
            require(entry, Entry.State.PUBLISHED)
            entry.state = Entry.State.WITHDRAWN
            entry.is_pinned = False

    def restore(self) -> None:
        """Shows a withdrawn entry again, at its old place."""
        with self._next_change() as (entry, _article):
            require(entry, Entry.State.WITHDRAWN)
            entry.state = Entry.State.PUBLISHED

    def pin(self) -> None:
        """Puts the entry on top of its article, in the place of any other pin."""
        with self._next_change() as (entry, article):
            require(entry, Entry.State.PUBLISHED)
            article.entries.filter(is_pinned=True).exclude(pk=entry.pk).update(is_pinned=False, change=article.change)
            entry.is_pinned = True

    def unpin(self) -> None:
        with self._next_change() as (entry, _article):
            entry.is_pinned = False

    def _edit_draft(self, fields: dict[str, Any]) -> bool:
        """Readers see nothing of a draft, so editing one takes no number. False when it is a draft no more."""
        with transaction.atomic():
            draft = Entry.objects.select_for_update().filter(pk=self.pk, state=Entry.State.DRAFT).first()
            if draft is None:
                return False
            for name, value in fields.items():
                setattr(draft, name, value)
            draft.save(update_fields=fields)
        copy_fields(draft, self)
        return True

    @contextmanager
    def _next_change(self) -> "Iterator[tuple[Entry, Article]]":
        """The entry as it is now in the database and its article, locked; both are saved at the end with the number."""
        with next_change(self.article) as article:
            # An edit of a draft locks its row alone, so this must too.
            entry = Entry.objects.select_for_update().get(pk=self.pk)
            before = entry.text
            yield entry, article
            entry.change = article.change
            article.save(update_fields=["updated_at"])
            entry.save(update_fields=[*ENTRY_FIELDS, *(["text"] if entry.text != before else [])])
        copy_fields(entry, self)
