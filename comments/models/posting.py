"""How a comment comes into its tree: written by a reader, or brought in from another system."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connections, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from mptt.managers import TreeManager

from articles.models import Article, Entry, NotAllowed, names_of
from comments import limits, tasks
from comments.models.badge import Badge
from comments.models.decision import State
from comments.models.numbers import count_entry, next_comment_change
from comments.models.queryset import CommentQuerySet
from newsroom import markup

if TYPE_CHECKING:
    from comments.models.comment import Comment

# The deepest conversation in the exports and threads we measured has 12 levels. A reply beyond the cap stands beside
# the comment it answers, and says so.
MAX_LEVEL = 15

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
        now: datetime | None = None,
    ) -> "Comment":
        """A reader's new comment: a root, or a reply when there is a parent.

        `key` makes it idempotent: a second post of this text with this key returns the first one's comment.
        Raises NotAllowed when the article takes no comments or the parent may not be answered, TooMuch when its author
        has to wait.
        """
        now = now or timezone.now()
        # Of the text too: who goes back and changes it before sending again says something new.
        key = key and uuid.uuid5(key, markup.tidy(text))
        comment: Comment = self.model(text=text, author=author, name=author.name, entry=entry, key=key, created_at=now)
        try:
            with transaction.atomic():
                if settings.LIMIT_READERS and not author.is_staff:
                    self._check_limits(author, parent, now)
                comment.badge = _badge(author, article)
                self._place(comment, article, parent)
                if comment.state == State.PUBLISHED:
                    tasks.tell.enqueue([comment.pk])
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

    def _check_limits(self, author: Any, parent: "Comment | None", now: datetime) -> None:
        """Under the lock of the author's row: of many comments sent at once, each sees the ones before it."""
        get_user_model().objects.select_for_update(no_key=True).only("pk").get(pk=author.pk)
        said = limits.said_lately(self, author, now)
        answers = parent.author_id if parent and parent.author_id != author.pk else None
        limits.check(said, author.date_joined, answers, now)

    def _place(
        self, comment: "Comment", article: Article, parent: "Comment | None", *, readers_rules: bool = True
    ) -> None:
        """Inserts a comment as the last in its place and counts it, in 4 statements; one more where it is held or
        about an entry."""
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
        shown = comment.state == State.PUBLISHED and not comment.hides
        comment.invisible = int(parent is None and not shown)
        self.insert_node(comment, parent, position="last-child", refresh_target=False)
        if parent and not shown:
            self.filter(tree_id=comment.tree_id, parent=None).update(invisible=F("invisible") + 1)
        comment.change = next_comment_change(article, comments=int(shown), conversations=int(parent is None))
        if comment.entry_id and shown:
            count_entry(comment.entry_id, 1)
        comment.save(force_insert=True)

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


def _badge(author: Any, article: Article) -> str:
    """What readers are told of who writes. Who reports here under a pseudonym alone is not said to report here."""
    if not author.is_staff:
        return Badge.NONE
    own = set(author.bylines.filter(is_pseudonym=False).values_list("name", flat=True))
    signed = article.entries.published().filter(author=author).values_list("byline", flat=True) if own else []
    reports_here = any(own.intersection(names_of(byline)) for byline in signed)
    return Badge.REPORTS_HERE if reports_here else Badge.NEWSROOM
