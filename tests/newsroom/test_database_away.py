"""The database is away or too busy: everybody is told to come back in a moment, and nobody loses what they typed."""

import logging
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError, ProgrammingError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.models import Article
from comments.models import Comment
from newsroom.database import (
    TRY_AGAIN_AFTER,
    Presence,
    database,
    is_failure,
    means_away,
)
from newsroom.unavailable import server_error
from tests.newsroom.pages import Page
from tests.people import make_entry, say


@pytest.fixture(autouse=True)
def _present_again() -> Iterator[None]:
    yield
    database.found_back()


def broken(message: str = "server closed the connection unexpectedly") -> OperationalError:
    """What Django raises where the connection breaks."""
    error = OperationalError(message)
    error.__cause__ = psycopg2.OperationalError(message)
    return error


@contextmanager
def failing(error: Exception | None = None) -> Iterator[list[str]]:
    """Every statement fails. Yields those that were tried."""
    tried = []

    def fail(execute: Any, sql: str, *rest: Any) -> None:
        tried.append(sql)
        raise error or broken()

    with connection.execute_wrapper(fail):
        yield tried


def unavailable(answer: Any) -> Page:
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert answer["Cache-Control"] == "private, no-store"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    page = Page(answer.content.decode())
    assert page.errors == []
    assert page.text("h1") == "Please try again in a moment"
    return page


# Readers


@pytest.fixture(params=[False, True], ids=["public", "DEBUG"])
def debug(request: Any, settings: Any) -> bool:
    settings.DEBUG = request.param
    return request.param


def test_a_reader_is_told_to_come_back(client: Client, article: Article, debug: bool) -> None:
    with failing() as tried:
        page = unavailable(client.get(f"{article.get_absolute_url()}?order=oldest"))
    assert len(tried) == 1
    assert "Wait a few seconds, then load the page again." in page.text("main")
    assert page.attribute("main a.button", "href") == f"{article.get_absolute_url()}?order=oldest"


def test_a_comment_comes_back_ready_to_be_sent_again(
    client: Client, article: Article, nadia: User, debug: bool
) -> None:
    path = f"{article.get_absolute_url()}comments/new/?entry={make_entry(article).pk}"
    client.force_login(nadia)
    sent = {"text": "I <saw> it.", "key": "0b0e7f3a-51b5-4a43-9d5e-6b1a2a0c2f10"}
    with failing():
        page = unavailable(client.post(path, sent))
    assert page.text("textarea[name=text]") == "I <saw> it."
    assert page.attribute("form.write", "action") == path
    assert page.attribute("input[name=key]", "value") == sent["key"]
    database.found_back()
    again = {name: page.attribute(f"input[name={name}]", "value") for name in ("key", "csrfmiddlewaretoken")}
    for _twice in range(2):
        assert client.post(path, {"text": page.text("textarea"), **again}).status_code == 302
    assert [comment.text for comment in Comment.objects.all()] == ["I <saw> it."]


def test_a_reply_of_somebody_not_signed_in_comes_back_too(client: Client, article: Article, tom: User) -> None:
    path = f"/c/{say(tom, article).pk}/reply/"
    with failing():
        page = unavailable(client.post(path, {"text": "So do I."}))
    assert page.text("textarea[name=text]") == "So do I."


def test_so_it_does_when_only_the_session_could_not_be_saved(
    client: Client, article: Article, debug: bool, monkeypatch: Any
) -> None:
    """The text was to wait there until its writer has signed in."""

    def save(store: SessionStore, must_create: bool = False) -> None:
        raise broken()

    monkeypatch.setattr(SessionStore, "save", save)
    page = unavailable(client.post(f"{article.get_absolute_url()}comments/new/", {"text": "I saw it."}))
    assert page.text("textarea[name=text]") == "I saw it."


