from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from newsroom.markup import tidy

# Between the names of an entry's byline, so no name holds it.
SEPARATOR = ", "
LONGEST_BYLINE = 300


def validate_byline(name: str) -> None:
    if "," in name:
        raise ValidationError(_("A byline is one name, without a comma."))


class BylineQuerySet(models.QuerySet["Byline"]):
    def open_to(self, person_id: int) -> Self:
        """What somebody may write under: their own names, and their colleagues' but for pseudonyms."""
        return self.filter(Q(owner=person_id) | Q(is_pseudonym=False))

    def secret_to(self, person_id: int) -> set[str]:
        """The pseudonyms of others, however they are spelled: casefolded."""
        others = self.filter(is_pseudonym=True).exclude(owner=person_id)
        return {name.casefold() for name in others.values_list("name", flat=True)}


class Byline(models.Model):
    """A public name. A person may have several; an entry keeps the names it was published under as plain text."""

    name = models.CharField(_("name"), max_length=80, unique=True, validators=[validate_byline])
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="bylines",
        verbose_name=_("owner"),
    )
    is_pseudonym = models.BooleanField(
        _("pseudonym"),
        default=False,
        help_text=_("Nobody but an administrator can find out whose it is, and each time is written down."),
    )

    objects = BylineQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("byline")
        verbose_name_plural = _("bylines")
        # Nor is one told from another by its capitals.
        constraints = [models.UniqueConstraint(Lower("name"), name="articles_byline_name_once")]
        permissions = [("resolve_byline", _("Can find out who is behind a pseudonym"))]

    def __str__(self) -> str:
        return self.name

    def resolve(self, by: models.Model) -> str:
        """The public name of the person behind it. That it was looked up, by whom and when, is kept."""
        if not by.has_perm("articles.resolve_byline"):  # type: ignore[attr-defined]
            raise PermissionDenied(_("Only administrators may find out who is behind a pseudonym."))
        with transaction.atomic():
            self.lookups.create(by_id=by.pk, at=timezone.now())
            return str(self.owner) if self.owner else ""


def as_byline(names: Iterable[str]) -> str:
    """Names as an entry has them, each once. Raises ValidationError where they are too many."""
    byline = SEPARATOR.join(dict.fromkeys(filter(None, map(tidy, names))))
    if len(byline) > LONGEST_BYLINE:
        raise ValidationError(_("These are too many names for one entry. Choose fewer."))
    return byline


def names_of(byline: str) -> list[str]:
    """The other way round."""
    return byline.split(SEPARATOR) if byline else []


def taken_away(before: Iterable[str], after: Iterable[str], by: int) -> str | None:
    """A pseudonym of somebody else that is in the one and not in the other: nobody but its owner takes it off an entry,
    where it would leave behind who wrote it, or nobody."""
    gone = set(before) - set(after)
    secret = Byline.objects.secret_to(by) if gone else set()
    return next((name for name in gone if name.casefold() in secret), None)


class BylineLookup(models.Model):
    """Somebody found out who is behind a byline. Never changed, never deleted."""

    byline = models.ForeignKey(Byline, models.PROTECT, related_name="lookups", verbose_name=_("byline"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("look behind a pseudonym")
        verbose_name_plural = _("looks behind pseudonyms")

    def __str__(self) -> str:
        return f"{self.byline}, {self.at:%Y-%m-%d %H:%M}"
