"""Django itself in the bridge's threads, and what the site's other parts ask of them."""

import asyncio
import io
import re
import threading
from collections.abc import Callable
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import connections
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path

from accounts.models import User
from newsroom import bridge
from newsroom.bridge import Bridge, Response, environ_of
from tests.newsroom.bridged import BROKEN, Sent, Served, answering, thread

pytestmark = pytest.mark.once

MEGABYTE = 1_000_000
Serve = Callable[..., Served]


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


def stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(bytes(MEGABYTE) for _ in range(3))


def download(request: HttpRequest) -> FileResponse:
    return FileResponse(io.BytesIO(bytes(3 * MEGABYTE)), as_attachment=True, filename="überflutet.csv")


urlpatterns = [path("page", page), path("stream", stream), path("download", download)]


@pytest.mark.parametrize("address", ["/page", "/stream"])
def test_django_ends_a_request_in_the_thread_that_began_it(serve: Serve, settings: Any, address: str) -> None:
    """It ends with the database connection, and each thread has its own."""
    settings.ROOT_URLCONF, settings.MIDDLEWARE = __name__, []
    threads: list[str] = []
    note = lambda **kwargs: threads.append(threading.current_thread().name)  # noqa: E731
    request_started.connect(note)
    request_finished.connect(note)
    try:
        assert serve(WSGIHandler()).ask(address, Host="testserver").status == 200
    finally:
        request_started.disconnect(note)
        request_finished.disconnect(note)
    began, ended = threads
    assert began == ended


def test_django_sends_a_file_with_its_name(serve: Serve, settings: Any) -> None:
    settings.ROOT_URLCONF, settings.MIDDLEWARE = __name__, []
    answer = serve(WSGIHandler()).ask("/download", Host="testserver")
    assert answer.body == bytes(3 * MEGABYTE)
    assert "filename*=utf-8''%C3%BCberflutet.csv" in answer.headers["Content-Disposition"]


def test_static_files_can_be_asked_in_part_and_only_when_new(serve: Serve, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "big.css").write_bytes(bytes(range(250)) * 1000)
    settings.STATIC_ROOT = tmp_path
    served = serve(WSGIHandler())
    whole = served.ask("/static/big.css")
    assert (whole.status, len(whole.body)) == (200, 250_000)
    part = served.ask("/static/big.css", Range="bytes=200000-200004")
    assert (part.status, part.body) == (206, bytes(range(5)))
    again = served.ask("/static/big.css", If_None_Match=whole.headers["ETag"])
    assert (again.status, again.body) == (304, b"")


@pytest.mark.django_db(transaction=True)
def test_a_reader_signs_in(serve: Serve, nadia: User) -> None:
    served = serve(WSGIHandler(), threads=1)
    cookies: SimpleCookie = SimpleCookie()

    def ask(*request: Any, **headers: str) -> Any:
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
        answer = served.ask(*request, Host="testserver", Cookie=cookie, **headers)
        for line in answer.headers.get_all("Set-Cookie", []):
            cookies.load(line)
        return answer

    try:
        form = ask("/accounts/login/password/").body.decode()
        fields = {"login": "nadia", "password": "secret"}
        kind = {"Content_Type": "application/x-www-form-urlencoded"}
        assert ask("/accounts/login/password/", "POST", urlencode(fields), **kind).status == 403
        token = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert token
        fields["csrfmiddlewaretoken"] = token[1]
        # In chunks, as Django itself could not read it.
        signed_in = ask("/accounts/login/password/", "POST", iter([urlencode(fields).encode()]), **kind)
        assert (signed_in.status, signed_in.headers["Location"]) == (302, "/")
        assert len(signed_in.headers.get_all("Set-Cookie")) == 2
        assert ask("/me/").json["name"] == "Nadia"
    finally:
        asyncio.run(served.bridge.run(connections.close_all))


def fetched(app: Any) -> Response:
    scope = {"method": "GET", "scheme": "http", "path": "/", "query_string": b"", "http_version": "1.1", "headers": []}
    made = Bridge(app)

    async def fetch() -> Response:
        # As the page cache does, in a task, which a SystemExit would leave together with the event loop.
        return await asyncio.create_task(made.fetch(environ_of(scope, io.BytesIO())))

    try:
        return asyncio.run(fetch())
    finally:
        made.close()


@pytest.mark.usefixtures("limited")
def test_a_page_is_fetched_whole_whatever_it_is() -> None:
    assert fetched(answering(X_Subject="a 1")) == Response(
        200, [(b"x-subject", b"a 1"), (b"content-length", b"5")], b"hello"
    )
    assert fetched(answering([bytes(MEGABYTE)] * 3)).body == bytes(3 * MEGABYTE)
    file = Sent(200_000)
    assert fetched(file).body == bytes(200_000)
    assert file.closed == 1


@pytest.mark.parametrize("app", BROKEN)
@pytest.mark.usefixtures("limited")
def test_a_page_that_fails_is_fetched_as_500(app: Any) -> None:
    assert fetched(app).status == 500


def test_others_work_in_the_same_threads_which_wait_for_the_database_so_long_and_no_longer(
    limited: list[tuple[str, float]],
) -> None:
    made = Bridge(answering(), threads=1)
    try:
        assert asyncio.run(made.run(lambda *words: (thread(), *words), "a", "b")) == ("django", "a", "b")
    finally:
        made.close()
    assert limited == [("django_0", bridge.LONGEST_WAIT)]


@pytest.mark.usefixtures("limited")
def test_the_end_waits_for_nobody_and_begins_nothing() -> None:
    made = Bridge(answering(), threads=1)
    began, go_on = threading.Event(), threading.Event()
    did: list[str] = []

    def work() -> None:
        began.set()
        did.append("went on" if go_on.wait(10) else "was waited for")

    async def end() -> None:
        working = asyncio.create_task(made.run(work))
        queued = asyncio.create_task(made.run(did.append, "queued"))
        await asyncio.to_thread(began.wait)
        made.close()
        go_on.set()
        await working
        with pytest.raises(asyncio.CancelledError):
            await queued

    asyncio.run(end())
    assert did == ["went on"]
