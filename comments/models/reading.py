"""What readers do with comments besides writing them: recommend, mute, follow, and what they are told of."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from comments.models.decision import Decision

# On the bell; who has missed more wants no exact number.
MOST_COUNTED = 100
# A mail takes seconds, so whoever took notices so long ago was killed.
TAKEN_FOR = timedelta(minutes=10)


def wilson_score(recommends: Any) -> Any:
    """Of a number, or of a database's expression for one.

    The lower bound of Wilson's score interval at 95 % (E. B. Wilson, 1927) when every vote is for a comment.

    There are no votes against one, so n of n are for it, and the bound is n / (n + 1.96²).
    """
    return recommends / (recommends + 1.96**2)


class Recommendation(models.Model):
    """One reader finds one comment worth reading. Whoever leaves the site takes their name away, not their vote."""

    comment = models.ForeignKey("comments.Comment", models.PROTECT, related_name="recommendations")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="recommendations", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reader", "comment"], name="comments_recommendation_once"),
        ]

    def __str__(self) -> str:
        return f"♥ #{self.comment_id}"


class Mute(models.Model):
    """A reader does not want to read what another one writes."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mutes", db_index=False)
    muted = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="muted_by")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reader", "muted"], name="comments_mute_once"),
            models.CheckConstraint(condition=~Q(reader=F("muted")), name="comments_mute_of_another"),
        ]

    def __str__(self) -> str:
        return f"{self.reader} – {self.muted}"


class Follow(models.Model):
    """A reader wants to be told of everything in a conversation, or, having left it, of nothing there."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="follows", db_index=False)
    # Its root.
    conversation = models.ForeignKey("comments.Comment", models.PROTECT, related_name="follows")
    left = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reader", "conversation"], name="comments_follow_once"),
        ]

    def __str__(self) -> str:
        return f"{self.reader}: #{self.conversation_id}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def shown(self) -> Self:
        """What a reader is told: what others wrote only while everybody can read it."""
        about_own = Q(kind__in=Notice.ABOUT_OWN)
        return self.filter(about_own | Q(comment__visible=True))

    def of(self, reader: Any) -> Self:
        """What this reader is told, newest first: nothing of people whom they have muted meanwhile."""
        about_own = Q(kind__in=Notice.ABOUT_OWN)
        muted = Mute.objects.filter(reader=reader, muted=models.OuterRef("comment__author"))
        told = self.filter(reader=reader).exclude(comment__article__state=Article.State.DRAFT).shown()
        return told.filter(about_own | ~models.Exists(muted)).order_by("-id")

    def unseen(self) -> Self:
        return self.filter(seen_at=None)

    def unseen_count(self, reader: Any) -> int:
        """What the bell says, in one query; from MOST_COUNTED on it is "many"."""
        return self.of(reader).unseen().order_by()[:MOST_COUNTED].count()

    def mark_seen(self, now: datetime) -> int:
        return self.unseen().update(seen_at=now)

    def to_mail(self, now: datetime) -> Self:
        """What is due, and nobody is at it: who took it long ago has gone without a word."""
        free = Q(taken_at=None) | Q(taken_at__lt=now - TAKEN_FOR)
        return self.filter(free, mail_at__lte=now, done_at=None)


class Notice(models.Model):
    """Something a reader is told: on the site by the bell, and by mail where they asked for it."""

    class Kind(models.TextChoices):
        REPLY = "reply", _("reply")
        MENTION = "mention", _("mention")
        FOLLOWED = "followed", _("new in a conversation you follow")
        PICK = "pick", _("picked by the editors")
        DECISION = "decision", _("a moderator’s decision")

    # About the reader's own comment; the others are about what somebody else wrote.
    ABOUT_OWN = (Kind.PICK, Kind.DECISION)

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    comment = models.ForeignKey("comments.Comment", models.PROTECT, related_name="notices")
    # What moderators or editors decided about it.
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, blank=True, related_name="notices")
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True)
    # From when on it may be mailed; null: it is not mailed.
    mail_at = models.DateTimeField(null=True)
    # When a worker took it to mail it; taken again where that worker has gone without a word.
    taken_at = models.DateTimeField(null=True)
    # When it was mailed or found to need no mail any more.
    done_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            # However often a worker looks at a comment, or whatever somebody is to it.
            models.UniqueConstraint(
                fields=["reader", "comment"], condition=Q(decision=None), name="comments_notice_once"
            ),
            models.UniqueConstraint(
                fields=["reader", "decision"], condition=Q(decision__isnull=False), name="comments_notice_decision_once"
            ),
        ]
        indexes = [
            models.Index(fields=["reader", "-id"], name="comments_notice_newest"),
            models.Index(fields=["reader"], condition=Q(seen_at=None), name="comments_notice_unseen"),
            models.Index(
                fields=["mail_at"], condition=Q(mail_at__isnull=False, done_at=None), name="comments_notice_to_mail"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.comment_id}"


class Revision(models.Model):
    """What a comment said before its author edited it; moderators read it, nobody else."""

    comment = models.ForeignKey("comments.Comment", models.PROTECT, related_name="revisions")
    text = models.TextField()
    # When it was replaced.
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"#{self.comment_id}, {self.created_at:%Y-%m-%d %H:%M}"

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("Revisions go with their comment's text, when it is erased.")