def test_what_another_site_sent_cannot_be_sent_again(article: Article) -> None:
    strict = Client(enforce_csrf_checks=True)
    database.found_away()
    path = f"{article.get_absolute_url()}comments/new/"
    answer = strict.post(path, {"text": "Buy this."}, headers={"origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert 'name="text"' not in answer.text


def test_nor_can_what_has_not_been_checked(rf: RequestFactory) -> None:
    request = rf.post("/weather/storm/comments/new/", {"text": "Buy this?"})
    try:
        raise broken()
    except OperationalError:
        page = Page(server_error(request).content.decode())
    assert page.all("form") == []
    assert page.text("textarea[readonly]") == "Buy this?"


def test_scripts_are_told_in_json(client: Client, article: Article, nadia: User) -> None:
    client.force_login(nadia)
    with failing():
        answers = [
            client.get("/me/"),
            client.get(f"/live/{article.pk}/changes?after=0"),
            client.get("/", headers={"accept": "application/json"}),
        ]
    for answer in answers:
        assert answer.status_code == 503
        assert answer["Retry-After"] == "5"
        assert answer["Cache-Control"] == "private, no-store"
        assert answer.json() == {"error": "The site’s database does not answer just now."}


def test_static_files_are_served_all_the_same(
    settings: Any, django_assert_num_queries: DjangoAssertNumQueries, db: None
) -> None:
    settings.DEBUG = True
    database.found_away()
    with django_assert_num_queries(0):
        assert Client().get("/static/newsroom.css").status_code == 200


# The newsroom


def test_a_correspondents_entry_comes_back_to_be_copied(
    client: Client, carla: User, article: Article, debug: bool
) -> None:
    client.force_login(carla)
    path = f"/admin/articles/entry/{make_entry(article, author=carla).pk}/change/"
    with failing():
        page = unavailable(client.post(path, {"headline": "Gate 3", "text": "It is shut.", "byline": "Carla"}))
    assert page.texts("textarea[readonly]") == ["Gate 3", "It is shut.", "Carla"]
    assert page.all("form") == []
    assert page.attribute("main a.button", "href") == path
    assert "look whether what you sent was saved" in page.text("main")


def test_a_moderators_note_comes_back(client: Client, mo: User, tom: User, article: Article) -> None:
    comment = say(tom, article)
    client.force_login(mo)
    sent = {"action": "hide", "reason": "spam", "note": "Third time."}
    with failing():
        page = unavailable(client.post(f"/c/{comment.pk}/moderate/", sent))
    assert page.text("textarea[readonly]") == "Third time."


def test_a_button_without_a_text_only_says_so(client: Client, tom: User, article: Article) -> None:
    comment = say(tom, article)
    client.force_login(tom)
    with failing():
        page = unavailable(client.post(f"/c/{comment.pk}/mine/"))
    assert page.all("textarea") == []
    assert page.attribute("main a.button", "href") == f"/c/{comment.pk}/mine/"


def test_passwords_do_not_come_back(client: Client, db: None) -> None:
    with failing():
        answer = client.post("/accounts/login/password/", {"login": "nadia", "password": "correct horse"})
    unavailable(answer)
    assert "correct horse" not in answer.text


# Whoever looks after the site


def test_each_failure_is_one_line_of_the_log(client: Client, article: Article, caplog: Any) -> None:
    database.found_away()
    caplog.clear()
    with failing(broken("server closed the connection\nThis probably means …")):
        monotonic_later(database)
        client.get(article.get_absolute_url())
    (record,) = caplog.records
    assert (record.levelno, record.exc_info) == (logging.WARNING, None)
    assert record.getMessage() == f"503 for GET {article.get_absolute_url()}: server closed the connection"


def failing_elsewhere(get_response: Any) -> Any:
    def middleware(request: HttpRequest) -> HttpResponse:
        raise broken()

    return middleware


def test_a_failure_in_whatever_middleware_is_answered_too(settings: Any, db: None, caplog: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.failing_elsewhere"]
    unavailable(Client(raise_request_exception=False).post("/", {"text": "Hello."}))
    assert [record.exc_info for record in caplog.records] == [None, None]
    assert database.away


def test_a_fault_of_ours_stays_one(client: Client, article: Article) -> None:
    client.raise_request_exception = False
    with failing(ProgrammingError("no such column")):
        assert client.get(article.get_absolute_url()).status_code == 500
    assert not database.away


def test_a_busy_sqlite_file_is_a_failure_but_not_away(tmp_path: Path) -> None:
    path = tmp_path / "busy.sqlite3"
    with sqlite3.connect(path) as writer:
        writer.execute("CREATE TABLE comment (text)")
        writer.commit()
        writer.execute("BEGIN IMMEDIATE")
        locked = sqlite_error(path, "BEGIN IMMEDIATE")
    assert "locked" in str(locked)
    assert is_failure(locked)
    assert not means_away(locked)
    assert not is_failure(sqlite_error(path, "SELECT * FROM comments"))


def sqlite_error(path: Path, sql: str) -> OperationalError:
    """As Django raises it."""
    other = sqlite3.connect(path, timeout=0)
    with pytest.raises(sqlite3.OperationalError) as caught:
        other.execute(sql)
    other.close()
    error = OperationalError(str(caught.value))
    error.__cause__ = caught.value
    return error


def test_a_busy_database_answers_503_and_stays_in_use(client: Client, article: Article, tmp_path: Path) -> None:
    path = tmp_path / "busy.sqlite3"
    holder = sqlite3.connect(path)
    holder.execute("BEGIN IMMEDIATE")
    with failing(sqlite_error(path, "BEGIN IMMEDIATE")):
        page = unavailable(client.post(f"{article.get_absolute_url()}comments/new/", {"text": "I saw it."}))
    holder.close()
    assert page.text("textarea[name=text]") == "I saw it."
    assert not database.away
    assert client.get(article.get_absolute_url()).status_code == 200


# Nobody waits to find out what is known already


def monotonic_later(presence: Presence, seconds: float = TRY_AGAIN_AFTER) -> None:
    presence._try_again_at -= seconds


def test_while_it_is_away_everybody_is_refused_without_asking_it(
    client: Client, article: Article, nadia: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(nadia)
    with failing():
        unavailable(client.get(article.get_absolute_url()))
    with django_assert_num_queries(0):
        unavailable(client.get("/"))
        unavailable(client.get("/admin/"))
        page = unavailable(client.post(f"{article.get_absolute_url()}comments/new/", {"text": "I saw it."}))
    assert page.text("textarea[name=text]") == "I saw it."


def test_one_request_at_a_time_finds_out_whether_it_is_back(client: Client, article: Article) -> None:
    address = article.get_absolute_url()
    database.found_away()
    for _time in range(2):
        monotonic_later(database)
        with failing() as tried:
            unavailable(client.get(address))
            assert len(tried) == 1
            unavailable(client.get(address))
            assert len(tried) == 1


def test_of_many_at_once_one_is_let_through() -> None:
    presence = Presence()
    presence.found_away()
    assert not presence.may_be_asked()
    monotonic_later(presence)
    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(lambda _: presence.may_be_asked(), range(100))) == 1
    presence.found_back()
    assert presence.may_be_asked()


# No cache keeps what is somebody's own


def test_what_says_nothing_itself_is_private(client: Client, nadia: User, carla: User) -> None:
    client.force_login(nadia)
    assert client.get("/no-such-page/")["Cache-Control"] == "private, no-store"
    assert client.get("/favicon.ico")["Cache-Control"] == "private, no-store"
    client.force_login(carla)
    assert "private" in client.get("/admin/")["Cache-Control"]


def public_with_a_cookie(get_response: Any) -> Any:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers["Cache-Control"] = "public, max-age=1"
        response.set_cookie("seen", "1")
        return response

    return middleware


def test_what_sets_a_cookie_is_never_public(settings: Any, article: Article) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.public_with_a_cookie"]
    assert Client().get(article.get_absolute_url())["Cache-Control"] == "private, no-store"
