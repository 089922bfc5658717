from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from mptt.fields import TreeForeignKey
from mptt.models import MPTTModel

from articles.models import Article, Entry
from comments.models.badge import Badge
from comments.models.decision import Reason, State
from comments.models.posting import CommentManager
from comments.models.queryset import CommentQuerySet
from comments.models.readers import ReadersActions


class Comment(ReadersActions, MPTTModel):
    """A reader's text on an article, optionally about one entry. A root opens a conversation."""

    State = State

    article = models.ForeignKey(Article, models.PROTECT, related_name="comments", verbose_name=_("article"))
    entry = models.ForeignKey(
        Entry, models.PROTECT, null=True, blank=True, related_name="comments", db_index=False, verbose_name=_("entry")
    )
    # PROTECT: rows are never deleted by cascade (one reader's 86 comments took 8,343 rows with them).
    parent = TreeForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        db_index=False,
        verbose_name=_("answers"),
    )
    # What a reply at the depth cap answers, when it cannot stand below it.
    answers = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    lft = models.PositiveIntegerField(editable=False)
    rght = models.PositiveIntegerField(editable=False)
    level = models.PositiveIntegerField(editable=False)
    tree_id = models.PositiveBigIntegerField(editable=False, db_index=True)
    # A root's number in its article, as readers quote it ("3."); it is never given twice.
    number = models.PositiveIntegerField(_("number"), null=True, editable=False)
    # On a root: how many comments of its tree readers do not see.
    invisible = models.PositiveIntegerField(default=0, editable=False)

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="comments",
        # Within the index on author and time.
        db_index=False,
        verbose_name=_("author"),
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    badge = models.CharField(_("badge"), max_length=8, choices=Badge.choices, blank=True, editable=False)
    text = models.TextField(_("text"))
    html = models.TextField(editable=False)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.PUBLISHED, editable=False)
    # How many "hide with all replies" decisions cover this comment; nested ones add up, so each can be undone exactly.
    hides = models.PositiveSmallIntegerField(default=0, editable=False)
    visible = models.GeneratedField(
        verbose_name=_("visible"),
        expression=models.Case(
            models.When(state="published", hides=0, then=models.Value(True)), default=models.Value(False)
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    # The reason of the newest decision that hides this comment or the branch below it.
    hidden_for = models.CharField(_("hidden for"), max_length=12, choices=Reason.choices, blank=True, editable=False)
    recommends = models.PositiveIntegerField(_("recommendations"), default=0, editable=False)
    # What "best" sorts by, roots only; constant between votes.
    score = models.FloatField(default=0, editable=False)
    created_at = models.DateTimeField(_("time"), default=timezone.now, editable=False)
    edited_at = models.DateTimeField(_("edited at"), null=True, editable=False)
    picked_at = models.DateTimeField(_("picked at"), null=True, editable=False)
    # The number (Article.comment_change) of what last changed its words or whether it is seen: open pages ask by it.
    change = models.PositiveIntegerField(default=0, editable=False)
    # Made by the form; the same form sent twice makes one comment.
    key = models.UUIDField(null=True, editable=False)
    imported_from = models.CharField(max_length=300, null=True, blank=True, unique=True, editable=False)

    objects: ClassVar[CommentManager] = CommentManager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        permissions = [("moderate_comment", _("Can hide, restore and approve comments"))]
        constraints = [
            models.UniqueConstraint(fields=["tree_id"], condition=Q(parent=None), name="comments_comment_one_root"),
            models.UniqueConstraint(
                fields=["article", "number"], condition=Q(parent=None), name="comments_comment_number_once"
            ),
            models.UniqueConstraint(fields=["author", "key"], name="comments_comment_sent_once"),
            models.CheckConstraint(condition=Q(rght__gt=F("lft")), name="comments_comment_lft_below_rght"),
            models.CheckConstraint(
                condition=Q(parent=None, lft=1, level=0, number__isnull=False)
                | Q(parent__isnull=False, lft__gt=1, level__gt=0, number=None),
                name="comments_comment_root_or_reply",
            ),
        ]
        # None on lft or rght: every reply would rewrite it (at 10,000 comments 85 ms instead of 22).
        indexes = [
            models.Index(fields=["article", "-tree_id"], condition=Q(parent=None), name="comments_comment_newest"),
            models.Index(
                fields=["article", "-score", "-tree_id"], condition=Q(parent=None), name="comments_comment_best"
            ),
            models.Index(
                fields=["entry", "-tree_id"],
                condition=Q(parent=None, entry__isnull=False),
                name="comments_comment_entry",
            ),
            # Partial, or SQLite takes it instead of the ones above for "parent IS NULL" (17 ms a page instead of 1-3).
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="comments_comment_parent"),
            models.Index(fields=["answers"], condition=Q(answers__isnull=False), name="comments_comment_answers"),
            models.Index(fields=["state"], condition=~Q(state="published"), name="comments_comment_state"),
            # What somebody has written: their profile, and how much of late.
            models.Index(fields=["author", "-created_at", "-id"], name="comments_comment_author"),
            models.Index(fields=["article", "change"], name="comments_comment_change"),
            models.Index(
                fields=["article", "tree_id"],
                condition=~Q(badge="") & Q(parent__isnull=False),
                name="comments_comment_answered",
            ),
            models.Index(
                fields=["article", "tree_id"], condition=Q(picked_at__isnull=False), name="comments_comment_picked"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.name}: {' '.join(self.text.split()[:10])}"

    def get_absolute_url(self) -> str:
        return reverse("comment", args=[self.pk])

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Only inserts: saving an instance read earlier would write old tree and moderation fields back."""
        if not self._state.adding and not kwargs.get("update_fields"):
            raise TypeError("Use the comment's methods, or name update_fields.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("Comments are hidden or erased, never deleted: their replies would lose their place.")

    @property
    def reply_count(self) -> int:
        return (self.rght - self.lft) // 2

    def hide(self, by: Any, reason: str, note: str = "") -> int:
        return self._alone().hide(by, reason, note)

    def hide_branch(self, by: Any, reason: str, note: str = "") -> int:
        return self._alone().hide_branch(by, reason, note)

    def restore(self, by: Any, note: str = "") -> int:
        return self._alone().restore(by, note)

    def approve(self, by: Any, note: str = "") -> int:
        return self._alone().approve(by, note)

    def pick(self, by: Any) -> int:
        return self._alone().pick(by)

    def unpick(self, by: Any) -> int:
        return self._alone().unpick(by)

    def _alone(self) -> CommentQuerySet:
        return Comment.objects.filter(pk=self.pk)


# django-mptt appends an index on (tree_id, lft) by itself; see "indexes" above.
Comment._meta.indexes = [index for index in Comment._meta.indexes if index.fields != ["tree_id", "lft"]]
