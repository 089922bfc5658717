"""Telling every process that something has changed: a hint within milliseconds, never the only way to learn of it.

Whoever misses a wake-up finds out by looking (newsroom/lookout.py), so a bus that is away costs half a second and
nothing else. With REDIS_URL the bus is Redis, else PostgreSQL's NOTIFY; on SQLite alone only this process is told.
To add another bus: a class with `tell` and `listen`, and a line in `bus()`.
"""

import logging
import select
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Protocol

import psycopg2
import redis
from django.conf import settings
from django.db import Error, connection, connections, transaction

logger = logging.getLogger(__name__)

CHANNEL = "newsroom"
# After the bus went away. Wake-ups are missed meanwhile, which looking makes up for.
TRY_AGAIN_AFTER = 1.0
# Who has listened for so long had been heard: a try that fails takes less.
WAS_BACK_FOR = 5.0
# The bus' own exceptions: a listener speaks with psycopg2 itself.
FAILURES = (redis.RedisError, Error, psycopg2.Error, OSError)
# How long a listener may take to notice that the process ends.
LISTEN_SECONDS = 0.5

Heard = Callable[[str], None]
# Who listens in this process: the look-out of a serving one, nobody elsewhere.
_here: set[Heard] = set()


class Bus(Protocol):
    def tell(self, subject: str) -> None: ...

    def listen(self, heard: Heard, ended: threading.Event) -> None:
        """Calls `heard` with every subject told, until `ended` is set or the bus breaks (with its own exception)."""


class Nobody:
    """SQLite without Redis: other processes look."""

    def tell(self, subject: str) -> None:
        pass

    def listen(self, heard: Heard, ended: threading.Event) -> None:
        ended.wait()


class Redis:
    def __init__(self, url: str) -> None:
        # A write waits at most this long for a Redis that is away.
        self.client = redis.Redis.from_url(url, socket_connect_timeout=0.25, socket_timeout=0.25)
        self._try_again_at = 0.0

    def tell(self, subject: str) -> None:
        """Raises redis.RedisError, after which nobody waits for it for a while."""
        if time.monotonic() < self._try_again_at:
            return
        try:
            self.client.publish(CHANNEL, subject)
        except redis.RedisError:
            self._try_again_at = time.monotonic() + TRY_AGAIN_AFTER
            raise

    def listen(self, heard: Heard, ended: threading.Event) -> None:
        with self.client.pubsub(ignore_subscribe_messages=True) as subscription:
            subscription.subscribe(CHANNEL)
            while not ended.is_set():
                if message := subscription.get_message(timeout=LISTEN_SECONDS):
                    heard(message["data"].decode())


class PostgreSQL:
    def tell(self, subject: str) -> None:
        # After the commit, on its own: within the transaction it would hold a lock of all writers until the disk
        # has answered.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, subject])

    def listen(self, heard: Heard, ended: threading.Event) -> None:
        own = connections.create_connection("default")
        try:
            with own.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            raw = own.connection
            # poll, as select knows no file above 1023, and this process holds thousands of readers.
            waiting = select.poll()
            waiting.register(raw.fileno(), select.POLLIN)
            while not ended.is_set():
                if waiting.poll(LISTEN_SECONDS * 1000):
                    raw.poll()
                    while raw.notifies:
                        heard(raw.notifies.pop(0).payload)
        finally:
            own.close()


@cache
def bus() -> Bus:
    if settings.REDIS_URL:
        return Redis(settings.REDIS_URL)
    return PostgreSQL() if connection.vendor == "postgresql" else Nobody()


def wake_on_commit(subject: str) -> None:
    """Tells everybody, here and elsewhere, once the transaction is committed."""
    transaction.on_commit(lambda: wake(subject), robust=True)


def wake(subject: str) -> None:
    for heard in list(_here):
        heard(subject)
    try:
        bus().tell(subject)
    except FAILURES as error:
        logger.warning("Other processes were not woken and will find out by looking: %s", error)


class Listener:
    """Hears wake-ups, this process's and those of others, in a thread of its own."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="wake-ups", daemon=True)

    def start(self) -> None:
        _here.add(self._heard)
        self._thread.start()

    def end(self) -> None:
        _here.discard(self._heard)
        self._ended.set()

    def _listen(self) -> None:
        away = False
        while not self._ended.is_set():
            began = time.monotonic()
            try:
                bus().listen(self._heard, self._ended)
            except FAILURES as error:
                # Once each time that it goes away, not at each try.
                if not away or time.monotonic() - began > WAS_BACK_FOR:
                    logger.warning("No wake-ups until the bus is back; looking instead: %s", error)
                away = True
                self._ended.wait(TRY_AGAIN_AFTER)
