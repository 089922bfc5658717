"""The article page under 8 connections, nothing in front: from the page cache, and as Django makes it each time."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from statistics import median

from bench.database import database_version, own_database, settle  # isort: skip -- before any model
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from bench.killed import url_of
from bench.seed import new_articles, new_entries, new_forest, plant
from bench.servers import ROOT, STARTED_WITHIN, free_port, site, wait_until
from bench.table import Row, show

ENTRIES, COMMENTS = 50, 1_000
CONNECTIONS = 8
TURNS, TURN_SECONDS = 5, 3
LEAST = 5_000
MOST_QUERIES = 1
TIMES, WARM_UP = 50, 5
# The same server without newsroom.page_cache.
UNCACHED = """
import sys, uvicorn
from newsroom.wsgi import application
from newsroom.bridge import Bridge
uvicorn.run(Bridge(application), port=int(sys.argv[1]), lifespan="off", access_log=False, log_level="error")
"""


def wrk(address: str, *headers: str) -> float:
    """Requests a second."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{TURN_SECONDS}s", "-H", "Accept-Encoding: gzip"]
    for header in headers:
        command += ["-H", header]
    said = subprocess.run([*command, address], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    return float(re.findall(r"Requests/sec:\s+([\d.]+)", said)[0])


def get(address: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(address, headers={name.replace("_", "-"): text for name, text in headers.items()})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=STARTED_WITHIN) as answer:  # noqa: S310
            return answer.status, {name.lower(): text for name, text in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, {}, answer.read()


@contextmanager
def uncached(url: str) -> Iterator[str]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = os.environ | {"DATABASE_URL": url, "ALLOWED_HOSTS": "127.0.0.1"}
    process = subprocess.Popen([sys.executable, "-c", UNCACHED, str(port)], cwd=ROOT, env=environment)

    def answers() -> bool:
        with suppress(OSError):
            return get(address)[0] == 200
        return False

    try:
        wait_until(answers, "The server without a cache")
        yield address
    finally:
        process.kill()
        process.wait()


def by_django(client: Client, path: str) -> tuple[float, int, int]:
    """Milliseconds of CPU for a page, its queries, and those of a 304."""
    cpu = []
    for _ in range(TIMES + WARM_UP):
        began = time.process_time()
        page = client.get(path)
        cpu.append(1000 * (time.process_time() - began))
    with CaptureQueriesContext(connection) as whole:
        client.get(path)
    with CaptureQueriesContext(connection) as unchanged:
        status = client.get(path, headers={"If-None-Match": page.headers["ETag"]}).status_code
    if status != 304:
        raise RuntimeError(f"{path} answers {status} to its own ETag")
    return median(cpu[WARM_UP:]), len(whole), len(unchanged)


def transactions(name: str) -> int:
    """At PostgreSQL, which counts them a second later."""
    time.sleep(2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT xact_commit FROM pg_stat_database WHERE datname = %s", [name])
        return int(cursor.fetchone()[0])


def measure(name: str) -> list[Row]:
    forest, url = new_forest(), url_of(name)
    article = Article.objects.get(pk=new_articles(1)[0])
    new_entries(forest, article, ENTRIES)
    plant(forest, {article.pk: COMMENTS})
    settle()
    path = article.get_absolute_url()
    with site(url, LOG_LEVEL="ERROR") as server, uncached(url) as plain:
        _status, headers, body = get(server.address + path, Accept_Encoding="gzip")
        if headers.get("content-encoding") != "gzip":
            raise RuntimeError("the page does not come compressed")
        rates: dict[str, list[float]] = {server.address: [], plain: []}
        for _ in range(TURNS):
            for address, measured in rates.items():
                measured.append(wrk(address + path))
        cached, made = (median(measured) for measured in rates.values())
        etag = headers["etag"]
        if get(server.address + path, If_None_Match=etag)[0] != 304:
            raise RuntimeError("the page's own ETag is not known")
        before = transactions(name) if connection.vendor == "postgresql" else 0
        unchanged = wrk(server.address + path, f"If-None-Match: {etag}")
        asked = transactions(name) - before if connection.vendor == "postgresql" else None
    milliseconds, queries, queries_unchanged = by_django(Client(), path)
    # The look-out's, twice a second, for as long as this took, and ours.
    of_many = f"; {asked} transactions at the database while {unchanged * TURN_SECONDS:,.0f} were answered"
    page = f"Article page of {ENTRIES} entries and {COMMENTS:,} comments"
    return [
        Row(
            f"{page} from the cache, nothing in front, {CONNECTIONS} connections",
            f"≥ {LEAST:,} requests/s",
            f"{cached:,.0f} requests/s of {len(body) / 1000:.1f} kB gzipped (median of {TURNS}); made each time "
            f"{made:,.0f} requests/s, {milliseconds:.1f} ms of CPU and {queries} queries",
            cached >= LEAST,
            database_version(),
        ),
        Row(
            f"{page}, not modified",
            f"≤ {MOST_QUERIES} query",
            f"{queries_unchanged} by Django; {unchanged:,.0f} requests/s from the cache, none of its own"
            + (of_many if asked is not None else ""),
            queries_unchanged <= MOST_QUERIES and (asked or 0) <= 100,
            database_version(),
        ),
    ]


def main() -> None:
    with own_database() as name, tempfile.TemporaryDirectory(prefix="newsroom-bench-") as folder:
        if not shutil.which("wrk"):
            missing = "not measured: wrk is not installed (Debian: apt install wrk)"
            show([Row("Article page from the cache", f"≥ {LEAST:,} requests/s", missing, False, database_version())])
            return
        settings.STATIC_ROOT = folder
        call_command("collectstatic", interactive=False, verbosity=0)
        show(measure(name))


if __name__ == "__main__":
    main()
