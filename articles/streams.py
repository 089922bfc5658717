"""The stream of an article's changes, as Server-Sent Events: an ASGI application beside Django.

A Django view would cost a thread and 62 kB for each reader. Here a reader is a coroutine that waits. All readers of an
article follow one channel (articles/channels.py): it learns from the look-out that there is something new, has it told
once (articles/live.py) and wakes them; each sends the same bytes. A reader keeps only the number seen, so a slow one
falls behind, skips what is outdated and never needs a queue.
"""

import asyncio
import ipaddress
import random
import time
from collections import Counter
from math import inf
from typing import Any
from urllib.parse import parse_qs

from articles.channels import TRY_AGAIN, Channel, Frame, Gone, Reader
from articles.live import Absurd
from newsroom.ids import parse_id
from newsroom.lookout import Away, LookOut

# Proxies and browsers give up on lines that are silent for a minute, and phones change networks without a word.
BEAT_EVERY = 15.0
BEAT = b"event: beat\ndata: 1\n\n"
# Who takes nothing for so long has gone without saying so.
LONGEST_SEND = 60.0
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"private, no-store"),
    (b"x-content-type-options", b"nosniff"),
    # Of nginx: nothing waits there for more.
    (b"x-accel-buffering", b"no"),
]


class Streams:
    """All open streams of this process: at most `most`, and `most_each` for one address."""

    def __init__(self, lookout: LookOut, *, most: int, most_each: int) -> None:
        self._lookout = lookout
        self._most = most
        self._most_each = most_each
        self._channels: dict[int, Channel] = {}
        self._addresses: Counter[str] = Counter()
        self._ending = False

    async def __call__(self, scope: Any, receive: Any, send: Any, article_id: int) -> None:
        address = _block(scope)
        if self._ending or self._addresses.total() >= self._most or self._addresses[address] >= self._most_each:
            # Not all of them at the same moment.
            wait = random.randint(5, 30)  # noqa: S311
            await _refuse(send, 503, "Too many streams are open here. Ask for the changes instead.", wait)
            return
        after = _last_seen(scope)
        if after is None:
            await _refuse(send, 400, "Say which change you have seen, as in ?after=12.")
            return
        self._addresses[address] += 1
        try:
            await self._serve(article_id, after, receive, send)
        finally:
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]

    async def _serve(self, article_id: int, after: int, receive: Any, send: Any) -> None:
        reader = Reader(after)
        channel: Channel | None = None
        watching: asyncio.Task[None] | None = None
        try:
            channel = await self._join(article_id, reader)
            first = await self._first(channel, after)
            if first.last and first.at[0] == after:
                await _refuse(send, 204, "")
                return
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            # Not all at once, when this process has ended and they go elsewhere.
            retry = f"retry: {random.randint(1000, 4000)}\n\n"  # noqa: S311
            await send({"type": "http.response.body", "body": retry.encode(), "more_body": True})
            watching = asyncio.create_task(_watch(reader, receive))
            await self._follow(reader, channel, first, send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except Absurd as refusal:
            await _refuse(send, 400, str(refusal))
        except Gone:
            await _refuse(send, 404, "There is no such article.")
        except Away:
            await _refuse(send, 503, "The database does not answer.", 5)
        finally:
            if watching:
                watching.cancel()
            if channel:
                self._leave(channel, reader)

    @staticmethod
    async def _first(channel: Channel, after: int) -> Frame:
        """Made before anything is answered, so that a refusal can be one. Raises Gone, Absurd or Away."""
        try:
            return await channel.frame(after)
        except (Gone, Absurd):
            raise
        except Exception as error:
            raise Away from error

    async def _follow(self, reader: Reader, channel: Channel, frame: Frame, send: Any) -> None:
        await self._send(reader, frame.body, send)
        reader.at = frame.at
        while not frame.last and not (reader.gone or channel.gone or self._ending):
            if reader.at < channel.at:
                try:
                    frame = await channel.frame(reader.at[0])
                except Exception:
                    await asyncio.sleep(TRY_AGAIN)
                    continue
                await self._send(reader, frame.body, send)
                reader.at = frame.at
            elif await reader.woken():
                await self._send(reader, BEAT, send)

    @staticmethod
    async def _send(reader: Reader, body: bytes, send: Any) -> None:
        reader.sending_since = time.monotonic()
        await send({"type": "http.response.body", "body": body, "more_body": True})
        reader.sending_since = inf

    async def _join(self, article_id: int, reader: Reader) -> Channel:
        channel = self._channels.get(article_id)
        if channel is None or channel.gone:
            new = Channel(article_id, self._lookout)
            await new.open()
            # Somebody else may have opened it meanwhile.
            channel = self._channels.get(article_id)
            if channel is None or channel.gone:
                channel = self._channels[article_id] = new
            else:
                new.close()
        channel.readers.add(reader)
        return channel

    def _leave(self, channel: Channel, reader: Reader) -> None:
        channel.readers.discard(reader)
        if not channel.readers and self._channels.get(channel.article_id) is channel:
            del self._channels[channel.article_id]
            channel.close()

    async def beat(self) -> None:
        """Says to every reader that the line is alive, and lets go of those who take nothing; until cancelled."""
        while True:
            await asyncio.sleep(BEAT_EVERY)
            now = time.monotonic()
            for channel in list(self._channels.values()):
                for reader in list(channel.readers):
                    if now - reader.sending_since > LONGEST_SEND and reader.task:
                        reader.task.cancel()
                    reader.wake(beat=True)

    def end(self) -> None:
        """Ends all streams; their readers come back, to another process or to the next one here."""
        self._ending = True
        for channel in self._channels.values():
            for reader in channel.readers:
                reader.wake()


async def _watch(reader: Reader, receive: Any) -> None:
    """Notices at once that a reader has left; sending would tell only with the next event."""
    while (await receive())["type"] != "http.disconnect":
        pass
    reader.gone = True
    reader.wake()


async def _refuse(send: Any, status: int, sentence: str, retry_after: int | None = None) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"private, no-store")]
    if retry_after:
        headers.append((b"retry-after", str(retry_after).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers if status != 204 else headers[1:]})
    await send({"type": "http.response.body", "body": sentence.encode()})


def _last_seen(scope: Any) -> int | None:
    """The browser's own Last-Event-ID when it comes back; else what the page's script says."""
    for name, value in scope["headers"]:
        if name == b"last-event-id":
            return parse_id(value.decode("latin-1"))
    return parse_id(parse_qs(scope["query_string"].decode("latin-1")).get("after", [""])[-1])


def _block(scope: Any) -> str:
    """Who counts as one: an IPv4 address, or the /64 that one home has of IPv6."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    address = getattr(address, "ipv4_mapped", None) or address
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))
