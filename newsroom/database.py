"""How long anybody waits for the database, and whether it is there at all.

By itself psycopg2 waits for as long as PostgreSQL takes, which is forever where it hangs: its processes stopped, its
packets dropped. Threads that serve readers wait for so long and no longer; management commands wait as ever.
Once somebody has found the database away, nobody else waits to find out the same.
"""

import logging
import select
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Any

import psycopg2
from django.db import InterfaceError, OperationalError
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from psycopg2 import extensions

logger = logging.getLogger(__name__)

# Of a request, for one statement, with its queue for a lock: far above both, and eight threads are soon all waiting.
LONGEST_WAIT = 5.0
# A living PostgreSQL greets within milliseconds. (libpq's own connect_timeout counts for nothing here.)
LONGEST_CONNECT = 2.0
# Once the database is known to be away, for those who look whether it is back and those who wait already.
LONGEST_KNOCK = 1.0
# How often those who wait look at the above.
STEP = 0.25
# A living PostgreSQL breaks off what takes longer than this part of the wait, so no answer at all means that it is
# away; and what nobody waits for any more does not go on there.
STATEMENT_SHARE = 0.9
# Longer than the look-out (newsroom/lookout.py) takes for a round: a request tries only where there is no look-out.
TRY_AGAIN_AFTER = 2.0

# Whatever else goes wrong in the database is a fault of ours or of what was sent.
FAILURES = (OperationalError, InterfaceError, psycopg2.OperationalError, psycopg2.InterfaceError)


class Presence:
    """Does the database answer, as far as this process knows?"""

    def __init__(self) -> None:
        self.away = False
        self._try_again_at = 0.0
        self._lock = threading.Lock()

    def found_away(self) -> None:
        with self._lock:
            news, self.away = not self.away, True
            self._try_again_at = time.monotonic() + TRY_AGAIN_AFTER
        if news:
            logger.error("The database is away. Who needs it is refused until it answers again.")

    def found_back(self) -> None:
        with self._lock:
            news, self.away = self.away, False
        if news:
            logger.warning("The database is back.")

    def may_be_asked(self) -> bool:
        """While it is away: by one every TRY_AGAIN_AFTER seconds, who finds out whether it is back."""
        if not self.away:
            return True
        with self._lock:
            if time.monotonic() < self._try_again_at:
                return False
            self._try_again_at = time.monotonic() + TRY_AGAIN_AFTER
            return True


database = Presence()


def is_failure(error: BaseException) -> bool:
    """Can nobody be blamed but the database? SQLite reports wrong SQL like a failure."""
    cause = error.__cause__ or error
    return isinstance(error, FAILURES) and getattr(cause, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR


def means_away(error: BaseException) -> bool:
    """Not where the database itself has answered, if only that it is busy; as SQLite always does."""
    cause = error.__cause__ or error
    if not isinstance(cause, psycopg2.OperationalError):
        return False
    # 08: the connection broke; 57P: it shuts down, or starts.
    return cause.pgcode is None or cause.pgcode.startswith(("08", "57P"))


# Who waits how long. The wait callback is psycopg2's for all threads, and COPY does not work with it, so it is there
# only while somebody's time is limited.

_thread = threading.local()
_limited = 0
_limited_lock = threading.Lock()


def limit_waiting(seconds: float = LONGEST_WAIT) -> None:
    """From here on, this thread waits for no statement longer than this."""
    _count(1)
    _thread.longest = seconds


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    before = _longest_wait()
    _count(1)
    _thread.longest = min(seconds, before)
    try:
        yield
    finally:
        _thread.longest = before
        _count(-1)


def _longest_wait() -> float:
    return getattr(_thread, "longest", inf)


def _count(more: int) -> None:
    global _limited
    with _limited_lock:
        _limited += more
        extensions.set_wait_callback(_wait if _limited else None)


def _wait(connection: Any) -> None:
    """psycopg2 calls this where it would wait. When it raises, psycopg2 closes the connection: no later answer of an
    earlier question can be read from it, and Django opens another."""
    waited = 0.0
    while (state := connection.poll()) != extensions.POLL_OK:
        # poll, as select knows no file above 1023, and this process holds thousands of readers.
        ready = select.poll()
        ready.register(connection.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
        while not ready.poll(STEP * 1000):
            waited += STEP
            if waited >= _patience(connection):
                database.found_away()
                raise psycopg2.OperationalError(f"no answer from the database within {waited:g} s")
    if database.away:
        database.found_back()


def _patience(connection: Any) -> float:
    longest = _longest_wait()
    if longest == inf:
        return inf
    if database.away:
        return min(longest, LONGEST_KNOCK)
    connected = connection.status in (extensions.STATUS_READY, extensions.STATUS_BEGIN)
    return longest if connected else min(longest, LONGEST_CONNECT)


@receiver(connection_created)
def _limit_statements(connection: Any, **kwargs: Any) -> None:
    longest = _longest_wait()
    if connection.vendor == "postgresql" and longest < inf:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = %s", [int(longest * STATEMENT_SHARE * 1000)])
