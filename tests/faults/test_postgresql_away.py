"""A real PostgreSQL refuses, hangs and stops: nobody waits for ever, and it is in use again once it is back."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import environ
import pytest
from django.db import ConnectionHandler, InterfaceError, OperationalError

from bench.servers import Postgresql, Site, postgresql, postgresql_programs, site
from newsroom.database import (
    LONGEST_CONNECT,
    LONGEST_KNOCK,
    STEP,
    database,
    is_failure,
    limit_waiting,
    means_away,
    waiting_at_most,
)
from tests.newsroom.pages import Page

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(postgresql_programs() is None, reason="PostgreSQL is not installed"),
]
Ask = Callable[..., Any]


@pytest.fixture(autouse=True)
def _present_again() -> Iterator[None]:
    yield
    database.found_back()


@pytest.fixture(scope="module")
def server(django_db_blocker: Any) -> Iterator[Postgresql]:
    """One that only these tests break."""
    with django_db_blocker.unblock(), postgresql() as own:
        yield own


@contextmanager
def thread_of_the_site(server: Postgresql, longest: float) -> Iterator[tuple[ThreadPoolExecutor, Any]]:
    """A thread that waits at most so long, and Django's connection in it."""
    handler = ConnectionHandler({"default": environ.Env.db_url_config(server.url("news"))})
    with ThreadPoolExecutor(1, initializer=limit_waiting, initargs=(longest,)) as thread:
        yield thread, thread.submit(lambda: handler["default"]).result()
        thread.submit(lambda: handler["default"].close()).result()


@pytest.fixture
def ask(server: Postgresql) -> Iterator[Ask]:
    """Asks as one request after the other of a thread that waits 1.5 s: the first column of the first row."""
    with thread_of_the_site(server, 1.5) as (thread, own):

        def ask(sql: str) -> Any:
            # As at each end of a request.
            own.close_if_unusable_or_obsolete()
            with own.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchone()[0]

        yield lambda sql="SELECT 1": thread.submit(ask, sql).result()


@contextmanager
def takes_at_most(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    # A step of waiting, and a busy machine; without a limit it would be for ever.
    assert time.monotonic() - began < seconds + STEP + 3


@contextmanager
def hanging(server: Postgresql) -> Iterator[None]:
    server.hang()
    try:
        yield
    finally:
        server.resume()


def test_nobody_waits_for_ever_for_one_that_hangs(server: Postgresql, ask: Ask) -> None:
    before = ask("SELECT pg_backend_pid()")
    with hanging(server):
        with takes_at_most(1.5), pytest.raises(OperationalError, match="no answer from the database"):
            ask("SELECT 1")
        assert database.away
        with takes_at_most(LONGEST_KNOCK), pytest.raises(OperationalError):
            ask("SELECT 2")
    # The late answer was to another question: it is never read.
    assert ask("SELECT 3") == 3
    assert not database.away
    assert ask("SELECT pg_backend_pid()") != before


def test_nor_to_be_let_in(server: Postgresql) -> None:
    with (
        thread_of_the_site(server, 10) as (thread, own),
        hanging(server),
        takes_at_most(LONGEST_CONNECT),
        pytest.raises(OperationalError, match="no answer from the database"),
    ):
        thread.submit(own.ensure_connection).result()


def test_any_answer_means_that_it_is_back(ask: Ask) -> None:
    database.found_away()
    assert ask() == 1
    assert not database.away


def test_those_who_wait_already_give_up_once_it_is_known(server: Postgresql) -> None:
    with thread_of_the_site(server, 30) as (thread, own), takes_at_most(2):
        waiting = thread.submit(lambda: own.cursor().execute("SELECT pg_sleep(20)"))
        time.sleep(1)
        database.found_away()
        with pytest.raises(OperationalError):
            waiting.result()


def test_what_takes_too_long_there_is_broken_off_there(server: Postgresql, ask: Ask) -> None:
    """So the database was only busy, and whoever waits for a lock does not hold others up."""
    with pytest.raises(OperationalError, match="statement timeout") as caught:
        ask("SELECT pg_sleep(21)")
    assert is_failure(caught.value)
    assert not means_away(caught.value)
    assert ask("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(21)' AND state = 'active'") == 0


@pytest.mark.parametrize("way", ["refuses", "is stopped"])
def test_it_comes_back(server: Postgresql, ask: Ask, way: str) -> None:
    assert ask() == 1
    if way == "refuses":
        server.refuse("news")
    else:
        server.stop()
    try:
        with takes_at_most(1), pytest.raises((OperationalError, InterfaceError)) as caught:
            ask()
        assert means_away(caught.value)
    finally:
        if way == "refuses":
            server.accept("news")
        else:
            server.start()
    assert ask() == 1


def test_a_long_answer_is_whole(ask: Ask) -> None:
    assert len(ask("SELECT repeat('x', 20000000)")) == 20_000_000


def test_thousands_of_open_sockets_do_no_harm(ask: Ask) -> None:
    """`select` knows no file above 1,023."""
    with ExitStack() as readers:
        for _number in range(600):
            for end in socket.socketpair():
                readers.enter_context(end)
        assert ask() == 1


def test_commands_wait_as_long_as_it_takes(server: Postgresql) -> None:
    own = ConnectionHandler({"default": environ.Env.db_url_config(server.url("news"))})["default"]
    own.ensure_connection()
    threading.Timer(1.5, server.resume).start()
    server.hang()
    # Also in a process that has other threads, whose time is limited.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(hold_limit, 3.0)
        with own.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("0",)
    own.close()


def hold_limit(seconds: float) -> None:
    with waiting_at_most(0.1):
        time.sleep(seconds)


# The whole site, in a process of its own


@pytest.fixture(scope="module")
def newsroom(server: Postgresql) -> Iterator[Site]:
    # The sample content, so that there is an article.
    with site(server.url("site"), DEBUG="1", SECRET_KEY="only-for-tests") as own:
        yield own


@pytest.mark.parametrize("way", ["refuses", "hangs", "is stopped"])
def test_a_writers_text_comes_back_and_can_be_sent_soon(server: Postgresql, newsroom: Site, way: str) -> None:
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    front = Page(browser.open(newsroom.address).read().decode())
    path = newsroom.address + next(href for href in front.attributes("main a", "href") if href.count("/") == 3)
    form = Page(browser.open(f"{path}comments/new/").read().decode())
    sent = {name: form.attribute(f"form.write input[name={name}]", "value") for name in ("csrfmiddlewaretoken", "key")}
    body = urlencode({**sent, "text": "I saw it."}).encode()

    def post() -> tuple[int, Any, str]:
        try:
            with browser.open(f"{path}comments/new/", body, timeout=20) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except HTTPError as answer:
            return answer.code, answer.headers, answer.read().decode()

    with ExitStack() as until:
        if way == "refuses":
            until.callback(server.accept, "site")
            server.refuse("site")
        elif way == "hangs":
            until.callback(server.resume)
            server.hang()
        else:
            until.callback(server.start)
            server.stop()
        for _time in range(3):
            status, headers, html = post()
            assert (status, headers["Retry-After"], headers["Cache-Control"]) == (503, "5", "private, no-store")
            assert Page(html).text("textarea[name=text]") == "I saw it."
            assert Page(html).attribute("input[name=key]", "value") == sent["key"]
            with browser.open(newsroom.address) as page:
                assert page.status == 200
    healed_by = time.monotonic() + 5
    while post()[0] == 503:
        assert time.monotonic() < healed_by
        time.sleep(0.1)
    assert "Sign in" in post()[2]
    assert os.path.exists(f"/proc/{newsroom.pid}")
