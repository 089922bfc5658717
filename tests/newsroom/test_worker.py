"""What is to be done after an answer waits in the database; a serving process does it, and it outlives a killed one."""

import asyncio
import logging
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from newsroom import worker
from tests.working import work

pytestmark = pytest.mark.django_db

done: list[Any] = []
failures: list[Exception] = []


@task()
def note(what: str) -> None:
    """Fails for as long as there are failures to raise."""
    if failures:
        raise failures.pop()
    done.append(what)


@task(priority=5)
def urgent(what: str) -> None:
    done.append(what)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    done.clear()
    failures.clear()
    worker._failing.clear()


def waiting() -> DBTaskResult:
    return DBTaskResult.objects.get()


def later(**by: float) -> None:
    """So much time goes by."""
    for one in DBTaskResult.objects.all():
        by_name = {
            name: getattr(one, name) - timedelta(**by) for name in ("started_at", "finished_at") if getattr(one, name)
        }
        if one.run_after.year < 9999:
            by_name["run_after"] = one.run_after - timedelta(**by)
        DBTaskResult.objects.filter(pk=one.pk).update(**by_name)


def test_a_task_waits_and_is_done_once() -> None:
    note.enqueue("one")
    assert done == []
    assert worker.run_due() == 1
    assert worker.run_due() == 0
    assert done == ["one"]
    assert waiting().status == TaskResultStatus.SUCCESSFUL


def test_the_most_urgent_comes_first_then_the_oldest() -> None:
    note.enqueue("one")
    note.enqueue("two")
    urgent.enqueue("now")
    assert work() == 3
    assert done == ["now", "one", "two"]


def test_one_for_later_waits() -> None:
    note.using(run_after=timezone.now() + timedelta(minutes=5)).enqueue("later")
    assert work() == 0
    later(minutes=5)
    assert work() == 1


def test_what_was_rolled_back_is_never_done() -> None:
    with transaction.atomic():
        note.enqueue("never")
        transaction.set_rollback(True)
    assert work() == 0


def test_looking_in_vain_takes_no_lock() -> None:
    """On SQLite it would be the lock of all who write, each second of each process."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        worker.run_due()
    assert len(queries) == 1


def test_a_failure_is_tried_again_later_and_later_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    failures[:] = [OSError("The mail server is away.")] * 3
    note.enqueue("one")
    pauses = []
    for _ in range(3):
        began = timezone.now()
        assert worker.run_due() == 1
        pauses.append(round((waiting().run_after - began).total_seconds() / 60))
        assert worker.run_due() == 0
        later(hours=1)
    assert pauses == [1, 2, 4]
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [
        "tests.newsroom.test_worker.note has failed and is tried again: The mail server is away."
    ]
    caplog.clear()
    assert worker.run_due() == 1
    assert done == ["one"]
    assert [record.getMessage() for record in caplog.records] == ["tests.newsroom.test_worker.note works again."]


def test_one_that_fails_without_end_is_given_up_and_the_operator_told(caplog: pytest.LogCaptureFixture) -> None:
    failures[:] = [ValueError("No.")] * 100
    note.enqueue("one")
    for _ in range(worker.MOST_TRIES):
        assert worker.run_due() == 1
        later(hours=1)
    assert worker.run_due() == 0
    assert waiting().status == TaskResultStatus.FAILED
    assert caplog.messages[-1] == "tests.newsroom.test_worker.note['one'] has failed 12 times and is given up."
    # A fault of ours, so with its traceback.
    assert caplog.records[0].exc_info


def test_one_that_fails_does_not_hold_up_the_next() -> None:
    failures[:] = [ValueError("No.")]
    note.enqueue("one")
    urgent.enqueue("two")
    note.enqueue("three")
    work()
    # Whichever of the other two came first has failed.
    assert len(done) == 2


def test_what_a_killed_process_had_begun_is_done_by_another() -> None:
    note.enqueue("one")
    DBTaskResult.objects.update(status=TaskResultStatus.RUNNING, started_at=timezone.now(), worker_ids=["killed"])
    worker.tend()
    assert work() == 0
    later(minutes=5)
    worker.tend()
    assert work() == 1
    assert done == ["one"]


def test_what_is_done_is_kept_for_a_day_and_what_failed_for_two_weeks() -> None:
    failures[:] = [ValueError("No.")] * worker.MOST_TRIES
    note.enqueue("bad")
    for _ in range(worker.MOST_TRIES):
        worker.run_due()
        later(hours=1)
    note.enqueue("good")
    work()
    later(hours=25)
    worker.tend()
    assert waiting().status == TaskResultStatus.FAILED
    later(days=14)
    worker.tend()
    assert not DBTaskResult.objects.exists()


def test_one_app_s_tidying_that_fails_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tidied = []
    monkeypatch.setattr("accounts.housekeeping.tidy", lambda now: 1 / 0)
    monkeypatch.setattr("comments.housekeeping.tidy", tidied.append)
    worker.tend()
    assert len(tidied) == 1
    assert "accounts.housekeeping.tidy has failed" in caplog.text


def library_s_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """`manage.py db_worker --batch`, in this test's transaction."""
    monkeypatch.setattr(db_worker, "close_old_connections", lambda: None)
    options = {"queue_names": ["default"], "excluded_queue_names": [], "backend_name": "default", "worker_id": "its"}
    db_worker.Worker(interval=0, batch=True, startup_delay=False, max_tasks=None, **options).run()


def test_the_library_s_own_worker_does_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a site that wants it in processes of its own."""
    note.enqueue("one")
    library_s_worker(monkeypatch)
    assert done == ["one"]


def test_what_it_saw_fail_is_tried_again_too(monkeypatch: pytest.MonkeyPatch) -> None:
    failures[:] = [ValueError("No.")]
    note.enqueue("one")
    library_s_worker(monkeypatch)
    worker.tend()
    later(minutes=1)
    assert work() == 1
    assert done == ["one"]


# Its thread


def test_it_has_a_thread_of_its_own_and_does_one_thing_after_the_other() -> None:
    hand = worker.Hand()

    async def ask() -> list[str]:
        return await asyncio.gather(*[hand.run(lambda: threading.current_thread().name) for _ in range(3)])

    assert asyncio.run(ask()) == ["worker"] * 3
    hand.end()


def test_what_fails_there_is_its_caller_s_affair() -> None:
    hand = worker.Hand()

    def fail() -> None:
        raise ValueError("No.")

    with pytest.raises(ValueError, match=r"No\."):
        asyncio.run(hand.run(fail))
    assert asyncio.run(hand.run(lambda: 1)) == 1
    hand.end()


def test_the_process_does_not_wait_for_a_mail_server_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "LAST_WORK", 0.1)
    hand, hung = worker.Hand(), threading.Event()

    async def ask() -> None:
        asyncio.get_running_loop().create_task(hand.run(hung.wait))
        await asyncio.sleep(0.05)

    asyncio.run(ask())
    began = time.monotonic()
    hand.end()
    assert time.monotonic() - began < 1
    hung.set()
