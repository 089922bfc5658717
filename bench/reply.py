"""What a reply into a conversation costs, beside what it would cost in a plain table.

The plain insert is the same comment, rendered by the same markup and written through the ORM into a table with the same
columns, foreign keys and unique constraints, indexed on parent, article and author but by nothing of the tree: one
INSERT and one UPDATE of the article's counters, in a transaction. It reads nothing, locks nothing and checks no rule.
"""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from bench.database import database_version, own_database, settle  # isort: skip -- before any model
from django.db import connection, models, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from articles.models import Article, Entry
from bench.forest import Forest
from bench.seed import continue_ids, load, new_articles, new_forest
from bench.table import Row, show
from comments.integrity import problems
from comments.models import Comment
from newsroom import markup

# Comments in the conversation, and the largest ratio to a plain insert.
SIZES = {200: 3, 1_000: 4, 10_000: 10}
MOST_STATEMENTS = 6
TIMES = 100
WARM_UP = 10


class PlainComment(models.Model):
    """Comment's columns on a plain parent pointer."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="+")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+", db_index=False)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    answers = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    lft = models.PositiveIntegerField(default=1)
    rght = models.PositiveIntegerField(default=2)
    level = models.PositiveIntegerField(default=0)
    tree_id = models.PositiveBigIntegerField(default=1)
    number = models.PositiveIntegerField(null=True)
    invisible = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=100)
    text = models.TextField()
    html = models.TextField()
    state = models.CharField(max_length=9, default="published")
    hides = models.PositiveSmallIntegerField(default=0)
    hidden_for = models.CharField(max_length=12, blank=True)
    recommends = models.PositiveIntegerField(default=0)
    score = models.FloatField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    key = models.UUIDField(null=True)
    imported_from = models.CharField(max_length=300, null=True, unique=True)

    class Meta:
        app_label = "bench"
        constraints = [models.UniqueConstraint(fields=["author", "key"], name="bench_sent_once")]

    def __str__(self) -> str:
        return self.text


def insert_plain(article: Article, author: User, text: str, parent_id: int) -> None:
    with transaction.atomic():
        text = markup.tidy(text)
        html = str(markup.comment_html(text))
        PlainComment.objects.create(
            article=article, author=author, name=author.name, parent_id=parent_id, text=text, html=html
        )
        Article.objects.filter(pk=article.pk).update(
            comment_change=F("comment_change") + 1, comment_count=F("comment_count") + 1
        )


def measure(forest: Forest, size: int, most: int) -> Row:
    # The plain comments have an article of their own: both count on its row.
    article, beside = Article.objects.filter(pk__in=new_articles(2)).order_by("pk")
    author = User.objects.get(pk=forest.authors[0])
    plain_ids = plant_both(forest, article, size)
    # Not below a hidden comment: the rules would refuse.
    parents = list(Comment.objects.filter(article=article).visible())
    plain: list[float] = []
    replies: list[float] = []
    # In turns, so that what else the machine does falls on both.
    for number in range(TIMES + WARM_UP):
        text, parent = forest.texts.all[number][0], forest.dice.choice(parents)
        plain.append(timed(insert_plain, beside, author, text, forest.dice.choice(plain_ids)))
        replies.append(timed(Comment.objects.post, article, text, author=author, parent=parent))
    with CaptureQueriesContext(connection) as queries:
        Comment.objects.post(article, "The last word.", author=author, parent=parents[0])
    statements = sum(query["sql"] not in ("BEGIN", "BEGIN IMMEDIATE", "COMMIT") for query in queries)
    base, reply = median(plain[WARM_UP:]), median(replies[WARM_UP:])
    return Row(
        f"Reply into a conversation of {size:,}",
        f"≤ {MOST_STATEMENTS} statements, ≤ {most} × a plain insert",
        f"{statements} statements, {reply / base:.1f} × ({reply * 1e3:.1f} to {base * 1e3:.1f} ms, medians of {TIMES})",
        statements <= MOST_STATEMENTS and reply <= most * base and not problems(article.pk),
        database_version(),
    )


def plant_both(forest: Forest, article: Article, size: int) -> list[int]:
    """One conversation of this size, and as many plain comments; returns the ids of these."""
    continue_ids(forest)
    rows = forest.conversation(article.pk, 1, size)
    load(forest, rows)
    PlainComment.objects.all().delete()
    plain = [PlainComment(article=article, name=row["name"], text=row["text"], html=row["html"]) for row in rows]
    ids = [comment.pk for comment in PlainComment.objects.bulk_create(plain, batch_size=500)]
    settle()
    return ids


def timed(action: Callable[..., Any], *args: Any, **kwargs: Any) -> float:
    start = time.perf_counter()
    action(*args, **kwargs)
    return time.perf_counter() - start


def main() -> None:
    with own_database():
        with connection.schema_editor() as schema:
            schema.create_model(PlainComment)
        forest = new_forest()
        show([measure(forest, size, most) for size, most in SIZES.items()])


if __name__ == "__main__":
    main()
