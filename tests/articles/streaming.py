"""The two ways to ask what changed: by polling, and by streams, served in a thread of the test's own process."""

import asyncio
import json
import queue
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.http import HttpResponse
from django.test import Client

from articles import channels, live, streams
from articles.models import Article, Entry
from newsroom import lookout
from newsroom.lookout import LookOut
from tests.people import make_entry, make_person, say

PATIENCE = 10
ANYBODY = "192.0.2.1"

# To an article with one entry that readers see and one that was withdrawn.
HAPPENS: dict[str, Callable[[Article, Entry, Entry], object]] = {
    "publish": lambda article, shown, gone: make_entry(article, "And more."),
    "edit": lambda article, shown, gone: shown.edit(text="Changed."),
    "withdraw": lambda article, shown, gone: shown.withdraw(),
    "restore": lambda article, shown, gone: gone.restore(),
    "pin": lambda article, shown, gone: shown.pin(),
    "pause": lambda article, shown, gone: article.pause(),
    "title": lambda article, shown, gone: article.edit(title="عاصفة"),
    "time zone": lambda article, shown, gone: article.edit(time_zone="Asia/Tokyo"),
    "comment": lambda article, shown, gone: say(make_person("Nadia"), article),
}


# By polling.


def get(client: Client, article: Article, after: object, **headers: str) -> HttpResponse:
    return client.get(f"/live/{article.pk}/changes", {"after": after}, headers=headers)


def ask(client: Client, article: Article, after: int) -> dict[str, Any]:
    response = get(client, article, after)
    assert response.status_code == 200, response.content
    return response.json()


def follow(client: Client, article: Article, after: int = 0) -> Iterator[dict[str, Any]]:
    """All answers, as a page asks for them that has much to catch up with."""
    while True:
        answer = ask(client, article, after)
        yield answer
        if not answer.get("more"):
            return
        assert answer["change"] > after, "It would ask the same again."
        after = answer["change"]


def ids(answer: dict[str, Any]) -> list[int]:
    return [entry["id"] for entry in answer.get("entries", [])]


# By streams.


class Database:
    """What the streams ask of it. Whatever is named in `away` gets no answer."""

    def __init__(self) -> None:
        self.away: set[str] = set()
        self.asked: list[tuple[int, int]] = []
        self._frame_after = channels.frame_after

    def versions(self, subjects: Any) -> dict[str, str]:
        self._answer("versions")
        return live.versions(subjects)

    def frame_after(self, article_id: int, after: int) -> channels.Frame:
        self._answer("frames")
        self.asked.append((article_id, after))
        return self._frame_after(article_id, after)

    def _answer(self, name: str) -> None:
        if name in self.away:
            raise OperationalError("It is away.")


