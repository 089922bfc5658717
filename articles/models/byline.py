from typing import Self

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Between the names of an entry's byline, so no name holds it.
SEPARATOR = ", "


def validate_byline(name: str) -> None:
    if "," in name:
        raise ValidationError(_("A byline is one name, without a comma."))


class BylineQuerySet(models.QuerySet["Byline"]):
    def open_to(self, person_id: int) -> Self:
        """What somebody may write under: their own names, and their colleagues' but for pseudonyms."""
        return self.filter(Q(owner=person_id) | Q(is_pseudonym=False))


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
