"""The look-out knows what version everything has, for one small query, however many ask."""

import asyncio
import threading
import time
from collections.abc import Callable, Collection, Coroutine, Iterator
from typing import Any

import pytest
from django.db import OperationalError
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.live import versions
from articles.models import Article
from newsroom import lookout
from newsroom.database import database
from newsroom.lookout import Away, LookOut
from tests.people import make_article, make_entry, say

PATIENCE = 10
# Nobody would live to see it.
LONG = 600.0
A, B, C = "article:1", "article:2", "article:3"


class Database:
    """Says what each subject's version is, unless it is told to fail or to wait."""

    def __init__(self) -> None:
        self.now = {A: "1.0", B: "1.0", C: "1.0"}
        self.asked: list[set[str]] = []
        self.threads: set[str] = set()
        self.fails: Exception | None = None
        self.may_answer = threading.Event()
        self.may_answer.set()

    def versions(self, subjects: Collection[str]) -> dict[str, str]:
        found = {subject: self.now[subject] for subject in subjects if subject in self.now}
        self.asked.append(set(subjects))
        self.threads.add(threading.current_thread().name)
        assert self.may_answer.wait(PATIENCE)
        if self.fails:
            raise self.fails
        return found


class Watch:
    """A look-out that runs whenever the test waits for something."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self.database = Database()
        self.lookout = LookOut(self.database.versions)
        self._runner = runner
        self._running = runner.get_loop().create_task(self.lookout.run())

    def sync(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        async def in_time() -> Any:
            async with asyncio.timeout(PATIENCE):
                return await coroutine

        return self._runner.run(in_time())

    def look(self, name: str = A) -> Any:
        return self.sync(self.lookout.look(name))

    def wait_for(self, is_so: Callable[[], object]) -> None:
        async def wait() -> None:
            while not is_so():
                await asyncio.sleep(0.001)

        self.sync(wait())

    def end(self) -> None:
        self._running.cancel()
        self.database.may_answer.set()
        self.lookout.close()


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Iterator[asyncio.Runner]:
    # In earnest, this whole process would wait for PostgreSQL in another way from here on.
    monkeypatch.setattr(lookout, "limit_waiting", lambda seconds: None)
    with asyncio.Runner() as runner:
        yield runner
    database.found_back()


@pytest.fixture
def watch(runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """It looks only when somebody wants it: the first round is over, the next is far away."""
    monkeypatch.setattr(lookout, "LOOK_EVERY", LONG)
    watch = Watch(runner)
    watch.look(C)
    watch.database.asked.clear()
    yield watch
    watch.end()


@pytest.fixture
def busy(runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """It looks a hundred times a second."""
    monkeypatch.setattr(lookout, "LOOK_EVERY", 0.01)
    watch = Watch(runner)
    yield watch
    watch.end()


# When it looks.


def test_it_looks_again_and_again_at_all_subjects_in_one_query(busy: Watch) -> None:
    subjects = [busy.lookout.subject(name) for name in (A, B, C)]
    busy.wait_for(lambda: len(busy.database.asked) >= 3)
    assert all(asked == {A, B, C} for asked in busy.database.asked)
    assert [subject.version for subject in subjects] == ["1.0"] * 3
    busy.database.now[B] = "2.0"
    busy.wait_for(lambda: subjects[1].version == "2.0")


def test_a_wake_up_from_whatever_thread_makes_it_look_at_once_and_at_that_alone(watch: Watch) -> None:
    watch.look(B)
    subject = watch.look(A)
    watch.database.now[A] = "2.0"
    watch.database.asked.clear()

    async def hear() -> None:
        changed = asyncio.Event()
        subject.followers.add(changed.set)
        # Nobody here reads the other one. By then the event loop sleeps.
        for delay, name in ((0.02, "article:9"), (0.04, A)):
            threading.Timer(delay, watch.lookout.hear, [name]).start()
        await changed.wait()

    watch.sync(hear())
    assert (subject.version, watch.database.asked) == ("2.0", [{A}])


def test_a_wake_up_before_it_runs_or_after_is_no_harm(runner: asyncio.Runner) -> None:
    never_runs = LookOut(Database().versions)
    never_runs.hear(A)
    with asyncio.Runner() as another:
        watch = Watch(another)
        watch.look(A)
        watch.end()
    watch.lookout.hear(A)
    assert len(watch.database.asked) == 1


def test_many_who_ask_at_once_share_one_look(watch: Watch) -> None:
    async def ask() -> Any:
        return await asyncio.gather(*(watch.lookout.look(name) for name in [A, B] * 50))

    assert {subject.version for subject in watch.sync(ask())} == {"1.0"}
    assert watch.database.asked == [{A, B}]


def test_a_look_begins_after_it_was_asked_for(watch: Watch) -> None:
    """One under way may have missed what has just been committed."""
    watch.database.may_answer.clear()

    async def ask() -> list[str | None]:
        early = asyncio.create_task(watch.lookout.look(A))
        while not watch.database.asked:
            await asyncio.sleep(0.001)
        watch.database.now[A] = "2.0"
        changed_at = time.monotonic()
        late = asyncio.create_task(watch.lookout.look(A))
        await asyncio.sleep(0)
        watch.database.may_answer.set()
        subject = await early
        seen = [subject.version]
        # Its time is that of the look's beginning.
        assert subject.right_at < changed_at
        assert (await late).right_at > changed_at
        return [*seen, subject.version]

    assert watch.sync(ask()) == ["1.0", "2.0"]
    assert watch.database.asked == [{A}, {A}]


# Who is told.


def test_who_follows_a_subject_is_told_of_another_version_and_of_nothing_else(watch: Watch) -> None:
    told: list[str | None] = []
    subject = watch.lookout.subject(A)
    subject.followers.add(lambda: told.append(subject.version))
    for version in ("1.0", "1.0", "2.0", "2.0"):
        watch.database.now[A] = version
        watch.look(A)
        watch.look(B)
    assert told == ["1.0", "2.0"]
    # Readers may see nothing of it any more.
    del watch.database.now[A]
    watch.look(A)
    assert told == ["1.0", "2.0", None]


@pytest.mark.parametrize("followed", [False, True])
def test_what_nobody_asks_about_any_more_is_forgotten_and_not_asked_unless_somebody_follows_it(
    busy: Watch, monkeypatch: pytest.MonkeyPatch, followed: bool
) -> None:
    subject = busy.lookout.subject(A)
    if followed:
        subject.followers.add(int)
    busy.wait_for(lambda: subject.version)
    monkeypatch.setattr(lookout, "INTEREST", 0)
    if followed:
        busy.database.asked.clear()
        busy.wait_for(lambda: len(busy.database.asked) > 2)
        assert busy.lookout.subject(A) is subject
    else:
        busy.wait_for(lambda: A not in busy.lookout._subjects)
        busy.database.asked.clear()
        busy.sync(asyncio.sleep(0.1))
        assert busy.database.asked == []


# When the database fails.


@pytest.mark.parametrize("error", [OperationalError("It is away."), ValueError("A mistake of ours.")])
def test_who_asks_is_told_that_it_is_away_and_it_goes_on(watch: Watch, caplog: Any, error: Exception) -> None:
    subject = watch.look(A)
    right_at = subject.right_at
    watch.database.fails = error
    for _ in range(2):
        with pytest.raises(Away):
            watch.look(A)
    assert (subject.version, subject.right_at) == ("1.0", right_at)
    assert str(error) in caplog.text
    watch.database.fails = None
    assert watch.look(A).right_at > right_at


def test_it_finds_out_that_the_database_is_back(busy: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    not_yet = [OperationalError("Not yet.")] * 2

    def knock() -> dict[str, str]:
        if not_yet:
            raise not_yet.pop()
        return {}

    monkeypatch.setattr(lookout, "_knock", knock)
    database.found_away()
    busy.wait_for(lambda: not database.away)
    assert not_yet == []


# Its thread.


def test_others_ask_in_the_same_thread_one_at_a_time_and_looks_wait_for_one_of_them_at_most(watch: Watch) -> None:
    # How many looks there had been before each of them.
    looks: list[int] = []
    may_end = threading.Event()

    def first() -> str:
        looks.append(len(watch.database.asked))
        assert may_end.wait(PATIENCE)
        return threading.current_thread().name

    async def ask() -> str:
        asking = asyncio.create_task(watch.lookout.ask(first))
        others = [watch.lookout.ask(lambda: looks.append(len(watch.database.asked))) for _ in range(3)]
        all_of_them = asyncio.gather(watch.lookout.look(A), *others)
        # Until the look is in the queue behind the first.
        while not (looks and watch.lookout._thread._work_queue.qsize()):
            await asyncio.sleep(0.001)
        may_end.set()
        await all_of_them
        return await asking

    assert {watch.sync(ask())} == watch.database.threads
    assert looks == [0, 1, 1, 1]


# What it asks the database.


@pytest.mark.django_db
def test_the_versions_of_many_articles_are_one_query_and_that_of_the_site_another(
    nadia: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    articles = [make_article(f"Storm {number}") for number in range(5)]
    draft = Article.objects.create(topic=articles[0].topic, title="Not yet", slug="no", time_zone="UTC", language="en")
    names = {article.subject for article in articles}
    with django_assert_num_queries(1):
        before = versions({*names, draft.subject})
    # What readers may not see has no version.
    assert before.keys() == names
    with django_assert_num_queries(2):
        site = versions({*names, "site"})["site"]
    make_entry(articles[0])
    say(nadia, articles[1])
    after = versions({*names, "site"})
    assert {name for name in names if before[name] != after[name]} == {article.subject for article in articles[:2]}
    assert after["site"] != site
