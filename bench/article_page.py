"""An article page of 50 entries with its newest conversations, nothing cached, however many comments there are."""

import tempfile

from bench.database import own_database, settle  # isort: skip -- before any model
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from articles.models import Article
from bench.forest import Forest
from bench.page import page_row
from bench.seed import new_articles, new_entries, new_forest, plant
from bench.table import Row, show
from comments.integrity import problems

ENTRIES = 50
SIZES = [1_000, 10_000, 100_000]
MOST_CPU_MS = 25
MOST_KB = 50
TIMES = 50


def measure(client: Client, forest: Forest, comments: int) -> Row:
    article = Article.objects.get(pk=new_articles(1)[0])
    new_entries(forest, article, ENTRIES)
    plant(forest, {article.pk: comments})
    settle()
    figure = f"Article page of {ENTRIES} entries and {comments:,} comments, nothing cached"
    row = page_row(client, figure, article.get_absolute_url(), MOST_CPU_MS, MOST_KB, TIMES)
    if faults := problems(article.pk):
        row.measured, row.held = f"broken: {len(faults)} faults in its comments", False
    return row


def main() -> None:
    with own_database(), tempfile.TemporaryDirectory(prefix="newsroom-bench-") as folder:
        # As in production: the pages name the collected files.
        settings.STATIC_ROOT = folder
        call_command("collectstatic", interactive=False, verbosity=0)
        forest, client = new_forest(), Client()
        show([measure(client, forest, comments) for comments in SIZES])


if __name__ == "__main__":
    main()
