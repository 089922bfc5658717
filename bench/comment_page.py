"""A page of conversations on a site of a million comments, in each order, near its start and far in."""

import time
from statistics import mean, median

from bench.database import database_version, own_database  # isort: skip -- before any model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from bench.seed import plant_site
from bench.table import Row, show
from comments.integrity import problems
from comments.threads import ORDERS, conversations

COMMENTS = 1_000_000
ARTICLES = 2_000
FAR_PAGE = 100
# One page holds 20 comments and the next 200: so many neighbours are measured together.
NEIGHBOURS = 10
MOST_QUERIES = 2
MOST_RATIO = 2
TIMES = 10


def measure(article: Article, order: str) -> Row:
    cursors = [""]
    while len(cursors) < FAR_PAGE + NEIGHBOURS - 1:
        cursors.append(conversations(article, order, after=cursors[-1]).next)
    near, far = cursors[:NEIGHBOURS], cursors[-NEIGHBOURS:]
    near_ms, far_ms = _mean_ms(article, order, near), _mean_ms(article, order, far)
    ratio = max(near_ms, far_ms) / min(near_ms, far_ms)
    counts, plans = zip(*(_queries(article, order, after) for after in near + far), strict=True)
    scans = sorted({line for plan in plans for line in plan})
    last = FAR_PAGE + NEIGHBOURS - 1
    return Row(
        f"Comment page, {order}, of {COMMENTS:,} comments over {ARTICLES:,} articles",
        f"{MOST_QUERIES} queries, index scans only, first and hundredth within {MOST_RATIO} ×",
        f"{max(counts)} queries, {'; '.join(scans) or 'index scans only'}; pages 1–{NEIGHBOURS} {near_ms:.1f} ms, "
        f"{FAR_PAGE}–{last} {far_ms:.1f} ms ({ratio:.1f} ×, means over pages of medians of {TIMES})",
        max(counts) <= MOST_QUERIES and not scans and ratio <= MOST_RATIO and all(cursors[1:]),
        database_version(),
    )


def _mean_ms(article: Article, order: str, cursors: list[str]) -> float:
    return mean(_median_ms(article, order, after) for after in cursors)


def _median_ms(article: Article, order: str, after: str) -> float:
    times = []
    for _ in range(TIMES):
        start = time.perf_counter()
        conversations(article, order, after=after)
        times.append((time.perf_counter() - start) * 1e3)
    return median(times)


def _queries(article: Article, order: str, after: str) -> tuple[int, list[str]]:
    """How many a page takes, and where their plans read a whole table."""
    with CaptureQueriesContext(connection) as queries:
        conversations(article, order, after=after)
    postgresql = connection.vendor == "postgresql"
    explain, whole_table = ("EXPLAIN", "Seq Scan") if postgresql else ("EXPLAIN QUERY PLAN", "SCAN")
    lines: list[str] = []
    with connection.cursor() as cursor:
        for query in queries.captured_queries:
            cursor.execute(f"{explain} {query['sql']}")
            lines += [str(row[-1]).strip() for row in cursor.fetchall()]
    return len(queries), [line for line in lines if whole_table in line and "USING" not in line]


def main() -> None:
    with own_database():
        start = time.monotonic()
        plant_site(COMMENTS, ARTICLES)
        loaded = time.monotonic()
        faults = sum(len(problems(pk)) for pk in Article.objects.values_list("pk", flat=True))
        checked = time.monotonic()
        seeding = Row(
            f"Seeding {COMMENTS:,} comments over {ARTICLES:,} articles, then `check_threads`",
            "minutes, 0 faults",
            f"{loaded - start:.0f} s, {checked - loaded:.0f} s, {faults} faults",
            not faults,
            database_version(),
        )
        busiest = Article.objects.latest("conversation_count")
        show([seeding, *(measure(busiest, order) for order in ORDERS)])


if __name__ == "__main__":
    main()
