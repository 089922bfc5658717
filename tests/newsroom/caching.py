"""A page cache with stand-ins for what it asks, and its readers."""

import asyncio
import gzip
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import brotli

from newsroom import page_cache
from newsroom.bridge import Response
from newsroom.lookout import Away, Subject
from newsroom.page_cache import PageCache

PATIENCE = 10
SUBJECT = "article:1"


@dataclass
class Read:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        undo = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}
        return undo[self.headers.get("content-encoding", "")](self.body).decode()


class Clock:
    """Stands still unless a test moves it."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def monotonic(self) -> float:
        return self.now


class Site:
    """A page cache, and what it asks: Django behind the bridge, and the look-out. `sync` methods run its event loop."""

    def __init__(self, runner: asyncio.Runner, far: Any = None, most_bytes: int = 1_000_000) -> None:
        self.runner = runner
        self.pages = PageCache(self, self, far, most_bytes=most_bytes)
        self.version = "1.0"
        self.answer: Callable[[dict[str, Any]], Response] = self.page
        self.asked: list[dict[str, Any]] = []
        self.handed_on: list[str] = []
        self.looks = 0
        self.away = False
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self._subjects: dict[str, Subject] = {}

    # The bridge.

    async def fetch(self, environ: dict[str, Any]) -> Response:
        self.asked.append(environ)
        version = self.version
        await self.may_go_on.wait()
        # It shows what was there when it was begun.
        return self.answer(environ | {"version": version})

    async def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return function(*arguments)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.handed_on.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"of your own"})

    def page(self, environ: dict[str, Any], length: int = 2_000, **headers: str) -> Response:
        version = environ["version"]
        of = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        said = {"content-type": "text/html", "etag": f'"r.{version}"', "cache-control": "public, max-age=1"}
        said |= {"x-page-subject": f"{SUBJECT} {version}"} | headers
        body = f"{version} of {of} ".encode()
        return Response(200, encoded(said), body.ljust(length, b"."))

    # The look-out.

    def subject(self, name: str) -> Subject:
        return self._subjects.setdefault(name, Subject(name))

    async def look(self, name: str) -> Subject:
        self.looks += 1
        if self.away:
            raise Away
        self.find(name)
        return self.subject(name)

    def find(self, name: str = SUBJECT) -> None:
        """The look-out has looked."""
        subject = self.subject(name)
        subject.version, subject.right_at = self.version, page_cache.time.monotonic()

    # The readers.

    def ask(self, target: str = "/", method: str = "GET", **headers: str) -> Read:
        return self.sync(self.asking(target, method, **headers))

    async def asking(self, target: str = "/", method: str = "GET", scheme: str = "http", **headers: str) -> Read:
        path, _mark, query = target.partition("?")
        named = {name.replace("_", "-").lower(): value for name, value in ({"host": "here"} | headers).items()}
        scope = {"type": "http", "method": method, "scheme": scheme, "path": path, "query_string": query.encode()}
        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        async with asyncio.timeout(PATIENCE):
            await self.pages(scope | {"headers": encoded(named)}, None, send)
        start, body = sent
        received = {name.decode(): value.decode() for name, value in start["headers"]}
        return Read(start["status"], received, body["body"])

    def settle(self) -> None:
        """Waits for all makings that are under way."""

        async def settle() -> None:
            while self.pages._making:
                await asyncio.sleep(0)

        self.sync(settle())

    def sync(self, coroutine: Any) -> Any:
        return self.runner.run(coroutine)

    @property
    def made(self) -> int:
        return len(self.asked)


def encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def at_once(*sites: Site, readers: int = 100) -> list[Read]:
    """What the readers of each of these get, who all wait for the page before it is made."""

    async def ask() -> list[Read]:
        for site in sites:
            site.may_go_on.clear()
        asking = [asyncio.create_task(site.asking()) for site in sites for _ in range(readers)]
        while not (all(site.pages._making for site in sites) and any(site.asked for site in sites)):
            await asyncio.sleep(0.001)
        for site in sites:
            site.may_go_on.set()
        return await asyncio.gather(*asking)

    return sites[0].sync(ask())
