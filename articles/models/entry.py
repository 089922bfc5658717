import html
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from articles.models.article import LONGEST_TEXT, Article
from articles.models.byline import LONGEST_BYLINE, names_of
from articles.models.entry_actions import EntryActions
from articles.models.photograph import Photograph, figures
from articles.models.posting import Posting
from articles.models.rights import Person, hidden_writers, may_change_any
from newsroom import markup
from newsroom.keyset import cursor_of

# Of entries that are only named in a list.
NAMED = ("article_id", "headline", "html", "published_at")
KEY_EVENTS_SHOWN = 8


if TYPE_CHECKING:
    from articles.models.correction import Correction


class EntryQuerySet(Posting, models.QuerySet["Entry"]):
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

    def tagged(self, tag: str) -> Self:
        return self.filter(tags__contains=f",{tag},")

    def due(self, now: datetime) -> Self:
        """Scheduled, and their time has come."""
        return self.filter(state=Entry.State.SCHEDULED, scheduled_for__lte=now).order_by("scheduled_for", "id")

    def reached_by(self, by: Person) -> Self:
        """Their own, and those of others for who looks after them; see rights.reaches."""
        own = Q(author=by.pk)
        if not may_change_any(by):
            return self.filter(own)
        return self.filter(own | ~Q(state=Entry.State.DRAFT) | Q(author=None) | ~Q(author__in=hidden_writers(by)))

    def submitted(self) -> Self:
        """What waits for an editor, who sees first what has waited longest."""
        return self.filter(state=Entry.State.SUBMITTED).order_by("id")


class Entry(EntryActions):
    """One timestamped update of an article."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        SCHEDULED = "scheduled", _("scheduled")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Label(models.TextChoices):
        NONE = "", _("none")
        UNCONFIRMED = "unconfirmed", _("unconfirmed")
        CONFIRMED = "confirmed", _("confirmed")

    # What readers see, or have seen and must lose again.
    SEEN = (State.PUBLISHED, State.WITHDRAWN)

    article = models.ForeignKey(Article, models.PROTECT, related_name="entries", verbose_name=_("article"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="entries"
    )
    headline = models.CharField(_("headline"), max_length=200, blank=True)
    # Blank only where a photograph says it all.
    text = models.TextField(_("text"), max_length=LONGEST_TEXT, blank=True, help_text=_("Markdown."))
    # Text and photographs, as readers get them.
    html = models.TextField(editable=False)
    # Names as they were published, one after the other; see Byline.
    byline = models.CharField(_("byline"), max_length=LONGEST_BYLINE, blank=True)
    label = models.CharField(_("label"), max_length=11, choices=Label.choices, default=Label.NONE, blank=True)
    source_url = models.URLField(
        _("source"), max_length=500, blank=True, help_text=_("Where it was reported first, as a link.")
    )
    # As ",storm,north sea,": found by ",storm," within an article.
    tags = models.CharField(_("tags"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.DRAFT, editable=False)
    is_key_event = models.BooleanField(_("key event"), default=False)
    is_pinned = models.BooleanField(_("pinned"), default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    # The calendar day of published_at in the article's time zone: pages are grouped and found by it.
    day = models.DateField(null=True, editable=False)
    # Of a draft and of what was submitted: the time that its writer has chosen.
    scheduled_for = models.DateTimeField(_("goes out at"), null=True, editable=False)
    # Whether it is to be pinned when it goes out.
    pin_on_publish = models.BooleanField(default=False, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    corrected_at = models.DateTimeField(null=True, editable=False)
    # What an editor, or the site, tells those who wrote it.
    note = models.CharField(_("note"), max_length=500, blank=True, editable=False)
    # Grows with each edit: who edits says which version they have read.
    version = models.PositiveIntegerField(default=0, editable=False)
    # Of the form that it was written in: the same form sent again is the same entry.
    key = models.UUIDField(null=True, unique=True, editable=False)
    # The article's change that last touched what readers see of this entry; 0 while none has.
    change = models.PositiveIntegerField(default=0, editable=False)
    # Visible comments about it; the comments app alone writes it.
    comment_count = models.PositiveIntegerField(default=0, editable=False)
    imported_from = models.CharField(max_length=300, null=True, blank=True, unique=True, editable=False)

    # While it is saved: who does it, for its history, and whether there is more to render than the text.
    _history_user: Any = None
    photographs_changed = False
    # On a page, see with_corrections.
    shown_corrections: "list[Correction]" = []

    objects = EntryQuerySet.as_manager()
    # Who changed what, when: one row each time an entry is saved. What can be made anew from it is left out.
    history = HistoricalRecords(
        excluded_fields=[
            "html",
            "day",
            "change",
            "comment_count",
            "imported_from",
            "created_at",
            "key",
            "pin_on_publish",
        ]
    )

    class Meta:
        ordering = ["-published_at", "-id"]
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        permissions = [
            ("change_any_entry", _("Can change the entries of others")),
            ("publish_entry", _("Can publish entries")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["article"], condition=Q(is_pinned=True), name="articles_entry_one_pin"),
            models.CheckConstraint(
                condition=Q(is_pinned=False) | Q(state="published"), name="articles_entry_pin_is_published"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["published", "withdrawn"]) | Q(published_at__isnull=False, day__isnull=False),
                name="articles_entry_published_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="scheduled") | Q(scheduled_for__isnull=False),
                name="articles_entry_scheduled_has_time",
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
            # Looked at every second, so it holds what waits and nothing else.
            models.Index(fields=["scheduled_for"], condition=Q(state="scheduled"), name="articles_entry_due"),
            models.Index(fields=["id"], condition=Q(state="submitted"), name="articles_entry_submitted"),
        ]

    def __str__(self) -> str:
        """The headline, or the first words of the text."""
        return self.headline or Truncator(Truncator(self.summary).words(12)).chars(120) or str(_("Photograph"))

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Keeps `html` the rendering of the text and the photographs, whoever writes them."""
        if update_fields is None or "text" in update_fields:
            self.text = markup.tidy(self.text)
            self.html = self._rendered()
            update_fields = update_fields and {*update_fields, "html"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("entry", args=[self.article.topic.slug, self.article.slug, self.pk])

    @property
    def place(self) -> str:
        """Where it stands among the others; also the cursor for the pages before and after it."""
        return cursor_of(self, ("published_at", "id"))

    @property
    def in_article(self) -> str:
        """Its place on the article's pages, below the article's address: the page that begins with it."""
        published_at, pk = self.place.split("~")
        return f"?after={published_at}~{int(pk) + 1}#e{pk}"

    @property
    def summary(self) -> str:
        """The text as plain words."""
        return html.unescape(strip_tags(self.html))

    def render_again(self) -> None:
        """After its photographs changed. Says nothing new to its history."""
        self.html = self._rendered()
        Entry.objects.filter(pk=self.pk).update(html=self.html)

    def _rendered(self) -> str:
        shown: Iterable[Photograph] = self.photographs.all() if self.pk else ()
        return markup.entry_html(self.text) + figures(shown)

    @property
    def bylines(self) -> list[str]:
        return names_of(self.byline)

    @property
    def tag_list(self) -> list[str]:
        return [tag for tag in self.tags.split(",") if tag]

    @property
    def is_public(self) -> bool:
        return self.state == Entry.State.PUBLISHED and self.article.state != Article.State.DRAFT


def join_tags(names: Iterable[str]) -> str:
    """Tags as they are stored: each once, in lower case, between commas."""
    tidied = dict.fromkeys(" ".join(name.replace(",", " ").lower().split()) for name in names)
    return "".join(f",{name}" for name in tidied if name) + "," if any(tidied) else ""
