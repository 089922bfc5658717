"""Readers of a live page by the thousand, without a browser: each follows docs/live.md as static/live.js does.

They run in a process of their own, so that the bench's work is not the readers'. `Readers` starts it and talks to it;
what each reader's page would show at the end can be compared with a page loaded then.
"""

import asyncio
import json
import random
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import count
from typing import Any

from bench.asking import ANSWER_WITHIN, Exchange, get, place_of, request
from bench.copies import Copy, copy_of, whole_copy
from bench.told import Told

# As in static/live.js.
FIRST_WORD = 10.0
SILENCE = 40.0
AGAIN_AFTER = 60.0
LONGEST_WAIT = 120.0
# Of readers who come at once.
COMING = 100


@lru_cache(200)
def parsed(data: bytes) -> dict[str, Any]:
    """The same event for everybody, so once."""
    answer: dict[str, Any] = json.loads(data)
    return answer


class Line(Exchange):
    """An open stream."""

    def __init__(self, request: bytes, reader: "Reader") -> None:
        super().__init__(request)
        self.reader = reader

    def on_body(self, body: bytes) -> None:
        if self.status != 200:
            return
        self.body += body
        while (end := self.body.find(b"\n\n")) >= 0:
            event, self.body = self.body[:end], self.body[end + 2 :]
            self.reader.hear(event)


class Reader:
    """One open page."""

    def __init__(self, crowd: "Crowd", number: int, streams: bool) -> None:
        self.crowd = crowd
        self.streams = streams
        self.copy = Copy()
        self.joined = False
        self.ended = False
        self.retry = 3.0
        self.poll = 5.0
        self.more = False
        self.line: Line | None = None
        self._address = number

    @property
    def address(self) -> str:
        return self.crowd.addresses[self._address % len(self.crowd.addresses)]

    def turn(self) -> None:
        """To the next address, as a browser does whose host does not answer."""
        self._address += 1

    async def live(self) -> None:
        await self._load()
        while not self.ended:
            if self.streams:
                await self._stream()
            if not self.ended:
                await self._ask_until(self.crowd.now() + AGAIN_AFTER * self.crowd.pace if self.streams else None)

    async def _load(self) -> None:
        while self.copy.change < 0:
            if self.crowd.start:
                self.copy = self.crowd.start.copy()
                return
            try:
                status, _headers, body = await get(self.address, self.crowd.path, self.crowd.answer_within)
                self.crowd.count("page", status)
                if status == 200:
                    self.copy, _next = copy_of(body.decode())
                    return
            except OSError:
                self.crowd.count("page", "failed")
                self.turn()
            await asyncio.sleep(random.uniform(0.5, 1.5))

    async def _stream(self) -> None:
        """Until it is refused, as an EventSource connects again by itself after a mere drop."""
        while not self.ended:
            target, headers = f"/live/{self.crowd.article}/stream?after={self.copy.change}", {}
            if self.joined:
                headers = {"Last_Event_ID": str(self.copy.change)}
            self.line = line = Line(request(self.address, target, **headers), self)
            try:
                async with asyncio.timeout(FIRST_WORD):
                    await asyncio.get_running_loop().create_connection(lambda: line, *place_of(self.address))  # noqa: B023
                await line.ended
            except (OSError, TimeoutError):
                self.crowd.count("stream", "failed")
            finally:
                if line.transport:
                    line.transport.abort()
                self.line = None
            if line.status:
                self.crowd.count("stream", line.status)
            if line.status not in (0, 200):
                return
            self.turn()
            await asyncio.sleep(self.retry * self.crowd.pace)

    def hear(self, event: bytes) -> None:
        for line in event.split(b"\n"):
            if line.startswith(b"data: {"):
                self.tell(parsed(line[6:]))
            elif line.startswith(b"retry: "):
                self.retry = int(line[7:]) / 1000

    async def _ask_until(self, end: float | None) -> None:
        failures = 0
        while not self.ended:
            before, wait = self.copy.change, 0.0
            try:
                target = f"/live/{self.crowd.article}/changes?after={self.copy.change}"
                status, headers, body = await get(self.address, target, self.crowd.answer_within)
                self.crowd.count("changes", status)
                if status in (400, 404):
                    self.crowd.fault(f"changes after {before} answer {status}: {body[:200].decode()}")
                    self.ended = True
                    return
                if status == 200:
                    self.tell(parsed(body))
                    failures = 0
                else:
                    failures, wait = failures + 1, float(headers.get("retry-after", 0))
            except OSError:
                self.crowd.count("changes", "failed")
                failures += 1
                self.turn()
            if self.ended or (end and not failures and self.crowd.now() >= end):
                return
            if failures:
                await self._sleep(max(wait, min(self.poll * 2**failures, LONGEST_WAIT)))
            elif not self.more and self.copy.change == before:
                await self._sleep(self.poll)

    async def _sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds * random.uniform(0.8, 1.2) * self.crowd.pace)

    def tell(self, answer: dict[str, Any]) -> None:
        self.joined = True
        if answer["change"] < self.copy.change:
            self.crowd.count("answers", "older")
            return
        if answer.get("reload"):
            self.crowd.count("answers", "reload")
            self.copy.change = -1
            self.ended = True
            return
        for entry in self.copy.take(answer):
            self.crowd.arrivals[entry].append(time.time())
        self.more = bool(answer.get("more"))
        self.ended = answer["poll"] is None and not self.more
        self.poll = answer["poll"] or self.poll


