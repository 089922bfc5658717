"""Many processes at one database, all from the same moment: what the fault tests and `bench.writers` are made of."""

import multiprocessing
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from django.conf import settings
from django.db import connection, connections

LONGEST_WAIT = 120

# Each process is a fork of a server that has loaded Django and never opened a connection: 16 start within a second.
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["bench.ready"])


class Member:
    """One process of a crowd."""

    def __init__(self, barrier: Any, call: tuple[Any, ...]) -> None:
        self._pipe, theirs = _context.Pipe(duplex=False)
        database = connection.settings_dict["NAME"]
        self.process = _context.Process(target=_run, args=(theirs, barrier, database, *call), daemon=True)
        self.process.start()
        theirs.close()

    def kill(self) -> None:
        """As the machine does when it runs out of memory: no goodbye to the database."""
        self.process.kill()
        self.process.join()

    def result(self) -> Any:
        if not self._pipe.poll(LONGEST_WAIT):
            raise TimeoutError(f"no answer after {LONGEST_WAIT} s")
        answer, error = self._pipe.recv()
        if error:
            raise RuntimeError(error)
        return answer


@contextmanager
def crowd(*calls: tuple[Any, ...]) -> Iterator[list[Member]]:
    """A process for each (function, *arguments). All begin when the last has connected, which is now."""
    barrier = _context.Barrier(len(calls) + 1)
    members = [Member(barrier, call) for call in calls]
    try:
        barrier.wait(LONGEST_WAIT)
        yield members
    finally:
        for member in members:
            member.kill()


def together(*calls: tuple[Any, ...]) -> list[Any]:
    """What each (function, *arguments) returns, run in a process of its own at the same time."""
    with crowd(*calls) as members:
        return [member.result() for member in members]


def _run(pipe: Connection, barrier: Any, database: str, task: Callable[..., Any], *arguments: Any) -> None:
    settings.DEBUG = False  # It would keep every statement.
    settings.LIMIT_READERS = False  # These few write as much as many.
    connections.settings["default"]["NAME"] = database
    connection.ensure_connection()
    barrier.wait(LONGEST_WAIT)
    try:
        pipe.send((task(*arguments), ""))
    except Exception:
        pipe.send((None, traceback.format_exc()))
    finally:
        connection.close()
