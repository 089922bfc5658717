"""What is done after the answer has gone: tasks wait in the database (django-tasks) until a serving process does them.

A task may be done twice, by a process that is killed before it says so, and must be written for that. One that fails
is tried again, later and later; the operator reads of it once.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta
from queue import SimpleQueue
from smtplib import SMTPException
from socket import gethostname
from typing import TypeVar

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from newsroom.database import limit_waiting

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Far longer than any task takes: who has been at it for so long was killed.
KILLED_AFTER = timedelta(minutes=5)
# The first pause after a failure; each is twice the one before, up to an hour.
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
# About six hours in all. Mails that are still due then come anew by themselves (comments/mailing.py).
MOST_TRIES = 12
# Those that are done, and those that were given up, for whoever looks what went wrong.
KEPT_FOR = timedelta(days=1)
FAILED_KEPT_FOR = timedelta(days=14)
PRUNED_AT_ONCE = 1_000
# What an app tidies up each minute: takes the time, may be done by several processes at once.
HOUSEKEEPING = ("accounts.housekeeping.tidy", "comments.housekeeping.tidy")
# A statement of a task may take longer than one that a reader waits for.
LONGEST_STATEMENT = 30.0
# At the end of the process. What is broken off then is done again by another, like the work of one that was killed.
LAST_WORK = 1.0

# Of which kinds of task the operator has read that they fail.
_failing: set[str] = set()


class Hand:
    """A thread of its own, for one thing after the other: a mail server that hangs holds up nobody else, not even the
    end of the process."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[tuple[Callable[[], object], Future[object]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="worker", daemon=True)
        self._thread.start()

    async def run(self, function: Callable[[], T]) -> T:
        result: Future[T] = Future()
        self._calls.put((function, result))  # type: ignore[arg-type]
        return await asyncio.wrap_future(result)

    def end(self) -> None:
        self._calls.put(None)
        self._thread.join(LAST_WORK)

    def _work(self) -> None:
        limit_waiting(LONGEST_STATEMENT)
        while call := self._calls.get():
            function, result = call
            if result.set_running_or_notify_cancel():
                try:
                    result.set_result(function())
                except BaseException as error:
                    result.set_exception(error)


def run_due() -> int:
    """Does one task that is due, the most urgent first. Says how many it did: 1, or 0 where there is none."""
    waiting = _claim()
    if waiting is None:
        return 0
    try:
        task = waiting.task
        result = task.call(*waiting.args_kwargs["args"], **waiting.args_kwargs["kwargs"])
    except Exception as error:
        _failed(waiting, error)
    else:
        waiting.set_successful(result)
        if waiting.task_path in _failing:
            _failing.discard(waiting.task_path)
            logger.warning("%s works again.", waiting.task_path)
    return 1


def tend() -> None:
    """Once a minute: takes up what killed processes have left, throws away what is done, and has the apps tidy up."""
    now = timezone.now()
    revive(now)
    prune(now)
    for path in HOUSEKEEPING:
        try:
            import_string(path)(now)
        except DatabaseError:
            raise
        except Exception:
            # One app must not hold up the other.
            logger.exception("%s has failed, and is tried again in a minute.", path)


def revive(now: datetime) -> int:
    """Tasks of processes that were killed wait again; so do those that the library's own worker saw fail."""
    running = DBTaskResult.objects.running().filter(started_at__lt=now - KILLED_AFTER)
    revived = running.update(status=TaskResultStatus.READY)
    for task in DBTaskResult.objects.failed().filter(finished_at__gt=now - 2 * KILLED_AFTER)[:PRUNED_AT_ONCE]:
        if len(task.worker_ids) < MOST_TRIES:
            revived += _again(task, now)
    return revived


def prune(now: datetime) -> int:
    """Some at a time, so that a delete of very many holds up nobody."""
    done = DBTaskResult.objects.successful().filter(finished_at__lt=now - KEPT_FOR)
    failed = DBTaskResult.objects.failed().filter(finished_at__lt=now - FAILED_KEPT_FOR)
    ids = list((done | failed).order_by().values_list("pk", flat=True)[:PRUNED_AT_ONCE])
    return DBTaskResult.objects.filter(pk__in=ids).delete()[0] if ids else 0


def _claim() -> DBTaskResult | None:
    due = DBTaskResult.objects.ready()
    # Without a lock first: on SQLite a transaction takes that of all writers, and mostly there is nothing to do.
    if not due.exists():
        return None
    with transaction.atomic():
        found = due.get_locked()
        if found:
            found.claim(gethostname())
    return found


def _failed(task: DBTaskResult, error: Exception) -> None:
    tries = len(task.worker_ids)
    if tries >= MOST_TRIES:
        task.set_failed(error)
        logger.error("%s%s has failed %d times and is given up.", task.task_path, task.args_kwargs["args"], tries)
        return
    _again(task, timezone.now())
    if task.task_path not in _failing:
        _failing.add(task.task_path)
        # What is wrong outside needs no traceback: it says itself what it is.
        outside = isinstance(error, OSError | SMTPException | DatabaseError)
        logger.error("%s has failed and is tried again: %s", task.task_path, error, exc_info=None if outside else error)


def _again(task: DBTaskResult, now: datetime) -> int:
    pause = min(FIRST_PAUSE * 2 ** (len(task.worker_ids) - 1), LONGEST_PAUSE)
    return DBTaskResult.objects.filter(pk=task.pk).update(status=TaskResultStatus.READY, run_after=now + pause)
