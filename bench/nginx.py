"""The article page behind nginx as it is shipped: against the same bytes as a file, and how old it gets.

The same nginx sends both, in turn, to wrk. Then the article is published to ten times a second while wrk goes on, and
each page that a reader gets names the change it shows: it is as old as the next one.
"""

import gzip
import http.client
import random
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import median

from bench.database import database_version, own_database, settle  # isort: skip -- before any model
from articles.models import Article
from bench.desk import Desk
from bench.killed import url_of
from bench.seed import new_articles, new_entries, new_forest, plant
from bench.servers import site
from bench.table import Row, show
from tests.deploy.nginx import Nginx, nginx

ENTRIES = 50
COMMENTS = 1_000
TURNS = 7
TURN_SECONDS = 2
LEAST = 0.8
PUBLISHING_SECONDS = 15.0
PUBLISH_EVERY = 0.1
MOST_SECONDS = 2.0
FILE = "page.0123456789ab.html"
GZIP = {"Accept-Encoding": "gzip"}


def get(address: str, path: str) -> tuple[int, bytes]:
    """The compressed page, as it comes."""
    server = http.client.HTTPConnection(address.removeprefix("http://"), timeout=10)
    try:
        server.request("GET", path, headers=GZIP)
        response = server.getresponse()
        return response.status, response.read()
    finally:
        server.close()


def requests_per_second(address: str, seconds: float = TURN_SECONDS) -> float:
    command = ["wrk", "-t2", "-c8", f"-d{seconds:.0f}s", "-H", "Accept-Encoding: gzip", address]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    (found,) = re.findall(r"Requests/sec:\s+([\d.]+)", said)
    return float(found)


def against_a_file(front: Nginx, path: str, static: Path) -> Row:
    status, page = get(front.url, path)
    (static / FILE).write_bytes(gzip.decompress(page))
    (static / f"{FILE}.gz").write_bytes(page)
    same = status == 200 and get(front.url, f"/static/{FILE}") == (200, page)
    rates: dict[str, list[float]] = {path: [], f"/static/{FILE}": []}
    for _ in range(TURNS):
        for target, measured in rates.items():
            measured.append(requests_per_second(front.url + target))
    of_page, of_file = (median(measured) for measured in rates.values())
    return Row(
        f"Article page of {ENTRIES} entries and {COMMENTS:,} comments through nginx, 8 connections",
        f"≥ {LEAST:.0%} of the same bytes as a file",
        f"{of_page / of_file:.0%}: {of_page:,.0f} and {of_file:,.0f} requests/s of {len(page) / 1000:.1f} kB "
        f"(medians of {TURNS}, in turn)"
        if same
        else "the file is not the page",
        same and of_page >= LEAST * of_file,
        database_version(),
    )


@contextmanager
def load(address: str) -> Iterator[None]:
    command = ["wrk", "-t2", "-c8", "-d60s", "-H", "Accept-Encoding: gzip", address]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


class Reader(threading.Thread):
    """Loads one page again and again, and notes which change it showed when."""

    def __init__(self, address: str, path: str, least: float, most: float) -> None:
        super().__init__(daemon=True)
        self.address, self.path, self.pause = address, path, (least, most)
        self.ended = threading.Event()
        self.seen: list[tuple[float, int]] = []
        self.refused = 0

    def run(self) -> None:
        while not self.ended.wait(random.uniform(*self.pause)):
            status, body = get(self.address, self.path)
            now = time.time()
            if status == 200 and (found := re.search(rb'data-change="(\d+)"', gzip.decompress(body))):
                self.seen.append((now, int(found[1])))
            else:
                self.refused += 1


def while_published(front: Nginx, article: Article, database: str) -> Row:
    path = article.get_absolute_url()
    # One page that everybody reads, and one that somebody opens now and then.
    readers = [Reader(front.url, path, 0.01, 0.03), Reader(front.url, f"{path}?order=oldest", 0.5, 2.5)]
    # When each change was there for everybody to see: a commit may wait seconds for a busy disk.
    done: dict[int, float] = {}
    with Desk(database) as desk, load(front.url + path):
        for reader in readers:
            reader.start()
        start = time.monotonic()
        for number in count():
            if (wait := start + number * PUBLISH_EVERY - time.monotonic()) > 0:
                time.sleep(wait)
            if time.monotonic() - start > PUBLISHING_SECONDS:
                break
            told = desk.ask("publish", article=article.pk)
            done[told["change"]] = told["ended"]
        for reader in readers:
            reader.ended.set()
            reader.join()
    ages = [[age(seen, done) for seen in reader.seen] for reader in readers]
    worst = max(max(of_one) for of_one in ages)
    rate = len(done) / PUBLISHING_SECONDS
    refused = sum(reader.refused for reader in readers)
    return Row(
        f"The same page while its article is published to {rate:.0f} times a second",
        f"never more than {MOST_SECONDS:.0f} s old",
        f"{worst:.2f} s at the most, {median(ages[0]):.2f} s in the median of {len(ages[0])}; opened now and then "
        f"{max(ages[1]):.2f} s at the most of {len(ages[1])}; {refused} refused",
        worst <= MOST_SECONDS and not refused and rate >= 9,
        database_version(),
    )


def age(seen: tuple[float, int], done: dict[int, float]) -> float:
    """How long the change that a page shows had been superseded when it had arrived."""
    at, change = seen
    return max(0.0, at - done[change + 1]) if change + 1 in done else 0.0


def main() -> None:
    if missing := [program for program in ("nginx", "wrk") if not shutil.which(program)]:
        reason = f"not measured: apt install {' '.join(missing)}"
        show([Row("Article page through nginx", f"≥ {LEAST:.0%} of a file", reason, False, "")])
        return
    with own_database() as name, tempfile.TemporaryDirectory(prefix="newsroom-bench-") as folder:
        forest = new_forest()
        article = Article.objects.get(pk=new_articles(1)[0])
        new_entries(forest, article, ENTRIES)
        plant(forest, {article.pk: COMMENTS})
        settle()
        static = Path(folder) / "static"
        static.mkdir()
        database = url_of(name)
        with (
            site(database, BEHIND_PROXY="1", LOG_LEVEL="ERROR", ALLOWED_HOSTS="127.0.0.1") as newsroom,
            nginx(Path(folder) / "nginx", [newsroom.port], static) as front,
        ):
            path = article.get_absolute_url()
            show([against_a_file(front, path, static), while_published(front, article, database)])


if __name__ == "__main__":
    main()
