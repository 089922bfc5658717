"""What a serving process does by itself."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from django.db import Error, close_old_connections

from newsroom.database import database

logger = logging.getLogger(__name__)

SECOND = 1.0
MINUTE = 60.0


class Clock:
    """`every_second` says how much it has done: where it has done something, it is called again at once."""

    def __init__(
        self,
        *,
        every_second: Callable[[], int],
        every_minute: Callable[[], None],
        waits: str = "Scheduled entries wait",
    ) -> None:
        self._every_second = every_second
        self._every_minute = every_minute
        self._waits = waits
        self._failed = False

    async def run(self, in_a_thread: Callable[[Callable[[], bool]], Awaitable[bool]]) -> None:
        tended = 0.0
        while True:
            began = time.monotonic()
            # While the database is away the look-out knocks; this would only make requests wait.
            if not database.away:
                if began - tended >= MINUTE:
                    tended = began
                    await in_a_thread(lambda: self._call(self._every_minute))
                if await in_a_thread(lambda: self._call(self._every_second)):
                    continue
            await asyncio.sleep(max(0.0, SECOND - (time.monotonic() - began)))

    def _call(self, function: Callable[[], int | None]) -> bool:
        """True where there may be more to do. A failure is said once, until it works again."""
        close_old_connections()
        try:
            done = bool(function())
        except Error as error:
            if not self._failed:
                logger.warning("%s, as the database could not be asked: %s", self._waits, error)
            self._failed = True
            return False
        except Exception:
            # One entry that cannot go out must not end the process that serves all others.
            logger.exception("What happens by itself has failed.")
            return False
        finally:
            close_old_connections()
        self._failed = False
        return done
