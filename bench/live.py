"""Open pages: how soon they show what is published, what thousands of them cost, and that killed servers lose nothing.

Readers, publishers and servers are processes of their own. Redis where it is installed; Chromium as well.
"""

import os
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from bench.database import database_version, own_database  # isort: skip -- before any model
from django.db import connection

from bench.desk import Desk
from bench.killed import CROWD, killed, url_of
from bench.readers import Readers
from bench.servers import Site, redis, site
from bench.table import Row, show

PUBLICATIONS = 40
STREAMS = 1_000
MANY_STREAMS = 5_000
IDLE_SECONDS = 35
SOON, AT_ONCE = 1.0, 0.3
MOST_KB, MOST_CONNECTIONS, MOST_IDLE = 20, 2, 3
CORRESPONDENTS, ENTRIES_EACH, RESTARTS = 8, 100, 3

# When an entry is laid out at the top of an open page, by the clock of the publisher.
WATCH = """
window.visible = {};
const seen = (id, entry) => requestAnimationFrame(() => {
  const { top, height } = entry.getBoundingClientRect();
  if (height && top < innerHeight) window.visible[id] ??= performance.timeOrigin + performance.now();
});
new MutationObserver((changes) => changes.flatMap((change) => [...change.addedNodes]).forEach((node) => {
  for (const entry of node.nodeType === 1 ? [node, ...node.querySelectorAll(".entry")] : [])
    if (entry.matches(".entry") && entry.id) seen(entry.id, entry);
})).observe(document, { childList: true, subtree: true });
"""


@contextmanager
def sites(url: str, number: int, **environment: str) -> Iterator[list[Site]]:
    with ExitStack() as stack:
        yield [stack.enter_context(site(url, **CROWD, **environment)) for _ in range(number)]


# From publishing to an open page


