"""Topic → Article (one live blog) → Entry (one timestamped update).

Whatever changes what a reader sees goes through one method here. Each takes the article's next change number while the
article's row is locked and stores it on what changed, so numbers commit in order and whoever has seen N missed nothing
up to N.
"""

import zoneinfo
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from articles.validators import validate_article_slug, validate_time_zone, validate_topic_slug
from newsroom import markup

LONGEST_TEXT = 100_000


class NotAllowed(Exception):
    """An action that does not fit the state a thing is in. The message is for people and says what to do."""


class Topic(models.Model):
    """A running story."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(
        _("address"), max_length=80, unique=True, allow_unicode=True, validators=[validate_topic_slug]
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    # The foreign id, so that importing again adds nothing: "wordpress:<site>:<nicename>".
    imported_from = models.CharField(max_length=300, null=True, blank=True, unique=True, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("topic", args=[self.slug])


class ArticleQuerySet(models.QuerySet["Article"]):
    def public(self) -> Self:
        """What readers may see: every article that has gone live."""
        return self.exclude(state=Article.State.DRAFT)

    def live_now(self) -> Self:
        return self.filter(state__in=[Article.State.LIVE, Article.State.PAUSED])


class Article(models.Model):
    """One live blog. It may last an hour or a month."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        LIVE = "live", _("live")
        PAUSED = "paused", _("paused")
        ENDED = "ended", _("ended")

    class CommentPolicy(models.TextChoices):
        OPEN = "open", _("open")
        HELD = "held", _("held for a look first")
        CLOSED = "closed", _("closed")

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="articles", verbose_name=_("topic"))
    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("address"), max_length=120, allow_unicode=True, validators=[validate_article_slug])
    lead = models.TextField(_("lead"), max_length=LONGEST_TEXT, blank=True, help_text=_("Markdown."))
    lead_html = models.TextField(editable=False, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT, editable=False)
    time_zone = models.CharField(_("time zone"), max_length=40, validators=[validate_time_zone])
    language = models.CharField(_("language"), max_length=12, choices=settings.LANGUAGES)
    comment_policy = models.CharField(
        _("comments"), max_length=6, choices=CommentPolicy.choices, default=CommentPolicy.OPEN
    )
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(_("went live"), null=True, editable=False)
    updated_at = models.DateTimeField(_("last update"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    # The number of the newest change of anything a reader sees of the article and its entries.
    change = models.PositiveIntegerField(_("change"), default=0, editable=False)
    # The same for its comments, and their counters; the comments app alone writes these three.
    comment_change = models.PositiveIntegerField(default=0, editable=False)
    comment_count = models.PositiveIntegerField(_("visible comments"), default=0, editable=False)
    conversation_count = models.PositiveIntegerField(default=0, editable=False)
    imported_from = models.CharField(max_length=300, null=True, blank=True, unique=True, editable=False)

    objects: ClassVar[models.Manager["Article"]] = ArticleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-published_at", "-id"]
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        constraints = [
            models.UniqueConstraint(fields=["topic", "slug"], name="articles_article_address_once"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False), name="articles_article_live_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="ended") | Q(ended_at__isnull=False), name="articles_article_ended_has_time"
            ),
        ]
        indexes = [
            models.Index(fields=["-published_at", "-id"], name="articles_article_newest"),
            models.Index(fields=["topic", "-published_at", "-id"], name="articles_article_topic"),
            models.Index(fields=["state"], condition=Q(state__in=["live", "paused"]), name="articles_article_live"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("article", args=[self.topic.slug, self.slug])

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def is_rtl(self) -> bool:
        return bool(get_language_info(self.language)["bidi"])

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Keeps `lead_html` the rendering of `lead`, whoever writes it."""
        if update_fields is None or "lead" in update_fields:
            self.lead = markup.tidy(self.lead)
            self.lead_html = markup.entry_html(self.lead)
            update_fields = update_fields and {*update_fields, "lead_html"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def edit(self, **fields: Any) -> None:
        """Sets title, slug, lead, topic, time_zone, language or comment_policy.

        A new time zone moves the article's entries to the days they have there.
        """
        with next_change(self) as locked:
            for name, value in fields.items():
                setattr(locked, name, value)
            locked.save(update_fields=fields)
            if "time_zone" in fields:
                locked._sort_entries_into_days()

    def go_live(self, at: datetime | None = None) -> None:
        """Shows a draft to readers. `at` is for imports of what was published long ago."""
        with next_change(self) as locked:
            locked._require(Article.State.DRAFT)
            locked.published_at = at or timezone.now()
            locked._enter(Article.State.LIVE, "published_at")

    def pause(self) -> None:
        with next_change(self) as locked:
            locked._require(Article.State.LIVE)
            locked._enter(Article.State.PAUSED)

    def resume(self) -> None:
        """Takes a paused or an ended article up again."""
        with next_change(self) as locked:
            locked._require(Article.State.PAUSED, Article.State.ENDED)
            locked.ended_at = None
            locked._enter(Article.State.LIVE, "ended_at")

    def end(self, at: datetime | None = None) -> None:
        with next_change(self) as locked:
            locked._require(Article.State.LIVE, Article.State.PAUSED)
            locked.ended_at = at or timezone.now()
            locked._enter(Article.State.ENDED, "ended_at")

    def _require(self, *states: State) -> None:
        if self.state not in states:
            raise NotAllowed(
                _("“%(title)s” is %(state)s, so this cannot be done. Reload the page to see where it stands.")
                % {"title": self.title, "state": self.get_state_display()}
            )

    def _enter(self, state: State, *fields: str) -> None:
        self.state = state
        self.save(update_fields=["state", *fields])

    def _sort_entries_into_days(self) -> None:
        entries = list(self.entries.filter(published_at__isnull=False).only("published_at", "day"))
        for entry in entries:
            entry.day = local_day(entry.published_at, self)
        Entry.objects.bulk_update(entries, ["day"], batch_size=500)


@contextmanager
def next_change(article: Article) -> Iterator[Article]:
    """Locks the article's row and takes its next change number; yields the article as it is now in the database.

    At the end the caller's instance is brought up to date. An exception takes the number back with everything else.
    """
    with transaction.atomic():
        # One statement locks and counts. The number is on the article before any entry carries it (a trigger looks).
        Article.objects.filter(pk=article.pk).update(change=F("change") + 1)
        locked = Article.objects.get(pk=article.pk)
        yield locked
    copy_fields(locked, article)


def copy_fields(source: models.Model, target: models.Model) -> None:
    """Brings an instance in the caller's hands up to date with the one that was saved."""
    for field in source._meta.concrete_fields:
        setattr(target, field.attname, getattr(source, field.attname))


def local_day(moment: datetime, article: Article) -> date:
    return moment.astimezone(article.zone).date()


class EntryQuerySet(models.QuerySet["Entry"]):
    def published(self) -> Self:
        return self.filter(state=Entry.State.PUBLISHED)

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
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    # The calendar day of published_at in the article's time zone: pages are grouped and found by it.
    day = models.DateField(null=True, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    # The article's change that last touched what readers see of this entry; 0 while none has.
    change = models.PositiveIntegerField(default=0, editable=False)
    imported_from = models.CharField(max_length=300, null=True, blank=True, unique=True, editable=False)

    objects: ClassVar[models.Manager["Entry"]] = EntryQuerySet.as_manager()  # type: ignore[assignment]

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
        return self.headline or " ".join(self.text.split()[:12])

    def get_absolute_url(self) -> str:
        return reverse("entry", args=[self.article.topic.slug, self.article.slug, self.pk])

    @property
    def local_time(self) -> datetime | None:
        """When it was published, in the article's time zone."""
        return self.published_at and self.published_at.astimezone(self.article.zone)

    @property
    def local_edit_time(self) -> datetime | None:
        return self.edited_at and self.edited_at.astimezone(self.article.zone)

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Keeps `html` the rendering of `text`, whoever writes it."""
        if update_fields is None or "text" in update_fields:
            self.text = markup.tidy(self.text)
            self.html = markup.entry_html(self.text)
            update_fields = update_fields and {*update_fields, "html"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def publish(self, at: datetime | None = None) -> None:
        """Shows a draft to readers. `at` is for imports, and may not be in the future."""
        with self._next_change() as (entry, article):
            entry._require(Entry.State.DRAFT, Entry.State.SCHEDULED)
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
        """Sets headline, text, byline or is_key_event. Readers see of a published entry that it was edited, and when."""
        if self.state == Entry.State.DRAFT and self._edit_draft(fields):
            return
        with self._next_change() as (entry, article):
            for name, value in fields.items():
                setattr(entry, name, value)
            if entry.state == Entry.State.PUBLISHED:
                entry.edited_at = article.updated_at = timezone.now()

    def withdraw(self) -> None:
        """Takes a published entry from readers; its address then answers 410 Gone."""
        with self._next_change() as (entry, _article):
            entry._require(Entry.State.PUBLISHED)
            entry.state = Entry.State.WITHDRAWN
            entry.is_pinned = False

    def restore(self) -> None:
        """Shows a withdrawn entry again, at its old place."""
        with self._next_change() as (entry, _article):
            entry._require(Entry.State.WITHDRAWN)
            entry.state = Entry.State.PUBLISHED

    def pin(self) -> None:
        """Puts the entry on top of its article, in the place of any other pin."""
        with self._next_change() as (entry, article):
            entry._require(Entry.State.PUBLISHED)
            article.entries.filter(is_pinned=True).exclude(pk=entry.pk).update(is_pinned=False, change=article.change)
            entry.is_pinned = True

    def unpin(self) -> None:
        with self._next_change() as (entry, _article):
            entry.is_pinned = False

    def _require(self, *states: State) -> None:
        if self.state not in states:
            raise NotAllowed(
                _("“%(entry)s” is %(state)s, so this cannot be done. Reload the page to see where it stands.")
                % {"entry": self, "state": self.get_state_display()}
            )

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
            entry = Entry.objects.get(pk=self.pk)
            before = entry.text
            yield entry, article
            entry.change = article.change
            article.save(update_fields=["updated_at"])
            entry.save(update_fields=[*ENTRY_FIELDS, *(["text"] if entry.text != before else [])])
        copy_fields(entry, self)


# What an action may set, beside `text`, which is rendered again only when it changed.
ENTRY_FIELDS = "headline byline state is_key_event is_pinned published_at day edited_at change".split()
