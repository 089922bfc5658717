"""The database refuses, hangs and is stopped under load; Redis is stopped and emptied: what do readers and writers get?

On a PostgreSQL and a Redis of its own, with servers in processes of their own.
"""

import asyncio
import random
import shutil
import string
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from urllib.parse import urlencode, urlsplit

import psycopg2

from bench.asking import answer_to, get
from bench.desk import Desk
from bench.servers import Postgresql, Site, postgresql, postgresql_programs, redis, site
from bench.table import Row, show

AWAY_SECONDS = 10.0
READS, WRITES = 200, 5
READS_WITH_REDIS = 500
SLOWEST, HEALED_WITHIN = 2.0, 5.0
GIVE_UP = 20.0
NAME = "away"
WAYS = ("refuses", "hangs", "is stopped")


# Load: so many requests a second, whatever becomes of those before


@dataclass
class Answer:
    began: float
    seconds: float
    # 0: none.
    status: int
    retry_after: str = ""
    has_text: bool = False


@dataclass
class Load:
    """Asks in a thread of its own until the block ends."""

    addresses: Sequence[str]
    targets: Sequence[str]
    reads_each_second: float
    writes_each_second: float = 0
    write_to: str = ""
    session: str = ""
    reads: list[Answer] = field(default_factory=list)
    writes: list[Answer] = field(default_factory=list)
    _ended: bool = False

    def __enter__(self) -> "Load":
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="load")
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended = True
        self._thread.join()

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._ask(group, self.reads_each_second, self._read, self.reads))
            group.create_task(self._ask(group, self.writes_each_second, self._write, self.writes))

    async def _ask(self, group: Any, each_second: float, one: Callable[..., Any], answers: list[Answer]) -> None:
        number, next_at = 0, time.monotonic()
        while each_second and not self._ended:
            group.create_task(self._note(one(number), answers))
            number, next_at = number + 1, next_at + 1 / each_second
            await asyncio.sleep(max(0, next_at - time.monotonic()))

    @staticmethod
    async def _note(asked: Any, answers: list[Answer]) -> None:
        began = time.monotonic()
        try:
            status, retry_after, has_text = await asked
        except OSError:
            status, retry_after, has_text = 0, "", False
        answers.append(Answer(began, time.monotonic() - began, status, retry_after, has_text))

    async def _read(self, number: int) -> tuple[int, str, bool]:
        address = self.addresses[number % len(self.addresses)]
        status, _headers, body = await get(address, self.targets[number % len(self.targets)], GIVE_UP)
        return status, "", bool(body)

    async def _write(self, number: int) -> tuple[int, str, bool]:
        text = f"The water rises by the hour, {number} times “so far”."
        status, headers, body = await post(self.addresses[0], self.write_to, self.session, {"text": text})
        return status, headers.get("retry-after", ""), text in body.decode()

    def between(self, answers: list[Answer], start: float, end: float) -> list[Answer]:
        return [answer for answer in answers if start <= answer.began < end]


