"""HTTP as readers ask it, by the thousand: an exchange on a connection of its own, and a line that stays open."""

import asyncio
import time
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httptools

# Seconds, as in static/live.js.
ANSWER_WITHIN = 15.0


class Exchange(asyncio.Protocol):
    """One request on a connection of its own; its answer as it comes in."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.complete = False
        self.heard_at = time.monotonic()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: Any = None
        self._parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.heard_at = time.monotonic()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete = True
        self.transport.close()


@lru_cache(100)
def place_of(address: str) -> tuple[str, int]:
    url = urlsplit(address)
    return url.hostname or "", url.port or 80


def request(address: str, target: str, **headers: str) -> bytes:
    lines = [f"GET {target} HTTP/1.1", f"Host: {urlsplit(address).netloc}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


async def get(address: str, target: str, within: float = ANSWER_WITHIN) -> tuple[int, dict[str, str], bytes]:
    """Raises OSError where there is no whole answer."""
    return await answer_to(request(address, target), address, within)


async def answer_to(request: bytes, address: str, within: float) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body. Raises OSError where there is no whole answer."""
    exchange = Exchange(request)
    try:
        async with asyncio.timeout(within):
            await asyncio.get_running_loop().create_connection(lambda: exchange, *place_of(address))
            await exchange.ended
    except TimeoutError as error:
        raise OSError("no answer in time") from error
    finally:
        if exchange.transport:
            exchange.transport.abort()
    if not exchange.complete:
        raise OSError("the answer broke off")
    return exchange.status, exchange.headers, exchange.body
