"""Whatever changes for readers wakes who serves them, here and in other processes; nothing depends on it."""

import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from django.db import OperationalError, connection, transaction

from articles.models import Article, Entry, NotAllowed
from comments.models import Comment
from newsroom import wakeups
from newsroom.wakeups import Listener, Nobody, PostgreSQL, Redis, wake, wake_on_commit
from tests.newsroom.bridged import eventually
from tests.people import make_article, make_entry, make_person, say

pytestmark = pytest.mark.django_db(transaction=True)

URL = os.environ.get("TEST_REDIS_URL", "")


class Newsroom:
    """An article with whatever things are done to."""

    def __init__(self) -> None:
        self.article = make_article()
        self.entry, self.gone = make_entry(self.article), make_entry(self.article)
        self.gone.withdraw()
        self.draft = Entry.objects.create(article=self.article, text="Not yet.")
        self.reader, self.mo = make_person("Reader"), make_person("Mo")
        self.comment, self.hidden = say(self.reader, self.article), say(self.reader, self.article)
        self.hidden.hide(self.mo, "spam")


HAPPENS: dict[str, Callable[[Newsroom], object]] = {
    "an entry is published": lambda room: room.draft.publish(),
    "an entry is edited": lambda room: room.entry.edit(text="The dike has gone."),
    "an entry is withdrawn": lambda room: room.entry.withdraw(),
    "an entry is restored": lambda room: room.gone.restore(),
    "an entry is pinned": lambda room: room.entry.pin(),
    "an entry is unpinned": lambda room: room.entry.unpin(),
    "the article is edited": lambda room: room.article.edit(title="Flood"),
    "the article pauses": lambda room: room.article.pause(),
    "the article ends": lambda room: room.article.end(),
    "the topic is renamed": lambda room: room.article.topic.edit(name="The weather"),
    "a comment is posted": lambda room: say(room.reader, room.article),
    "a comment is answered": lambda room: say(room.reader, room.article, parent=room.comment),
    "a comment is hidden": lambda room: room.comment.hide(room.mo, "spam"),
    "a comment is hidden with its branch": lambda room: room.comment.hide_branch(room.mo, "spam"),
    "a comment is restored": lambda room: room.hidden.restore(room.mo),
    "a comment is withdrawn": lambda room: room.comment.withdraw(),
    "a comment is erased": lambda room: Comment.objects.filter(pk=room.comment.pk).erase(room.mo),
}


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What somebody in this process hears."""
    heard: list[str] = []
    monkeypatch.setattr(wakeups, "_here", {heard.append})
    return heard


@pytest.fixture(autouse=True)
def _own_bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Other tests may use the same Redis, and nobody waits for a listener to end."""
    monkeypatch.setattr(wakeups, "CHANNEL", f"newsroom_{uuid.uuid4().hex}")
    monkeypatch.setattr(wakeups, "LISTEN_SECONDS", 0.05)
    monkeypatch.setattr(wakeups, "TRY_AGAIN_AFTER", 0.05)
    bus = wakeups.bus
    bus.cache_clear()
    yield
    bus.cache_clear()


# What wakes.


@pytest.mark.django_db(transaction=False)
@pytest.mark.parametrize("happens", HAPPENS)
def test_whatever_readers_see_change_wakes_who_serves_them(
    heard: list[str], happens: str, django_capture_on_commit_callbacks: Any
) -> None:
    room = Newsroom()
    with django_capture_on_commit_callbacks(execute=True):
        HAPPENS[happens](room)
        assert heard == []
    assert set(heard) == {room.article.subject}


def test_what_readers_do_not_see_wakes_nobody(heard: list[str], article: Article) -> None:
    draft = Entry.objects.create(article=article, text="Not yet.")
    heard.clear()
    draft.edit(text="Still not.")
    with pytest.raises(NotAllowed):
        draft.withdraw()
    assert heard == []


def test_nobody_is_woken_before_the_commit(heard: list[str], article: Article) -> None:
    heard.clear()
    with transaction.atomic():
        make_entry(article)
        wake_on_commit("article:7")
        assert heard == []
    assert heard == [article.subject, "article:7"]


def test_what_is_rolled_back_wakes_nobody(heard: list[str], article: Article) -> None:
    heard.clear()
    with transaction.atomic():
        wake_on_commit("article:7")
        transaction.set_rollback(True)
    with transaction.atomic():
        with transaction.atomic():
            wake_on_commit("article:8")
            transaction.set_rollback(True)
        wake_on_commit("article:9")
    assert heard == ["article:9"]


def test_a_listener_that_fails_undoes_nothing(monkeypatch: pytest.MonkeyPatch, article: Article, caplog: Any) -> None:
    monkeypatch.setattr(wakeups, "_here", {int})
    assert Entry.objects.get(pk=make_entry(article).pk).state == Entry.State.PUBLISHED
    assert "invalid literal for int" in caplog.text


# To whom it is told.


def test_the_bus_is_redis_where_there_is_one_or_else_the_database(settings: Any) -> None:
    settings.REDIS_URL = ""
    assert type(wakeups.bus()) is (PostgreSQL if connection.vendor == "postgresql" else Nobody)
    wakeups.bus.cache_clear()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert type(wakeups.bus()) is Redis