async def post(address: str, target: str, session: str, fields: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    """Sends a form as a browser that was on its page."""
    token = "".join(random.choices(string.ascii_letters, k=32))
    body = urlencode({**fields, "csrfmiddlewaretoken": token, "key": ""}).encode()
    lines = [f"POST {target} HTTP/1.1", f"Host: {urlsplit(address).netloc}", "Connection: close"]
    lines += [f"Cookie: sessionid={session}; csrftoken={token}", "Content-Type: application/x-www-form-urlencoded"]
    request = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body
    return await answer_to(request, address, GIVE_UP)


# The database


@dataclass
class Outage:
    """What readers and writers got while the database was away, and how soon all was well again."""

    reads: list[Answer]
    writes: list[Answer]
    write_healed: float
    publication_healed: float

    @property
    def slowest(self) -> float:
        return max(answer.seconds for answer in self.reads)

    def faults(self, slowest: float = SLOWEST, healed_within: float = HEALED_WITHIN) -> list[str]:
        bad = Counter(answer.status for answer in self.reads if answer.status != 200)
        found = [f"{number} reads answered {status}" for status, number in bad.items()]
        if self.slowest > slowest:
            found.append(f"a read took {self.slowest:.1f} s")
        bad = Counter(answer.status for answer in self.writes if answer.status != 503)
        found += [f"{number} writes answered {status}" for status, number in bad.items()]
        bare = sum(not (answer.has_text and answer.retry_after) for answer in self.writes if answer.status == 503)
        found += [f"{bare} refused writes without their text or Retry-After"] * bool(bare)
        healed = {"write": self.write_healed, "publication on the page": self.publication_healed}
        return found + [f"the first {what} took {took:.1f} s" for what, took in healed.items() if took > healed_within]

    def __str__(self) -> str:
        return (
            f"{sum(answer.status == 200 for answer in self.reads)} of {len(self.reads)} reads answered, "
            f"slowest {self.slowest:.2f} s; {sum(answer.has_text for answer in self.writes)} of {len(self.writes)} "
            f"writes came back with their text, slowest {max(answer.seconds for answer in self.writes):.1f} s; first "
            f"write {self.write_healed:.1f} s and publication {self.publication_healed:.1f} s after it was back"
        )


@dataclass
class Scene:
    """A site on a database that can be taken away, an article, and somebody who writes."""

    database: Postgresql
    site: Site
    desk: Desk
    article: int
    path: str
    targets: list[str]
    session: str

    def load(self, reads: float, writes: float) -> Load:
        return Load([self.site.address], self.targets, reads, writes, f"{self.path}comments/new/", self.session)

    def take_away(self, way: str) -> Callable[[], None]:
        """Returns what brings it back."""
        if way == "refuses":
            self.database.refuse(NAME)
            return lambda: self.database.accept(NAME)
        if way == "hangs":
            self.database.hang()
            return self.database.resume
        self.database.stop()
        return self.database.start

    def outage(self, way: str, seconds: float, reads: float = READS, writes: float = WRITES) -> Outage:
        with self.load(reads, writes) as load:
            time.sleep(2)
            began = time.monotonic()
            back = self.take_away(way)
            away = time.monotonic()
            time.sleep(seconds)
            end = time.monotonic()
            back()
            healed = time.monotonic()
            published = self.desk.ask("publish", article=self.article)
            visible = self._visible(f'id="e{published["entry"]}"', healed)
            while (wrote := self._first_write(load, healed)) is None and time.monotonic() - healed < GIVE_UP:
                time.sleep(0.05)
        # Who asked a moment before it went away may have been answered by it.
        tried = [answer for answer in load.between(load.writes, away, end) if answer.began + answer.seconds < end]
        return Outage(load.between(load.reads, began, healed), tried, wrote or GIVE_UP, visible)

    def _visible(self, text: str, since: float) -> float:
        while time.monotonic() - since < GIVE_UP:
            if text.encode() in asyncio.run(get(self.site.address, self.path))[2]:
                return time.monotonic() - since
            time.sleep(0.05)
        return GIVE_UP

    @staticmethod
    def _first_write(load: Load, since: float) -> float | None:
        ends = [one.began + one.seconds - since for one in load.writes if one.status == 302 and one.began > since]
        return min(ends, default=None)


@contextmanager
def scene(**environment: str) -> Iterator[Scene]:
    with ExitStack() as stack:
        database = stack.enter_context(postgresql())
        url = database.url(NAME)
        server = stack.enter_context(site(url, LOG_LEVEL="ERROR", **environment))
        desk = stack.enter_context(Desk(url))
        story = desk.ask("article", entries=50)
        targets = asked(story)
        for target in targets:
            asyncio.run(get(server.address, target))
        session = desk.ask("reader")
        yield Scene(database, server, desk, story["article"], story["path"], targets, session)


def asked(story: dict[str, Any]) -> list[str]:
    """What readers ask for all the time."""
    path = story["path"]
    return ["/", path, f"{path}comments/", f"/live/{story['article']}/changes?after={story['change']}"]


def version(database: Postgresql) -> str:
    connection = psycopg2.connect(database.url("postgres"))
    try:
        return f"PostgreSQL {connection.info.parameter_status('server_version').split()[0]}"
    finally:
        connection.close()


def without_database() -> list[Row]:
    rows = []
    with scene() as here:
        for way in WAYS:
            outage = here.outage(way, AWAY_SECONDS)
            rows.append(
                Row(
                    f"The database {way} for {AWAY_SECONDS:.0f} s at {READS} reads and {WRITES} comments a second",
                    f"all reads within {SLOWEST:.0f} s, writes 503 with their text, healed in {HEALED_WITHIN:.0f} s",
                    f"{outage}" + "".join(f"; {fault}" for fault in outage.faults()),
                    not outage.faults(),
                    version(here.database),
                )
            )
    return rows


# Redis


def without_redis() -> Row:
    with ExitStack() as stack:
        bus = stack.enter_context(redis())
        database = stack.enter_context(postgresql())
        url, environment = database.url(NAME), {"REDIS_URL": bus.url, "LOG_LEVEL": "ERROR"}
        sites = [stack.enter_context(site(url, **environment)) for _ in range(2)]
        desk = stack.enter_context(Desk(url, **environment))
        story = desk.ask("article", entries=50)
        targets = asked(story)
        took = []
        with Load([one.address for one in sites], targets, READS_WITH_REDIS) as load:
            for step in (lambda: None, bus.stop, bus.start, bus.flush, bus.flush):
                step()
                for _ in range(3):
                    time.sleep(0.7)
                    published = desk.ask("publish", article=story["article"])
                    took.append(max(visible(one.address, story["path"], published) for one in sites))
        failed = Counter(answer.status for answer in load.reads if answer.status != 200)
        slowest = max(answer.seconds for answer in load.reads)
        return Row(
            f"Redis stopped, and emptied, at {READS_WITH_REDIS} reads a second over two processes",
            "no 5xx",
            f"{sum(failed.values())} failed of {len(load.reads)}{f' {dict(failed)}' if failed else ''}, "
            f"slowest {slowest:.2f} s, median "
            f"{1000 * median(answer.seconds for answer in load.reads):.0f} ms; what was published meanwhile was on the "
            f"pages of both within {max(took):.1f} s",
            not failed,
            version(database),
        )


def visible(address: str, path: str, published: dict[str, Any]) -> float:
    """Seconds from the commit until the page shows the entry."""
    while f'id="e{published["entry"]}"'.encode() not in asyncio.run(get(address, path))[2]:
        if time.time() - published["ended"] > GIVE_UP:
            return GIVE_UP
        time.sleep(0.02)
    return time.time() - published["ended"]


def main() -> None:
    if not postgresql_programs():
        show([Row("The database is away", "PostgreSQL", "not measured: PostgreSQL is not installed", False)])
        return
    rows = without_database()
    if shutil.which("redis-server"):
        rows.append(without_redis())
    show(rows)


if __name__ == "__main__":
    main()
