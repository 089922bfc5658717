"""What version each subject has now, known to this process through one small query for all of them, twice a second.

Streams and cached pages ask here instead of asking the database, so a thousand readers cost what one costs. A wake-up
(newsroom/wakeups.py) only makes the next look come at once. Runs on the event loop; its queries, and those of the
streams, in one thread with one connection.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import inf
from typing import Any, TypeVar

from django.db import connection

from newsroom.database import database, limit_waiting, means_away

logger = logging.getLogger(__name__)

# A change is known to every process after this long, with no bus between them.
LOOK_EVERY = 0.5
# Between two looks, however many wake-ups come.
PAUSE = 0.02
# A subject that nobody asked about for so long is looked at no more, and then forgotten.
INTEREST = 5.0
# To learn quickly that the database hangs.
LONGEST_WAIT = 1.0

T = TypeVar("T")
Versions = Callable[[Collection[str]], dict[str, str]]


class Away(Exception):
    """The database did not answer."""


@dataclass(eq=False, slots=True)
class Subject:
    """What pages and streams are about. `version` is None where readers may see nothing of it, or not looked at yet.

    Times are those of time.monotonic(). The version was right when the look of `right_at` began.
    """

    name: str
    version: str | None = None
    right_at: float = -inf
    wanted_at: float = -inf
    # Called after each look that finds another version.
    followers: set[Callable[[], None]] = field(default_factory=set)


class LookOut:
    def __init__(self, versions: Versions) -> None:
        self._versions = versions
        self._subjects: dict[str, Subject] = {}
        self._woken: set[str] = set()
        self._asked: dict[str, asyncio.Future[None]] = {}
        self._alarm = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "look-out", limit_waiting, (LONGEST_WAIT,))
        self._others = asyncio.Semaphore(1)
        self._loop: asyncio.AbstractEventLoop | None = None

    def subject(self, name: str) -> Subject:
        """What is known of a subject; from now on it is looked at for a while."""
        subject = self._subjects.get(name)
        if subject is None:
            subject = self._subjects[name] = Subject(name)
        subject.wanted_at = time.monotonic()
        return subject

    async def look(self, name: str) -> Subject:
        """The subject as it is now: by a look that begins after this call. Raises Away."""
        subject = self.subject(name)
        asked = self._asked.get(name)
        if asked is None:
            asked = self._asked[name] = asyncio.get_running_loop().create_future()
            self._alarm.set()
        await asyncio.shield(asked)
        return subject

    async def ask(self, function: Callable[..., T], *arguments: Any) -> T:
        """Asks the database something else in the look-out's thread. One at a time, so that looks wait for no queue."""
        async with self._others:
            return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)

    def hear(self, name: str) -> None:
        """A wake-up, from any thread."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._hear, name)

    def _hear(self, name: str) -> None:
        if name in self._subjects:
            self._woken.add(name)
            self._alarm.set()

    async def run(self) -> None:
        """Looks until it is cancelled."""
        self._loop = asyncio.get_running_loop()
        next_round = time.monotonic()
        while True:
            try:
                async with asyncio.timeout(max(0, next_round - time.monotonic())):
                    await self._alarm.wait()
            except TimeoutError:
                pass
            self._alarm.clear()
            asked, self._asked = self._asked, {}
            names = {*asked, *self._woken}
            self._woken.clear()
            if time.monotonic() >= next_round:
                next_round = time.monotonic() + LOOK_EVERY
                names |= self._wanted()
            if names or database.away:
                await self._look(names, asked)
                await asyncio.sleep(PAUSE)

    def _wanted(self) -> set[str]:
        """What is still of interest; the rest is forgotten."""
        now = time.monotonic()
        for name, subject in list(self._subjects.items()):
            if not subject.followers and now - subject.wanted_at > INTEREST:
                del self._subjects[name]
        return set(self._subjects)

    async def _look(self, names: set[str], asked: dict[str, asyncio.Future[None]]) -> None:
        began = time.monotonic()
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._thread, self._query, names)
        except Exception as error:
            # Whatever it is, pages are served as they are and the next look is half a second away.
            logger.warning("The database does not answer: %s", str(error).strip())
            for future in asked.values():
                future.set_exception(Away())
                future.exception()  # Retrieved: nobody may be waiting any more.
            return
        for name in names & self._subjects.keys():
            subject, version = self._subjects[name], found.get(name)
            changed, subject.version, subject.right_at = subject.version != version, version, began
            if changed:
                for follower in list(subject.followers):
                    follower()
        for future in asked.values():
            if not future.done():
                future.set_result(None)

    def _query(self, names: set[str]) -> dict[str, str]:
        try:
            # Where nothing is of interest it is only to see whether the database is back.
            found = self._versions(names) if names else _knock()
        except Exception as error:
            connection.close()
            if means_away(error):
                database.found_away()
            raise
        connection.close_if_unusable_or_obsolete()
        database.found_back()
        return found

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


def _knock() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {}
