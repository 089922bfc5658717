import html
import re
import zoneinfo
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import strip_tags
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models.changing import Conflict, NotAllowed, local_day, next_change, require
from articles.models.rights import Person, allow, may_run, may_write
from articles.validators import RESERVED_SLUGS, validate_article_slug, validate_time_zone, validate_topic_slug
from newsroom import markup

LONGEST_TEXT = 100_000


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

    @classmethod
    def free_slug(cls, name: str) -> str:
        """An address for a new topic of this name."""
        base = slugify(name, allow_unicode=True)[:70].strip("-") or "topic"
        if base in RESERVED_SLUGS or base.isdigit():
            base = f"{base}-news"
        taken = set(cls.objects.filter(slug__startswith=base).values_list("slug", flat=True))
        return first_free(base, taken)

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
        return self.public().filter(topic__slug=topic, slug=slug).as_shown()

    def as_shown(self) -> Self:
        """With what its pages name besides itself."""
        return self.select_related("topic", "previous_edition__topic", "next_edition__topic")

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
    points = models.TextField(
        _("what you need to know"), max_length=5_000, blank=True, help_text=_("One point a line, in Markdown.")
    )
    points_html = models.TextField(editable=False, blank=True)
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
    # The article of the day before, of which this one is the next day's edition.
    previous_edition = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="next_edition"
    )
    # When somebody last worked on it or said that it goes on, and when it last asked whether it does, being silent.
    kept_open_at = models.DateTimeField(null=True, editable=False)
    asked_at = models.DateTimeField(null=True, editable=False)
    # When its comments closed by themselves; who opens them again is not overruled.
    comments_closed_at = models.DateTimeField(null=True, editable=False)
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
        """Keeps the HTML of lead and points the rendering of their text, whoever writes it."""
        if update_fields is None or "lead" in update_fields:
            self.lead = markup.tidy(self.lead)
            self.lead_html = markup.entry_html(self.lead, cards=False)
            update_fields = update_fields and {*update_fields, "lead_html"}
        if update_fields is None or "points" in update_fields:
            self.points = markup.tidy(self.points)
            self.points_html = markup.entry_html(as_list(self.points), cards=False)
            update_fields = update_fields and {*update_fields, "points_html"}
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
    def editions(self) -> list[tuple["Article", bool]]:
        """The articles of the day before and of the next that readers may see, each with whether it is the next."""
        found = [(self.previous_edition, False), (getattr(self, "next_edition", None), True)]
        return [(edition, is_next) for edition, is_next in found if edition and edition.state != Article.State.DRAFT]

    @property
    def has_lead(self) -> bool:
        """Is there anything to say before the entries?"""
        return bool(self.lead_html or self.points_html or self.editions)

    @property
    def takes_comments(self) -> bool:
        """May readers write on it?"""
        return self.state != Article.State.DRAFT and self.comment_policy != Article.CommentPolicy.CLOSED

    @property
    def is_followed(self) -> bool:
        """Do its open pages ask what is new? After its end only for what readers still write."""
        return self.state != Article.State.ENDED or self.takes_comments

    @contextmanager
    def locale(self) -> Iterator[None]:
        """Its pages are rendered within: they speak its language and show its time zone."""
        with translation.override(self.language), timezone.override(self.zone):
            yield

    @property
    def last_sign(self) -> datetime:
        """Of life: an update, work on what stands there, or that somebody said that it goes on."""
        signs = [self.updated_at, self.published_at, self.kept_open_at]
        return max(sign for sign in signs if sign)

    @property
    def asks(self) -> bool:
        """Has it been silent for so long that it waits to be told whether it goes on?"""
        return self.state == Article.State.LIVE and self.asked_at is not None and self.asked_at > self.last_sign

    def edit(self, *, by: Person | None = None, based_on: dict[str, Any] | None = None, **fields: Any) -> None:
        """Sets title, slug, lead, points, topic, time_zone, language or comment_policy.

        `based_on` has fields as the editor has read them: raises Conflict where somebody has changed one since.
        A new time zone moves the article's entries to the days they have there.
        """
        allow(by is None or may_run(by))
        linked = fields.keys() & {"topic", "title", "slug"}
        # The newer before the older, as in go_live: two that wait for each other would wait for ever.
        with transaction.atomic():
            if linked:
                _touch(Article.objects.filter(previous_edition=self).first())
            with self._run(by) as locked:
                read = based_on or {}
                if any(getattr(locked, name) not in (value, fields.get(name)) for name, value in read.items()):
                    raise Conflict(locked)
                for name, value in fields.items():
                    setattr(locked, name, value)
                locked.own_change = locked.change
                if fields.keys() & {"topic", "slug", "time_zone", "language"}:
                    locked.page_change = locked.change
                locked.save(update_fields=[*fields, "own_change", "page_change"])
                if "time_zone" in fields:
                    locked._sort_entries_into_days()
            if linked:
                _touch(self.previous_edition)

    def go_live(self, at: datetime | None = None, *, by: Person | None = None) -> None:
        """Shows a draft to readers. `at` is for imports of what was published long ago."""
        with self._run(by) as locked:
            require(locked, Article.State.DRAFT)
            locked.published_at = at or timezone.now()
            locked._enter(Article.State.LIVE, "published_at")
            # Its pages link here from now on.
            _touch(locked.previous_edition)

    def pause(self, *, by: Person | None = None) -> None:
        with self._run(by) as locked:
            require(locked, Article.State.LIVE)
            locked._enter(Article.State.PAUSED)

    def resume(self, *, by: Person | None = None) -> None:
        """Takes a paused or an ended article up again."""
        with self._run(by) as locked:
            require(locked, Article.State.PAUSED, Article.State.ENDED)
            locked.ended_at = None
            locked.kept_open_at = timezone.now()
            locked._enter(Article.State.LIVE, "ended_at", "kept_open_at")

    def end(self, at: datetime | None = None, *, by: Person | None = None) -> None:
        with self._run(by) as locked:
            require(locked, Article.State.LIVE, Article.State.PAUSED)
            locked.ended_at = at or timezone.now()
            locked._enter(Article.State.ENDED, "ended_at")

    def ask(self, now: datetime) -> None:
        """It has been silent for long: its desk is asked whether it goes on."""
        Article.objects.filter(pk=self.pk, state=Article.State.LIVE).update(asked_at=now)
        self.asked_at = now

    def end_if_silent(self) -> None:
        """It has asked, and nobody has said a word since."""
        with next_change(self) as locked:
            if not locked.asks:
                raise NotAllowed(_("This article goes on."))
            locked.ended_at = timezone.now()
            locked._enter(Article.State.ENDED, "ended_at")

    def keep_open(self, *, by: Person | None = None) -> None:
        """It was silent and asked; it goes on. Readers see nothing of this, so it takes no number."""
        allow(by is None or may_run(by) or may_write(by))
        self.kept_open_at = timezone.now()
        self.save(update_fields=["kept_open_at"])

    def make_next_edition(self, *, by: Person | None = None) -> "Article":
        """Tomorrow's article, as a draft, with the same settings; the two link to each other. Once: then the same."""
        allow(by is None or may_run(by))
        with next_change(self) as locked:
            found = Article.objects.filter(previous_edition=locked).first()
            if found is None:
                day = local_day(timezone.now(), locked) + timedelta(days=1)
                found = Article.objects.create(
                    topic=locked.topic,
                    title=locked.title,
                    slug=free_slug(locked.topic, f"{_without_day(locked.slug)}-{day}"),
                    time_zone=locked.time_zone,
                    language=locked.language,
                    comment_policy=locked.comment_policy,
                    previous_edition=locked,
                )
        return found

    @contextmanager
    def _run(self, by: Person | None) -> "Iterator[Article]":
        allow(by is None or may_run(by))
        with next_change(self) as locked:
            yield locked

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


def _touch(edition: Article | None) -> None:
    """Its pages name another article, of which something has changed that they show."""
    if edition:
        with next_change(edition) as locked:
            locked.own_change = locked.change
            locked.save(update_fields=["own_change"])


def as_list(points: str) -> str:
    """One point a line as a list in Markdown, whether or not the writer began the lines with a mark."""
    return "\n".join(f"- {line.lstrip('-*• ')}" for line in points.splitlines() if line.strip("-*• "))


def free_slug(topic: Topic, wanted: str) -> str:
    """An address in the topic that no article has: the wanted one, or that with a number."""
    base = slugify(wanted, allow_unicode=True)[:110].strip("-") or "live"
    if base.isdigit():
        base = f"live-{base}"
    taken = set(topic.articles.filter(slug__startswith=base).values_list("slug", flat=True))
    return first_free(base, taken)


def first_free(base: str, taken: Collection[str]) -> str:
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)


def _without_day(slug: str) -> str:
    return re.sub(r"-\d{4}-\d{2}-\d{2}(-\d+)?$", "", slug)
