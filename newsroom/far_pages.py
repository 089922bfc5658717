"""Shared pages in Redis: what one process has made, the others take from there. Without Redis each makes its own.

Everything here may fail at any time and then counts as "not there".
"""

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from typing import Any, TypeVar

import redis

from newsroom.page import Key, Page
from newsroom.shared import release

logger = logging.getLogger(__name__)

T = TypeVar("T")

# As long as a page may stand in for a site that is away.
KEPT = 86_400
# A process that ends while it makes a page holds the others up for no longer than this.
LONGEST_MAKING = 1.0
# A Redis that is away costs each process one try a second.
TRY_AGAIN_AFTER = 1.0
ANSWER_WITHIN = 0.25


class FarPages:
    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_connect_timeout=ANSWER_WITHIN, socket_timeout=ANSWER_WITHIN)
        self._thread = ThreadPoolExecutor(2, "far-pages")
        self._try_again_at = 0.0
        self._away = False
        # Those that this process holds.
        self._locks: dict[Key, redis.lock.Lock] = {}

    async def get(self, key: Key) -> Page | None:
        """A page that somebody made at some time; whether it is still right is to be looked up."""
        return await self._ask(self._get, key, away=None)

    async def put(self, key: Key, page: Page) -> None:
        await self._ask(self._put, key, page, away=None)

    async def begin(self, key: Key) -> bool:
        """False while another process makes this page."""
        return await self._ask(self._begin, key, away=True)

    async def done(self, key: Key) -> None:
        await self._ask(self._done, key, away=None)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, function: Callable[..., T], *arguments: Any, away: T) -> T:
        if time.monotonic() < self._try_again_at:
            return away
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._try, function, arguments, away)

    def _try(self, function: Callable[..., T], arguments: tuple[Any, ...], away: T) -> T:
        """In a thread. Who has queued meanwhile does not find out anew that it is away."""
        if time.monotonic() < self._try_again_at:
            return away
        try:
            answer = function(*arguments)
        except redis.RedisError as error:
            self._try_again_at = time.monotonic() + TRY_AGAIN_AFTER
            if not self._away:
                logger.warning("Redis is away, so each process makes its own pages: %s", error)
            self._away = True
            return away
        self._away = False
        return answer

    def _get(self, key: Key) -> Page | None:
        packed = self._redis.get(_name(key))
        return unpack(packed) if isinstance(packed, bytes) else None

    def _put(self, key: Key, page: Page) -> None:
        self._redis.set(_name(key), pack(page), ex=KEPT)

    def _begin(self, key: Key) -> bool:
        lock = self._redis.lock(_name(key) + ":made", timeout=LONGEST_MAKING, blocking=False, thread_local=False)
        if not lock.acquire():
            return False
        self._locks[key] = lock
        return True

    def _done(self, key: Key) -> None:
        lock = self._locks.pop(key, None)
        # It may have run out, and be another's by now.
        with suppress(redis.exceptions.LockError):
            if lock:
                lock.release()


def _name(key: Key) -> str:
    return f"newsroom:page:{release()}:{hashlib.sha256(repr(key).encode()).hexdigest()}"


def pack(page: Page) -> bytes:
    """A line of JSON, then the bodies one after the other."""
    about = asdict(page)
    about["headers"] = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in page.headers]
    about["bodies"] = {encoding: len(body) for encoding, body in page.bodies.items()}
    for name in ("made_at", "right_at", "answers"):
        del about[name]
    return b"\n".join([json.dumps(about).encode(), b"".join(page.bodies.values())])


def unpack(packed: bytes) -> Page | None:
    """None for what this release did not write."""
    first, _newline, rest = packed.partition(b"\n")
    try:
        about = json.loads(first)
        bodies = {}
        for encoding, length in about["bodies"].items():
            bodies[encoding], rest = rest[:length], rest[length:]
            if len(bodies[encoding]) < length:
                return None
        about["bodies"] = bodies
        about["headers"] = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in about["headers"]]
        return Page(**about)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
