"""An article page of 50 entries with its newest conversations, nothing cached, however many comments there are.

CPU is the web process's own, with Django's test client; the database server's is not in it.
"""

import gzip
import tempfile
import time
from statistics import median

from bench.database import database_version, own_database, settle  # isort: skip -- before any model
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from bench.forest import Forest
from bench.seed import new_articles, new_entries, new_forest, plant
from bench.table import Row, show
from comments.integrity import problems

ENTRIES = 50
SIZES = [1_000, 10_000, 100_000]
MOST_QUERIES = 8
MOST_CPU_MS = 25
MOST_KB = 50
TIMES = 50
WARM_UP = 5


def measure(client: Client, forest: Forest, comments: int) -> Row:
    article = Article.objects.get(pk=new_articles(1)[0])
    new_entries(forest, article, ENTRIES)
    plant(forest, {article.pk: comments})
    settle()
    address = article.get_absolute_url()
    cpu = []
    for _ in range(TIMES + WARM_UP):
        start = time.process_time()
        response = client.get(address)
        cpu.append((time.process_time() - start) * 1e3)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    kilobytes = len(gzip.compress(response.content, 6)) / 1_000
    measured = f"{len(queries)} queries, {median(cpu[WARM_UP:]):.1f} ms (median of {TIMES}), {kilobytes:.1f} kB"
    whole = response.status_code == 200 and not problems(article.pk)
    held = len(queries) <= MOST_QUERIES and median(cpu[WARM_UP:]) <= MOST_CPU_MS and kilobytes <= MOST_KB
    return Row(
        f"Article page of {ENTRIES} entries and {comments:,} comments, nothing cached",
        f"≤ {MOST_QUERIES} queries, ≤ {MOST_CPU_MS} ms of CPU, ≤ {MOST_KB} kB gzipped",
        measured if whole else f"broken: status {response.status_code}",
        whole and held,
        database_version(),
    )


def main() -> None:
    with own_database(), tempfile.TemporaryDirectory(prefix="newsroom-bench-") as folder:
        # As in production: the pages name the collected files.
        settings.STATIC_ROOT = folder
        call_command("collectstatic", interactive=False, verbosity=0)
        forest, client = new_forest(), Client()
        show([measure(client, forest, comments) for comments in SIZES])


if __name__ == "__main__":
    main()
