import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, TYPE_CHECKING, Self

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from articles.models.changing import NotAllowed
from articles.models.rights import Person, allow, may_change_any, may_write
from newsroom import pictures

if TYPE_CHECKING:
    from articles.models.entry import Entry

# How long one that belongs to no entry is kept: its composer may be open over night.
LOOSE_FOR = timedelta(days=2)
# The entry's column, in newsroom.css.
SIZES = "(max-width: 44rem) 100vw, 42rem"


@dataclass(frozen=True, slots=True)
class Shot:
    """A photograph as a form names it."""

    id: int
    alt: str = ""
    caption: str = ""
    credit: str = ""


class PhotographQuerySet(models.QuerySet["Photograph"]):
    def take(self, file: IO[bytes], *, by: Person) -> "Photograph":
        """Develops what somebody sent; the file itself is not kept. Raises pictures.Refused."""
        allow(may_write(by))
        picture = pictures.develop(file)
        # The row first: where a file cannot be written, it is known what to clear away.
        photograph = self.create(
            name=secrets.token_hex(12),
            by_id=by.pk,
            width=picture.width,
            height=picture.height,
            widths=" ".join(str(width) for width in picture.widths),
            fallback_width=next(r.width for r in picture.renditions if r.format == "jpeg"),
        )
        for rendition in picture.renditions:
            default_storage.save(photograph.path(f"{rendition.width}.{rendition.format}"), ContentFile(rendition.data))
        return photograph

    def public(self) -> Self:
        return self.filter(entry__state="published").exclude(entry__article__state="draft")

    def loose(self, now: datetime) -> Self:
        """In no entry, and that for long."""
        return self.filter(entry=None, loose_since__lt=now - LOOSE_FOR)


class Photograph(models.Model):
    """In several widths and formats, without anything that the camera wrote about itself or its place."""

    entry = models.ForeignKey(
        "articles.Entry", models.SET_NULL, null=True, blank=True, related_name="photographs", verbose_name=_("entry")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    # In its address: says nothing, and nobody guesses it.
    name = models.CharField(max_length=24, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    alt = models.CharField(_("description"), max_length=500, blank=True)
    caption = models.CharField(_("caption"), max_length=300, blank=True)
    credit = models.CharField(_("credit"), max_length=100, blank=True)
    # Of the widest rendition, so that pages leave it its place before it is there.
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    widths = models.CharField(max_length=40)
    fallback_width = models.PositiveIntegerField()
    # When it was taken, or taken out of its entry.
    loose_since = models.DateTimeField(default=timezone.now)

    objects = PhotographQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("photograph")
        verbose_name_plural = _("photographs")

    def __str__(self) -> str:
        return self.alt or self.name

    def path(self, rendition: str) -> str:
        """In the storage; `rendition` is as "960.webp"."""
        return f"photographs/{self.name}/{rendition}"

    @property
    def fallback(self) -> str:
        """The rendition that every browser shows."""
        return f"{self.fallback_width}.jpeg"

    def url(self, rendition: str) -> str:
        return reverse("photograph", args=[self.name, rendition])

    def srcset(self, format: str) -> str:
        return ", ".join(f"{self.url(f'{width}.{format}')} {width}w" for width in self.widths.split())

    def has(self, rendition: str) -> bool:
        width, _dot, format = rendition.partition(".")
        if format == "jpeg":
            return width == str(self.fallback_width)
        return format in ("avif", "webp") and width in self.widths.split()

    def discard(self) -> None:
        """Itself, unless an entry has taken it meanwhile, and its files."""
        if not Photograph.objects.filter(pk=self.pk, entry=None).delete()[0]:
            return
        for width in self.widths.split():
            for format in ("avif", "webp"):
                default_storage.delete(self.path(f"{width}.{format}"))
        default_storage.delete(self.path(self.fallback))
        # Its folder, where there are such.
        default_storage.delete(self.path("").rstrip("/"))


def attach(entry: "Entry", shots: Iterable[Shot], by: Person | None) -> None:
    """Makes these the entry's photographs, in this order, with these words. What is left out of it becomes loose.

    Raises NotAllowed where one is not to be had: of somebody else's loose ones none is taken, but by who looks after
    the entries of others.
    """
    shots = list(shots)
    # Locked, so that none is thrown away meanwhile.
    locked = Photograph.objects.select_for_update().filter(pk__in=[shot.id for shot in shots])
    found = {p.pk: p for p in locked.order_by("pk")}
    entry.photographs.exclude(pk__in=found).update(entry=None, loose_since=timezone.now())
    for position, shot in enumerate(shots):
        photograph = found.get(shot.id)
        if photograph is None or not _may_be_had(photograph, entry, by):
            raise NotAllowed(_("A photograph of this entry is no longer there. Remove it and add it again."))
        photograph.entry, photograph.position = entry, position
        photograph.alt, photograph.caption, photograph.credit = shot.alt[:500], shot.caption[:300], shot.credit[:100]
        photograph.save(update_fields=["entry", "position", "alt", "caption", "credit"])


def _may_be_had(photograph: Photograph, entry: "Entry", by: Person | None) -> bool:
    if photograph.entry_id is not None:
        return photograph.entry_id == entry.pk
    return by is None or photograph.by_id == by.pk or may_change_any(by)


def figures(photographs: Iterable[Photograph]) -> SafeString:
    """As they stand in an entry's HTML."""
    return mark_safe("".join(_figure(photograph) for photograph in photographs))  # noqa: S308 -- each is escaped


def _figure(photograph: Photograph) -> SafeString:
    sources = format_html_join(
        "",
        '<source type="image/{}" srcset="{}" sizes="{}">',
        ((format, photograph.srcset(format), SIZES) for format in ("avif", "webp")),
    )
    credit = format_html(" <small>{}</small>", photograph.credit) if photograph.credit else ""
    caption = (
        format_html('<figcaption dir="auto">{}{}</figcaption>', photograph.caption, credit)
        if photograph.caption or credit
        else ""
    )
    return format_html(
        '<figure><picture>{}<img src="{}" width="{}" height="{}" alt="{}" loading="lazy" decoding="async"></picture>'
        "{}</figure>\n",
        sources,
        photograph.url(photograph.fallback),
        photograph.width,
        photograph.height,
        photograph.alt,
        caption,
    )
