"""A large site: thousands of articles with conversations of all sizes, loaded in minutes.

    python -m bench.seed --comments 1000000 --articles 2000

makes a database of its own beside the one that DATABASE_URL names, and keeps it to look at.
"""

import argparse
import csv
import io
import random
import sys
import time
from collections import Counter
from datetime import timedelta

from bench.database import own_database, settle  # isort: skip -- before any model
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import Coalesce
from tqdm import tqdm

from accounts.models import User
from articles.models import Article, Entry, Topic
from bench.forest import START, Forest, Record, Texts
from comments.integrity import problems
from comments.models import Comment, Decision

READERS = 2_000
# Articles written in turns, so that the rows of a conversation lie apart as they do where people write at once.
TURN = 20

DEFAULTS: Record = {"badge": "", "change": 0, "invisible": 0, "hides": 0, "hidden_for": "", "recommends": 0, "score": 0}
COLUMNS = [column.column for column in Comment._meta.concrete_fields if not column.generated]


def new_forest(seed: int = 1) -> Forest:
    dice = random.Random(seed)
    users = [User(username=f"reader{n}", name=f"Reader {n}", password="!") for n in range(READERS)]
    authors = [user.pk for user in User.objects.bulk_create(users, batch_size=500)]
    return Forest(authors, dice, Texts(dice))


def new_articles(number: int) -> list[int]:
    topics = [Topic.objects.get_or_create(name=f"Topic {n}", slug=f"topic-{n}")[0] for n in range(20)]
    first = Article.objects.count()
    articles = [
        Article(
            topic=topics[n % len(topics)],
            title=f"Storm {n}",
            slug=f"storm-{n}",
            state=Article.State.LIVE,
            time_zone="Europe/Berlin",
            language="en",
            published_at=START + timedelta(hours=n),
        )
        for n in range(first, first + number)
    ]
    return [article.pk for article in Article.objects.bulk_create(articles, batch_size=500)]


def new_entries(forest: Forest, article: Article, number: int) -> None:
    """Published entries, long and short, over two days."""
    for n in range(number):
        text = "\n\n".join(forest.texts.make(forest.dice)[0] for _ in range(forest.dice.randint(1, 3)))
        entry = Entry.objects.create(article=article, headline=f"Update {n}", text=text, is_key_event=n % 10 == 0)
        entry.publish(START + timedelta(minutes=45 * n))


def continue_ids(forest: Forest) -> None:
    """After the comments that others have written meanwhile."""
    forest.last_id = Comment.objects.aggregate(last=Coalesce(Max("pk"), 0))["last"]


def plant(forest: Forest, comments_by_article: dict[int, int]) -> None:
    """Loads so many comments into each article, in conversations of all sizes, with the counters and decisions."""
    with tqdm(total=sum(comments_by_article.values()), unit=" comments", file=sys.stderr, disable=None) as bar:
        continue_ids(forest)
        ids = list(comments_by_article)
        for start in range(0, len(ids), TURN):
            rows: list[Record] = []
            for article_id in ids[start : start + TURN]:
                sizes = forest.sizes(comments_by_article[article_id])
                for number, size in enumerate(sizes, 1):
                    rows += forest.conversation(article_id, number, size)
            load(forest, rows)
            bar.update(len(rows))


def load(forest: Forest, rows: list[Record]) -> None:
    """Writes rows in a random order, and all that follows from them."""
    forest.dice.shuffle(rows)
    with transaction.atomic():
        (_copy if connection.vendor == "postgresql" else _insert)(rows)
        decisions = [Decision(moderator_id=forest.authors[0], reach=1, **fields) for fields in forest.decisions]
        Decision.objects.bulk_create(decisions, batch_size=500)
        forest.decisions.clear()
        seen = Counter(row["article_id"] for row in rows if row["state"] == "published" and not row["hides"])
        roots = Counter(row["article_id"] for row in rows if row["parent_id"] is None)
        for article_id, number in roots.items():
            counters = {"comment_count": seen[article_id], "conversation_count": number, "comment_change": 1}
            Article.objects.filter(pk=article_id).update(**counters)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), [Comment]):
                cursor.execute(statement)


def _copy(rows: list[Record]) -> None:
    lines = io.StringIO()
    writer = csv.writer(lines)
    for row in rows:
        full = DEFAULTS | row
        writer.writerow([r"\N" if full.get(column) is None else full[column] for column in COLUMNS])
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY comments_comment ({', '.join(COLUMNS)}) FROM STDIN (FORMAT csv, NULL '\\N')", lines)


def _insert(rows: list[Record]) -> None:
    values = [[(DEFAULTS | row).get(column) for column in COLUMNS] for row in rows]
    marks = ", ".join(["%s"] * len(COLUMNS))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO comments_comment ({', '.join(COLUMNS)}) VALUES ({marks})", values)


def spread(forest: Forest, comments: int, article_ids: list[int]) -> dict[int, int]:
    """Few articles have most of the comments."""
    weights = [1 / (rank + 10) for rank in range(len(article_ids))]
    forest.dice.shuffle(weights)
    return dict(Counter(forest.dice.choices(article_ids, weights, k=comments)))


def plant_site(comments: int, articles: int) -> None:
    forest = new_forest()
    plant(forest, spread(forest, comments, new_articles(articles)))
    settle()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--comments", type=int, default=1_000_000)
    parser.add_argument("--articles", type=int, default=2_000)
    options = parser.parse_args()
    with own_database(keep=True) as name:
        start = time.monotonic()
        plant_site(options.comments, options.articles)
        loaded = time.monotonic()
        wrong = sum(len(problems(pk)) for pk in tqdm(list(Article.objects.values_list("pk", flat=True)), disable=None))
        checked = time.monotonic()
    print(f"{options.comments} comments of {options.articles} articles are in {name}.")
    print(f"Loaded in {loaded - start:.0f} s, checked in {checked - loaded:.0f} s: {wrong} problems.")


if __name__ == "__main__":
    main()
