from typing import Any, NoReturn, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """A comment's own state. Whether readers see it depends on the hidden branches above it too."""

    PUBLISHED = "published", _("published")
    HELD = "held", _("held for a look")
    HIDDEN = "hidden", _("hidden by a moderator")
    WITHDRAWN = "withdrawn", _("withdrawn by its author")
    ERASED = "erased", _("erased for good")


class Reason(models.TextChoices):
    """Why a moderator hides, or a reader reports; readers see these words in the comment's place."""

    ABUSE = "abuse", _("abusive")
    SPAM = "spam", _("spam")
    OFF_TOPIC = "off-topic", _("off topic")
    FALSE = "false", _("false or misleading")
    UNLAWFUL = "unlawful", _("unlawful")
    OTHER = "other", _("against the rules")


class DecisionQuerySet(models.QuerySet["Decision"]):
    def active(self) -> Self:
        """Hides that nobody has undone."""
        return self.filter(kind__in=[Decision.Kind.HIDE, Decision.Kind.HIDE_BRANCH], undone_by=None)

    def delete(self) -> NoReturn:
        raise TypeError("A decision is never deleted: make a new one that undoes it.")


class Decision(models.Model):
    """One row of the moderators' log: who did what to which comment, and why. Never changed and never deleted."""

    class Kind(models.TextChoices):
        HIDE = "hide", _("hide")
        HIDE_BRANCH = "hide-branch", _("hide with all replies")
        RESTORE = "restore", _("restore")
        APPROVE = "approve", _("approve")
        ERASE = "erase", _("erase")
        PICK = "pick", _("editor’s pick")
        UNPICK = "unpick", _("no longer a pick")

    kind = models.CharField(_("decision"), max_length=11, choices=Kind.choices)
    comment = models.ForeignKey("comments.Comment", models.PROTECT, related_name="decisions", verbose_name=_("comment"))
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="decisions", verbose_name=_("moderator")
    )
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices, blank=True)
    note = models.TextField(_("note for the team"), max_length=2_000, blank=True)
    # The comment's own state before, so that an undo brings back exactly that.
    was = models.CharField(_("state before"), max_length=9, choices=State.choices)
    # How many comments appeared to readers or disappeared by it.
    reach = models.PositiveIntegerField(_("comments shown or hidden by it"), default=0)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="undone_by")
    created_at = models.DateTimeField(_("time"), auto_now_add=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.comment_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A decision is never changed: make a new one that undoes it.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("A decision is never deleted: make a new one that undoes it.")


class Report(models.Model):
    """A reader's complaint about a comment, of somebody signed in or not: one of each."""

    comment = models.ForeignKey("comments.Comment", models.PROTECT, related_name="reports", verbose_name=_("comment"))
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices)
    text = models.TextField(_("in their words"), max_length=2_000, blank=True)
    # Of who is not signed in: a keyed hash, for 30 days.
    address_hash = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(fields=["comment", "reporter"], name="comments_report_once"),
            models.UniqueConstraint(
                fields=["comment", "address_hash"],
                condition=~models.Q(address_hash=""),
                name="comments_report_once_from_an_address",
            ),
        ]
        indexes = [
            models.Index(
                fields=["address_hash", "created_at"],
                condition=~models.Q(address_hash=""),
                name="comments_report_address",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} #{self.comment_id}"