# SQLite has no bus of its own.
@pytest.fixture(params=["Redis", "PostgreSQL"] if connection.vendor == "postgresql" else ["Redis"])
def bus(request: Any, settings: Any) -> str:
    settings.REDIS_URL = ""
    if request.param == "Redis":
        if not URL:
            pytest.skip("TEST_REDIS_URL is not set")
        settings.REDIS_URL = f"{URL}?client_name={wakeups.CHANNEL}"
    return request.param


@pytest.fixture
def listener(heard: list[str]) -> Iterator[list[str]]:
    """What a listener hears from the bus alone, once it listens."""
    told: list[str] = []
    listener = Listener(told.append)
    listener.start()
    wakeups._here.discard(told.append)
    yield told
    listener.end()
    listener._thread.join(10)
    assert not listener._thread.is_alive()


def is_heard_again(told: list[str]) -> None:
    """What nobody listened to is lost, so not at the first time perhaps."""
    eventually(lambda: wake("article:1") or told)
    last = f"article:{uuid.uuid4().int}"
    wake(last)
    eventually(lambda: last in told)
    told.clear()


def break_line(bus: str) -> None:
    """Ends the listener's connection from the other end."""
    if bus == "Redis":
        with redis.Redis.from_url(URL) as client:
            mine = [line for line in client.client_list("pubsub") if line["name"] == wakeups.CHANNEL]
            assert [client.client_kill_filter(_id=line["id"]) for line in mine] == [1]
    else:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = %s AND datname = %s",
                [f"LISTEN {wakeups.CHANNEL}", connection.settings_dict["NAME"]],
            )
            assert cursor.fetchall() == [(True,)]


def test_another_process_is_heard(bus: str, listener: list[str], settings: Any) -> None:
    is_heard_again(listener)
    database = settings.DATABASE_URL
    if bus == "PostgreSQL":
        database = urlsplit(database)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    said = {"DATABASE_URL": database, "REDIS_URL": settings.REDIS_URL}
    program = f"import django; django.setup(); from newsroom import wakeups; wakeups.CHANNEL = {wakeups.CHANNEL!r}; "
    program += "wakeups.wake('article:7')"
    subprocess.run([sys.executable, "-c", program], env={**os.environ, **said}, check=True, timeout=60)
    eventually(lambda: listener == ["article:7"])


def test_what_is_committed_is_heard_on_the_bus_and_nothing_else(
    bus: str, listener: list[str], article: Article
) -> None:
    is_heard_again(listener)
    with transaction.atomic():
        wake_on_commit("article:8")
        transaction.set_rollback(True)
    make_entry(article)
    eventually(lambda: listener)
    assert listener == [article.subject]


def test_a_broken_line_is_mended(bus: str, listener: list[str]) -> None:
    for _ in range(2):
        is_heard_again(listener)
        break_line(bus)
    is_heard_again(listener)


def test_a_listener_that_has_ended_hears_nothing(heard: list[str]) -> None:
    told: list[str] = []
    listener = Listener(told.append)
    listener.start()
    wake("article:1")
    assert told[0] == "article:1"
    listener.end()
    listener._thread.join(10)
    told.clear()
    wake("article:2")
    assert (told, heard) == ([], ["article:1", "article:2"])


# While the bus is away.


class Breaking:
    """A bus that is away for the first five times that somebody listens."""

    tried = 0

    def tell(self, subject: str) -> None:
        raise redis.ConnectionError("Nobody there.")

    def listen(self, heard: Callable[[str], None], ended: threading.Event) -> None:
        self.tried += 1
        if self.tried <= 5:
            raise redis.ConnectionError("Nobody there.")
        heard("article:7")
        ended.wait()


def test_a_listener_tries_until_the_bus_is_there_and_says_so_once(
    heard: list[str], monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    bus = Breaking()
    monkeypatch.setattr(wakeups, "bus", lambda: bus)
    listener = Listener(heard.append)
    listener.start()
    eventually(lambda: heard)
    listener.end()
    listener._thread.join(10)
    assert heard == ["article:7"]
    assert bus.tried == 6
    assert [record.getMessage() for record in caplog.records] == [
        "No wake-ups until the bus is back; looking instead: Nobody there."
    ]


def test_without_redis_writers_write_and_one_in_a_while_tries(
    heard: list[str], settings: Any, monkeypatch: pytest.MonkeyPatch, article: Article, caplog: Any
) -> None:
    monkeypatch.setattr(wakeups, "TRY_AGAIN_AFTER", 600)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    wakeups.bus.cache_clear()
    heard.clear()
    entries = [make_entry(article), make_entry(article)]
    assert {*article.entries.published()} == {*entries}
    # Here they are heard all the same.
    assert heard == [article.subject] * 2
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "Other processes were not woken" in caplog.text


def test_nor_does_a_write_fail_where_the_database_cannot_tell(
    heard: list[str], settings: Any, monkeypatch: pytest.MonkeyPatch, article: Article, caplog: Any
) -> None:
    def tell(bus: PostgreSQL, subject: str) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(PostgreSQL, "tell", tell)
    monkeypatch.setattr(wakeups, "bus", PostgreSQL)
    heard.clear()
    assert Entry.objects.get(pk=make_entry(article).pk).state == Entry.State.PUBLISHED
    assert heard == [article.subject]
    assert "server closed the connection" in caplog.text