class Reader:
    """One connection to a stream; what comes is kept until the test looks at it."""

    first: dict[str, Any]

    def __init__(self, served: "Served", article_id: int, query: str, headers: dict[str, str], address: str) -> None:
        self._served = served
        self._came: queue.Queue[Any] = queue.Queue()
        self._rest = b""
        self._to_receive = [{"type": "http.request", "body": b"", "more_body": False}]
        self._left, self._takes = asyncio.Event(), asyncio.Event()
        self._takes.set()
        named = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "query_string": query.encode(), "headers": named, "client": (address, 50_000)}
        self._serving = served.start(served.streams(scope, self._receive, self._send, article_id))

    async def _receive(self) -> dict[str, Any]:
        if self._to_receive:
            return self._to_receive.pop()
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        await self._takes.wait()
        self._came.put(message)

    def head(self) -> tuple[int, dict[str, str]]:
        """The status and the headers, which come first."""
        start = self._came.get(timeout=PATIENCE)
        assert start["type"] == "http.response.start"
        return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}

    def refusal(self) -> tuple[int, str]:
        """The status and the sentence of an answer that is no stream."""
        status, headers = self.head()
        assert status != 200, "This is a stream."
        assert headers["cache-control"] == "private, no-store"
        sentence = self._came.get(timeout=PATIENCE)
        self._serving.result(PATIENCE)
        assert not sentence.get("more_body")
        return status, sentence["body"].decode()

    def told_to_wait(self) -> int:
        """The seconds after which one who finds no place may come again."""
        status, headers = self.head()
        assert status == 503
        return int(headers["retry-after"])

    def block(self) -> dict[str, str]:
        """The fields of what stands before the next empty line; none when the stream has ended."""
        while b"\n\n" not in self._rest:
            message = self._came.get(timeout=PATIENCE)
            self._rest += message["body"]
            if not message["more_body"]:
                assert self._rest == b"", "It ends in the middle of an event."
                self._serving.result(PATIENCE)
                return {}
        block, self._rest = self._rest.split(b"\n\n", 1)
        return dict(line.split(": ", 1) for line in block.decode().split("\n"))

    def event(self) -> dict[str, Any]:
        """The next one's data, whose id is the change that it brings the reader to."""
        block = self.block()
        assert set(block) == {"id", "data"}, block
        data = json.loads(block["data"])
        assert int(block["id"]) == data["change"]
        return data

    @property
    def has_more(self) -> bool:
        return bool(self._rest) or not self._came.empty()

    def stop_taking(self) -> None:
        self._served.run(self._takes.clear)

    def take_again(self) -> None:
        self._served.run(self._takes.set)

    def leave(self) -> None:
        self._served.run(self._left.set)
        self._serving.result(PATIENCE)

    @property
    def is_let_go(self) -> bool:
        return self._serving.cancelled()


class Served:
    """The streams and their look-out on an event loop in a thread. `options` are those of Streams."""

    def __init__(self, database: Database, **options: int) -> None:
        self.database = database
        self.lookout = LookOut(database.versions)
        self.streams = streams.Streams(self.lookout, **({"most": 100, "most_each": 100} | options))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        for forever in (self.lookout.run(), self.streams.beat()):
            self.start(forever)

    def start(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def run(self, function: Any) -> None:
        """Calls it on the loop."""

        async def call() -> None:
            function()

        self.start(call()).result(PATIENCE)

    def connect(self, article: Article, query: str = "", address: str = ANYBODY, **headers: str) -> Reader:
        return Reader(self, article.pk, query, headers, address)

    def read(self, article: Article, after: int | None = None, **more: Any) -> Reader:
        """One who is served and has got the `first` event: after the article's newest change, unless told otherwise."""
        reader = self.connect(article, f"after={article.change if after is None else after}", **more)
        status, headers = reader.head()
        assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert 1000 <= int(reader.block()["retry"]) <= 4000
        reader.first = reader.event()
        return reader

    def settle(self, article: Article) -> None:
        """Returns when the readers of the article have been sent whatever is to be sent now."""

        async def settle() -> None:
            await self.lookout.look(article.subject)
            # In the queue behind what the look-out's followers have asked.
            await self.lookout.ask(int)
            for _ in range(20):
                await asyncio.sleep(0)

        self.start(settle()).result(PATIENCE)

    def end(self) -> None:
        async def end() -> None:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            # In its own thread: the test's database cannot be dropped while a connection is open.
            await self._loop.run_in_executor(self.lookout._thread, connections.close_all)

        self.start(end()).result(PATIENCE)
        self.lookout.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        self._loop.close()


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Served]]:
    """Makes as many as the test wants, on one database and without the long waits of real life."""
    database, running = Database(), []
    monkeypatch.setattr(channels, "frame_after", database.frame_after)
    # In earnest, this whole process would wait for PostgreSQL in another way from here on.
    monkeypatch.setattr(lookout, "limit_waiting", lambda seconds: None)
    monkeypatch.setattr(lookout, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(channels, "TRY_AGAIN", 0.02)
    monkeypatch.setattr(streams, "TRY_AGAIN", 0.02)

    def serve(**options: int) -> Served:
        running.append(Served(database, **options))
        return running[-1]

    try:
        yield serve
    finally:
        for served in running:
            served.end()
