"""A line published on a desk that is open: what the request costs, however long the article is.

CPU is the web process's own, with Django's test client; the database server's is not in it.
"""

import tempfile
import time
import uuid
from statistics import median

from bench.database import database_version, own_database, settle  # isort: skip -- before any model
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles.models import Article
from bench.forest import Forest
from bench.seed import new_articles, new_entries, new_forest
from bench.table import Row, show
from tests.people import make_person

SIZES = [40, 4_000]
MOST_QUERIES = 12
MOST_CPU_MS = 30
TIMES = 50
WARM_UP = 5


def measure(client: Client, forest: Forest, entries: int) -> Row:
    article = Article.objects.get(pk=new_articles(1)[0])
    new_entries(forest, article, entries)
    settle()
    address = reverse("admin:desk_send", args=[article.pk, "publish"])

    def publish() -> int:
        line = {"key": str(uuid.uuid4()), "text": "The *dike* holds at Norden.", "bylines": ["Carla"]}
        return client.post(address, line, headers={"accept": "application/json"}).status_code

    cpu, statuses = [], set()
    for _ in range(TIMES + WARM_UP):
        start = time.process_time()
        statuses.add(publish())
        cpu.append((time.process_time() - start) * 1e3)
    with CaptureQueriesContext(connection) as queries:
        statuses.add(publish())
    whole = statuses == {200} and article.entries.published().count() == entries + TIMES + WARM_UP + 1
    return Row(
        f"Publishing a line in an article of {entries:,} entries",
        f"≤ {MOST_QUERIES} queries, ≤ {MOST_CPU_MS} ms of CPU",
        f"{len(queries)} queries, {median(cpu[WARM_UP:]):.1f} ms (median of {TIMES})" if whole else "broken",
        whole and len(queries) <= MOST_QUERIES and median(cpu[WARM_UP:]) <= MOST_CPU_MS,
        database_version(),
    )


def main() -> None:
    with own_database(), tempfile.TemporaryDirectory(prefix="newsroom-bench-") as folder:
        settings.STATIC_ROOT = folder
        # Carla would be led to set hers up first.
        settings.STAFF_SECOND_FACTOR = False
        call_command("collectstatic", interactive=False, verbosity=0)
        client = Client()
        client.force_login(make_person("Carla", "correspondent"))
        forest = new_forest()
        show([measure(client, forest, entries) for entries in SIZES])


if __name__ == "__main__":
    main()