class Crowd:
    """All readers of one process, and what they have met with."""

    def __init__(
        self,
        addresses: Sequence[str],
        article: int,
        path: str,
        pace: float = 1.0,
        silence: float = SILENCE,
        answer_within: float = ANSWER_WITHIN,
        load: bool = True,
    ) -> None:
        self.addresses, self.article, self.path = list(addresses), article, path
        # Below 1 everybody hurries: waits are that part of a browser's.
        self.pace, self.silence, self.answer_within, self.load = pace, silence, answer_within, load
        self.readers: list[Reader] = []
        self.met: Counter[str] = Counter()
        self.faults: list[str] = []
        self.arrivals: dict[int, list[float]] = defaultdict(list)
        self.start: Copy | None = None
        self.now = time.monotonic
        self._tasks: set[asyncio.Task[None]] = set()
        self._coming = asyncio.Semaphore(COMING)

    def count(self, what: str, answer: object) -> None:
        self.met[f"{what} {answer}"] += 1

    def fault(self, sentence: str) -> None:
        self.faults.append(sentence)

    async def join(self, streams: int = 0, pollers: int = 0, within: float = 60.0) -> dict[str, Any]:
        """So many come; answers when each has been told something, which says that it follows."""
        if not self.load:
            self.start = await whole_copy(self.addresses[0], self.path)
        numbers = count()
        new = [Reader(self, next(numbers), True) for _ in range(streams)]
        new += [Reader(self, next(numbers), False) for _ in range(pollers)]
        self.readers += new
        end = self.now() + within
        for reader in new:
            task = asyncio.create_task(reader.live())
            self._tasks.add(task)
            task.add_done_callback(self._left)
            while sum(not one.joined for one in self.readers[: len(self._tasks)]) >= COMING and self.now() < end:
                await asyncio.sleep(0.005)
        while not all(reader.joined for reader in new) and self.now() < end:
            await asyncio.sleep(0.02)
        return {"joined": sum(reader.joined for reader in new)}

    def _left(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            self.fault(f"a reader broke: {error!r}")

    async def until(self, change: int, seconds: float) -> dict[str, Any]:
        """Waits until everybody has come to a number; says how many have not."""
        end = self.now() + seconds
        while (behind := sum(reader.copy.change < change for reader in self.readers)) and self.now() < end:
            await asyncio.sleep(0.05)
        return {"behind": behind}

    async def report(self) -> dict[str, Any]:
        """What the readers' pages show, and how many show each."""
        pages: dict[str, int] = Counter(json.dumps(reader.copy.shows()) for reader in self.readers)
        return {
            "met": dict(self.met),
            "faults": self.faults,
            "open": sum(reader.line is not None for reader in self.readers),
            "pages": [[json.loads(page), number] for page, number in pages.items()],
        }

    async def arrived(self) -> dict[str, Any]:
        """When each entry came, by its id."""
        return {str(entry): times for entry, times in self.arrivals.items()}

    async def sweep(self) -> None:
        while True:
            await asyncio.sleep(min(1.0, self.silence / 4))
            for reader in self.readers:
                if reader.line and self.now() - reader.line.heard_at > self.silence and reader.line.transport:
                    self.count("stream", "silent")
                    reader.line.transport.abort()


async def obey(arguments: dict[str, Any]) -> None:
    """Commands come in as lines of JSON, and each is answered by one."""
    crowd, loop = Crowd(**arguments), asyncio.get_running_loop()
    sweeping = asyncio.create_task(crowd.sweep())
    commands = asyncio.StreamReader(limit=2**24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        command = json.loads(line)
        answer = await getattr(crowd, command.pop("do"))(**command)
        print(json.dumps(answer), flush=True)
    sweeping.cancel()


class Readers(Told):
    """Readers in a process of their own."""

    def __init__(
        self, addresses: Sequence[str], article: int, path: str, *, before: Sequence[str] = (), **more: Any
    ) -> None:
        arguments = {"addresses": list(addresses), "article": article, "path": path, **more}
        super().__init__("bench.readers", arguments, before=before)

    def join(self, streams: int = 0, pollers: int = 0, within: float = 60.0) -> None:
        joined = self.ask("join", streams=streams, pollers=pollers, within=within)["joined"]
        if joined < streams + pollers:
            report = self.report()
            raise RuntimeError(f"only {joined} of {streams + pollers} came in: {report['met']} {report['faults'][:2]}")

    def behind(self, change: int, seconds: float) -> int:
        """How many have not come to this number, after so many seconds at most."""
        return int(self.ask("until", change=change, seconds=seconds)["behind"])

    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = self.ask("report")
        return report

    def arrived(self) -> dict[int, list[float]]:
        """When each entry came to each reader."""
        return {int(entry): times for entry, times in self.ask("arrived").items()}


def main() -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with suppress(ImportError):
        import uvloop  # noqa: PLC0415

        uvloop.install()
    asyncio.run(obey(json.loads(sys.argv[1])))


if __name__ == "__main__":
    main()