def soon(url: str, processes: int, woken: str, limit: float, **environment: str) -> Row:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- only here

    from tests.run import chromium  # noqa: PLC0415

    servers = "one process" if processes == 1 else f"{processes} processes"
    figure = f"Publication → visible in Chromium, {STREAMS:,} streams open on {servers}, {woken}"
    held = f"p95 ≤ {limit:g} s"
    if not (path := chromium()):
        return Row(figure, held, "Chromium is not installed", False, database_version())
    with ExitStack() as stack:
        running = stack.enter_context(sites(url, processes, **environment))
        desk = stack.enter_context(Desk(url, **environment))
        story = desk.ask("article", entries=10)
        for one in running:
            readers = stack.enter_context(Readers([one.address], story["article"], story["path"], load=False))
            readers.join(streams=STREAMS // processes)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        stack.callback(browser.close)
        pages = [browser.new_page() for _ in running]
        for page, one in zip(pages, running, strict=True):
            page.add_init_script(WATCH)
            with page.expect_response(lambda response: "/stream" in response.url):
                page.goto(one.address + story["path"])
        published = {}
        for _ in range(PUBLICATIONS):
            time.sleep(random.uniform(0.2, 0.8))
            answer = desk.ask("publish", article=story["article"])
            published[f"e{answer['entry']}"] = answer["began"]
        time.sleep(2 * limit)
        took, missed = [], 0
        for page in pages:
            visible = page.evaluate("visible")
            took += [visible[name] / 1000 - began for name, began in published.items() if name in visible]
            missed += len(published.keys() - visible.keys())
    p95 = sorted(took)[int(0.95 * len(took))] if took else float("inf")
    measured = f"p95 {p95:.2f} s, median {median(took or [0]):.2f} s of {len(took)}" + (
        f"; {missed} missed" * bool(missed)
    )
    return Row(figure, held, measured, not missed and p95 <= limit, database_version())


# Thousands of streams on one process


def pss(pid: int) -> float:
    """In kB; what is shared with other processes in parts."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("Pss:")))


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def connections(pid: int, name: str) -> int:
    """To the database, of a server that is the only one there beside us."""
    if connection.vendor == "sqlite":
        links = [link.readlink() for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()]
        return sum(str(link) == str(Path(name).resolve()) for link in links)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", [name])
        return int(cursor.fetchone()[0])


def many(url: str, name: str) -> list[Row]:
    with ExitStack() as stack:
        (server,) = stack.enter_context(sites(url, 1))
        desk = stack.enter_context(Desk(url))
        story = desk.ask("article", entries=10)
        with Readers([server.address], story["article"], story["path"], load=False) as early:
            early.join(streams=200)
        time.sleep(1)
        # Django's threads keep theirs for the next page; the look-out has one and, on PostgreSQL, the listener.
        idle_threads = connections(server.pid, name) - (1 if connection.vendor == "sqlite" else 2)
        memory = pss(server.pid)
        crowd = stack.enter_context(Readers([server.address], story["article"], story["path"], load=False))
        began = time.monotonic()
        crowd.join(streams=MANY_STREAMS)
        joined = time.monotonic() - began
        time.sleep(2)
        each = (pss(server.pid) - memory) / MANY_STREAMS
        busy, began, most = cpu_seconds(server.pid), time.monotonic(), 0
        while time.monotonic() - began < IDLE_SECONDS:
            time.sleep(1)
            most = max(most, connections(server.pid, name))
        idle = 100 * (cpu_seconds(server.pid) - busy) / (time.monotonic() - began)
        busy, published = cpu_seconds(server.pid), []
        for _ in range(10):
            published.append(desk.ask("publish", article=story["article"]))
            time.sleep(1)
        behind = crowd.behind(published[-1]["change"], 30)
        per_change = (cpu_seconds(server.pid) - busy) / len(published)
        arrived, report = crowd.arrived(), crowd.report()
    got = [len(arrived.get(answer["entry"], [])) for answer in published]
    last = median(max(arrived.get(answer["entry"], [0])) - answer["ended"] for answer in published)
    everybody = not behind and all(number == MANY_STREAMS for number in got) and report["open"] == MANY_STREAMS
    version = database_version()
    return [
        Row(
            f"{MANY_STREAMS:,} open streams on one process, {IDLE_SECONDS} s in which nothing happens",
            f"≤ {MOST_KB} kB each, ≤ {MOST_CONNECTIONS} database connections, ≤ {MOST_IDLE} % of a core",
            f"{each:.1f} kB each, database connections: {most - idle_threads}, {idle:.1f} % of a core; "
            f"they came within {joined:.0f} s",
            each <= MOST_KB and most - idle_threads <= MOST_CONNECTIONS and idle <= MOST_IDLE,
            version,
        ),
        Row(
            f"{len(published)} publications to {MANY_STREAMS:,} open streams on one process",
            "everybody gets each of them",
            f"{sum(got):,} of {MANY_STREAMS * len(published):,} arrived, at the last reader {last:.2f} s after "
            f"the commit (median); {per_change:.2f} s of CPU each",
            everybody,
            version,
        ),
    ]


# Servers that are killed while everybody works


def never_lost(url: str) -> Row:
    faults, said = killed(url, correspondents=CORRESPONDENTS, entries=ENTRIES_EACH, each=200, kills=RESTARTS)
    return Row(
        f"{CORRESPONDENTS} correspondents × {ENTRIES_EACH} entries, 200 readers by stream and 200 by polling, "
        f"the server killed {RESTARTS} times",
        "every page as a fresh one: nothing missed, nothing twice, in order",
        f"{len(faults)} differences; {said}" + "".join(f"; {fault}" for fault in faults[:3]),
        not faults,
        database_version(),
    )


def main() -> None:
    # A server in use is asked nothing by its other clients, so each figure has the database for itself.
    with own_database() as name:
        url = url_of(name)
        if connection.vendor == "sqlite":
            rows = [soon(url, 1, "by looking", SOON)]
        else:
            rows = [soon(url, 2, "woken by PostgreSQL", AT_ONCE)]
        if shutil.which("redis-server"):
            with redis() as bus:
                rows.append(soon(url, 2, "woken by Redis", AT_ONCE, REDIS_URL=bus.url))
        rows += many(url, name)
        rows.append(never_lost(url))
        show(rows)


if __name__ == "__main__":
    main()
