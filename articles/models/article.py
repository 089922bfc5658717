import html
import zoneinfo
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.validators import validate_article_slug, validate_time_zone, validate_topic_slug
from newsroom import markup
from newsroom.wakeups import wake_on_commit

LONGEST_TEXT = 100_000


class NotAllowed(Exception):
    """An action that does not fit the state a thing is in. The message is for people and says what to do."""


class TopicQuerySet(models.QuerySet["Topic"]):
    def public(self) -> Self:
        """What readers may see: a story in preparation is not announced by its name."""
        shown = Article.objects.public().filter(topic=models.OuterRef("pk"))
        return self.filter(models.Exists(shown))


class Topic(models.Model):
    """A running story."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(
        _("address"), max_length=80, unique=True, allow_unicode=True, validators=[validate_topic_slug]
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    # The foreign id, so that importing again adds nothing: "wordpress:<site>:<nicename>".
    imported_from = models.CharField(max_length=300, null=True, blank=True, unique=True, editable=False)

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("topic", args=[self.slug])

    def edit(self, **fields: Any) -> None:
        """Sets name, slug or description, which readers see on all pages of its articles."""
        with transaction.atomic():
            for name, value in fields.items():
                setattr(self, name, value)
            self.save(update_fields=fields)
            for article in self.articles.public().order_by("pk"):
                with next_change(article) as locked:
                    if fields.keys() & {"name", "slug"}:
                        locked.page_change = locked.change
                        locked.save(update_fields=["page_change"])


class ArticleQuerySet(models.QuerySet["Article"]):
    def public(self) -> Self:
        """What readers may see: every article that has gone live."""
        return self.exclude(state=Article.State.DRAFT)

    def at(self, topic: str, slug: str) -> Self:
        """The public article at an address."""
        return self.public().filter(topic__slug=topic, slug=slug).select_related("topic")

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
        OPEN = "open", pgettext_lazy("comments", "open")
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
    published_at = models.DateTimeField(_("went live at"), null=True, editable=False)
    updated_at = models.DateTimeField(_("last update"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)
    # The number of the newest change of anything a reader sees of the article and its entries.
    change = models.PositiveIntegerField(_("change"), default=0, editable=False)
    # The change that last touched its own words or state, not an entry: open pages then take these anew.
    own_change = models.PositiveIntegerField(default=0, editable=False)
    # The change since which its pages are laid out otherwise: open pages then load anew.
    page_change = models.PositiveIntegerField(default=0, editable=False)
    # The newest change of its comments, and their counters; the comments app alone writes these three.
    comment_change = models.PositiveIntegerField(default=0, editable=False)
    comment_count = models.PositiveIntegerField(_("visible comments"), default=0, editable=False)
    conversation_count = models.PositiveIntegerField(default=0, editable=False)
    imported_from = models.CharField(max_length=300, null=True, blank=True, unique=True, editable=False)

    objects = ArticleQuerySet.as_manager()

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

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Keeps `lead_html` the rendering of `lead`, whoever writes it."""
        if update_fields is None or "lead" in update_fields:
            self.lead = markup.tidy(self.lead)
            self.lead_html = markup.entry_html(self.lead)
            update_fields = update_fields and {*update_fields, "lead_html"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("article", args=[self.topic.slug, self.slug])

    @property
    def subject(self) -> str:
        """What wake-ups and shared pages call it."""
        return f"article:{self.pk}"

    @property
    def version(self) -> str:
        """Names what readers see of it now, its comments included: pages with the same version are the same."""
        return f"{self.change}.{self.comment_change}"

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def direction(self) -> str:
        """Which way its language is written."""
        return "rtl" if translation.get_language_info(self.language)["bidi"] else "ltr"

    @property
    def summary(self) -> str:
        """The first paragraph of the lead, as plain text."""
        first = self.lead_html.partition("<p>")[2].partition("</p>")[0]
        return html.unescape(strip_tags(first))

    @property
    def takes_comments(self) -> bool:
        """May readers write on it?"""
        return self.state != Article.State.DRAFT and self.comment_policy != Article.CommentPolicy.CLOSED

    @contextmanager
    def locale(self) -> Iterator[None]:
        """Its pages are rendered within: they speak its language and show its time zone."""
        with translation.override(self.language), timezone.override(self.zone):
            yield

    def edit(self, **fields: Any) -> None:
        """Sets title, slug, lead, topic, time_zone, language or comment_policy.

        A new time zone moves the article's entries to the days they have there.
        """
        with next_change(self) as locked:
            for name, value in fields.items():
                setattr(locked, name, value)
            locked.own_change = locked.change
            if fields.keys() & {"topic", "slug", "time_zone", "language"}:
                locked.page_change = locked.change
            locked.save(update_fields=[*fields, "own_change", "page_change"])
            if "time_zone" in fields:
                locked._sort_entries_into_days()

    def go_live(self, at: datetime | None = None) -> None:
        """Shows a draft to readers. `at` is for imports of what was published long ago."""
        with next_change(self) as locked:
            require(locked, Article.State.DRAFT)
            locked.published_at = at or timezone.now()
            locked._enter(Article.State.LIVE, "published_at")

    def pause(self) -> None:
        with next_change(self) as locked:
            require(locked, Article.State.LIVE)
            locked._enter(Article.State.PAUSED)

    def resume(self) -> None:
        """Takes a paused or an ended article up again."""
        with next_change(self) as locked:
            require(locked, Article.State.PAUSED, Article.State.ENDED)
            locked.ended_at = None
            locked._enter(Article.State.LIVE, "ended_at")

    def end(self, at: datetime | None = None) -> None:
        with next_change(self) as locked:
            require(locked, Article.State.LIVE, Article.State.PAUSED)
            locked.ended_at = at or timezone.now()
            locked._enter(Article.State.ENDED, "ended_at")

    def _enter(self, state: State, *fields: str) -> None:
        self.state = state
        self.own_change = self.change
        self.save(update_fields=["state", "own_change", *fields])

    def _sort_entries_into_days(self) -> None:
        entries = list(self.entries.filter(published_at__isnull=False).only("published_at", "day"))
        for entry in entries:
            if entry.published_at:
                entry.day = local_day(entry.published_at, self)
                # Their times read differently now, so each carries the number.
                entry.change = self.change
        self.entries.bulk_update(entries, ["day", "change"], batch_size=500)


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
        wake_on_commit(locked.subject)
    copy_fields(locked, article)


def require(thing: Any, *states: str) -> None:
    """Raises NotAllowed unless an article or an entry is in one of these states."""
    if thing.state not in states:
        raise NotAllowed(
            _("“%(thing)s” is %(state)s, so this cannot be done. Reload the page to see where it stands.")
            % {"thing": thing, "state": thing.get_state_display()}
        )


def copy_fields(source: models.Model, target: models.Model) -> None:
    """Brings an instance in the caller's hands up to date with the one that was saved."""
    for field in source._meta.concrete_fields:
        setattr(target, field.attname, getattr(source, field.attname))


def local_day(moment: datetime, article: Article) -> date:
    return moment.astimezone(article.zone).date()
