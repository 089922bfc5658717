"""The counters that comments keep on their article and its entries, and the number of each change.

Whoever changes a tree has locked it before; articles are locked after all trees, in ascending order, and entries last.
"""

from django.db import connection
from django.db.models import F

from articles.models import Article, Entry
from newsroom.wakeups import wake_on_commit

TAKE = """
UPDATE articles_article SET comment_change = comment_change + 1, comment_count = comment_count + %s,
    conversation_count = conversation_count + %s
WHERE id = %s RETURNING comment_change
"""


def next_comment_change(article: Article, *, comments: int = 0, conversations: int = 0) -> int:
    """Takes the next number of an article's comments, which locks its row until the transaction ends, and counts.

    Numbers are committed in their order, so whoever has seen one has missed nothing before it.
    """
    # Written out: update() gives back no number, and asking for it would be one statement more of each comment.
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [comments, conversations, article.pk])
        number = int(cursor.fetchone()[0])
    wake_on_commit(article.subject)
    return number


def count_entry(entry_id: int, comments: int) -> None:
    Entry.objects.filter(pk=entry_id).update(comment_count=F("comment_count") + comments)
