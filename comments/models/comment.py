import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import IntegrityError, connections, models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from mptt.fields import TreeForeignKey
from mptt.managers import TreeManager
from mptt.models import MPTTModel

from articles.models import Article, Entry, NotAllowed
from comments.models.decision import Reason, State
from comments.models.queryset import CommentQuerySet
from newsroom import markup
from newsroom.wakeups import wake_on_commit

# The deepest conversation in the exports and threads we measured has 12 levels. A reply beyond the cap stands beside
# the comment it answers, and says so.
MAX_LEVEL = 15
LONGEST_TEXT = 5_000


_TreeManager: Any = TreeManager.from_queryset(CommentQuerySet)  # django-mptt has no types


class CommentManager(_TreeManager):
    def _get_next_tree_id(self) -> int:
        """The private hook of django-mptt 0.20 for a new root. MAX + 1 collides between concurrent writers.

        SQLite has one writer at a time (transaction_mode IMMEDIATE), so there MAX + 1 is safe.
        """
        connection = connections[self.db]
        if connection.vendor != "postgresql":
            return int(super()._get_next_tree_id())
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [self.model._meta.db_table])
            return int(cursor.fetchone()[0])

    def post(
        self,
        article: Article,
        text: str,
        *,
        author: Any,
        parent: "Comment | None" = None,
        entry: Entry | None = None,
        key: uuid.UUID | None = None,
    ) -> "Comment":
        """A reader's new comment: a root, or a reply when there is a parent.

        `key` makes it idempotent: a second post of this text with this key returns the first one's comment.
        Raises NotAllowed when the article takes no comments or the parent may not be answered.
        """
        # Of the text too: who goes back and changes it before sending again says something new.
        key = key and uuid.uuid5(key, markup.tidy(text))
        comment: Comment = self.model(text=text, author=author, name=author.name, entry=entry, key=key)
        try:
            with transaction.atomic():
                self._place(comment, article, parent)
        except (IntegrityError, NotAllowed):
            # Sent before: by a double click, or by a reader whose line broke before the answer came.
            sent_before: Comment | None = self.filter(author=author, key=key).first() if key else None
            if sent_before is None:
                raise
            return sent_before
        return comment

    def bring_in(self, comment: "Comment", article: Article, *, parent: "Comment | None" = None) -> "Comment":
        """Places an unsaved comment from another system, with the name, state and time it has there.

        The rules for readers do not apply: what was answered there stays answered, hidden or not.
        """
        with transaction.atomic():
            self._place(comment, article, parent, readers_rules=False)
        return comment

    def _place(
        self, comment: "Comment", article: Article, parent: "Comment | None", *, readers_rules: bool = True
    ) -> None:
        """Inserts a comment as the last in its place and counts it, in 4 statements; one more for a held reply."""
        comment.article = article
        comment.text = markup.tidy(comment.text)
        comment.html = markup.comment_html(comment.text)
        if parent is None:
            # Nobody else knows the new tree yet, so the article can be locked first: its row gives the number.
            locked = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
            if comment.entry and comment.entry.article_id != article.pk:
                raise ValueError("A comment can only be about an entry of its own article.")
            comment.number = locked.conversation_count + 1
        else:
            parent = self._locked_parent(parent)
            locked = parent.article
            if locked.pk != article.pk:
                comment.article = article = locked
            comment.entry_id = parent.entry_id
        if readers_rules:
            check_open(locked, parent)
            if locked.comment_policy == Article.CommentPolicy.HELD:
                comment.state = State.HELD
        if parent and parent.level >= MAX_LEVEL:
            comment.answers, parent = parent, parent.parent
        if parent:
            # A new reply lies under every hidden branch that its parent lies under.
            comment.hides = parent.hides
        comment.invisible = int(parent is None and comment.state != State.PUBLISHED)
        self.insert_node(comment, parent, position="last-child", refresh_target=False)
        comment.save(force_insert=True)
        if parent and not comment.visible:
            self.filter(tree_id=comment.tree_id, parent=None).update(invisible=F("invisible") + 1)
        Article.objects.filter(pk=article.pk).update(
            comment_change=F("comment_change") + 1,
            comment_count=F("comment_count") + int(comment.visible),
            conversation_count=F("conversation_count") + int(parent is None),
        )
        wake_on_commit(article.subject)

    def _locked_parent(self, parent: "Comment") -> "Comment":
        """A comment as it is once its tree is locked, with its article: one statement for both.

        PostgreSQL locks in the order of the rows, so the root comes first like everywhere, and it gives each row as it
        is after the wait for its lock.
        """
        connection = connections[self.db]
        lock = "FOR NO KEY UPDATE OF comment" if connection.features.has_select_for_no_key_update else ""
        with connection.cursor() as cursor:
            cursor.execute(f"{PARENT} {lock}", [parent.pk, parent.tree_id])
            row = next(row for row in cursor.fetchall() if row[0] == parent.pk)
        fresh: Comment = self.model.from_db(self.db, PARENT_FIELDS, row[: len(PARENT_FIELDS)])
        if fresh.tree_id != parent.tree_id:
            # A repair has given the tree another id since the parent was read.
            return self._locked_parent(fresh)
        fresh.article = Article.from_db(self.db, ["id", "state", "comment_policy"], row[len(PARENT_FIELDS) :])
        return fresh


# What a reply needs to know: where it goes and whether it may. Written out, as the ORM takes a third of a reply's time
# to build it.
PARENT_FIELDS = ["id", "article_id", "entry_id", "parent_id", "lft", "rght", "level", "tree_id", "hides", "visible"]
PARENT = f"""
SELECT {", ".join(f"comment.{field}" for field in PARENT_FIELDS)}, article.id, article.state, article.comment_policy
FROM comments_comment comment JOIN articles_article article ON article.id = comment.article_id
WHERE comment.id = %s OR (comment.tree_id = %s AND comment.parent_id IS NULL) ORDER BY comment.level
"""  # noqa: S608 -- of our own words alone


def check_open(article: Article, parent: "Comment | None" = None) -> None:
    """Raises NotAllowed with the reason why readers cannot write here, in words for them."""
    if not article.takes_comments:
        raise NotAllowed(_("Comments on this article are closed."))
    if parent is not None and not parent.visible:
        raise NotAllowed(_("The comment you answer is no longer shown. Copy your text and answer another one."))


class Comment(MPTTModel):
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
        verbose_name=_("author"),
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    text = models.TextField(_("text"), max_length=LONGEST_TEXT)
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

    def withdraw(self) -> int:
        return self._alone().withdraw()

    def _alone(self) -> CommentQuerySet:
        return Comment.objects.filter(pk=self.pk)


# django-mptt appends an index on (tree_id, lft) by itself; see "indexes" above.
Comment._meta.indexes = [index for index in Comment._meta.indexes if index.fields != ["tree_id", "lft"]]
