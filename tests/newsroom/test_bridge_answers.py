"""What Django's threads answer, in one piece, bit by bit or as a file: each reader gets it whole, nobody else waits."""

import logging
import os
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from newsroom import bridge
from tests.newsroom.bridged import BROKEN, Sent, Served, answering, eventually, rest_of, settled, telling

pytestmark = pytest.mark.once

MEGABYTE = 1_000_000
Serve = Callable[..., Served]


GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
SORRY = b"Something went wrong here. Try again."


def test_each_cookie_stays_a_header_of_its_own(serve: Serve) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2"), ("X-Name", "caf\xe9")])
        return []

    answer = serve(app).ask()
    assert answer.headers.get_all("Set-Cookie") == ["a=1; Path=/", "b=2"]
    assert answer.headers["X-Name"] == "caf\xe9"


def test_a_head_has_the_length_and_no_body(serve: Serve) -> None:
    served = serve(answering(Content_Length="5"))
    with served.connected() as connection:
        head = served.ask_on(connection, "/", "HEAD")
        assert (head.headers["Content-Length"], head.body) == ("5", b"")
        answer = served.ask_on(connection, "/")
        assert (answer.headers.get_all("Content-Length"), answer.body) == (["5"], b"hello")


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_an_answer_that_may_have_no_body_has_none(serve: Serve, status: str) -> None:
    """A browser would take it for the beginning of the next answer on the connection."""
    plugged = serve(answering([b"oops"], status, Content_Length="4")).plug(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 2)
    said = b""
    while said.count(b"\r\n\r\n") < 2:
        said += plugged.recv(1000) or pytest.fail("It hung up.")
    assert said.count(b"HTTP/1.1 " + status.encode()) == 2
    assert b"oops" not in said
    assert b"content-length" not in said


def test_an_answer_without_a_length_gets_one(serve: Serve) -> None:
    served = serve(answering([b"hel", b"lo"]))
    assert served.ask().headers.get_all("Content-Length") == ["5"]
    # Whoever speaks HTTP/1.0 knows no chunks.
    assert rest_of(served.plug(b"GET / HTTP/1.0\r\nHost: x\r\n\r\n")).endswith(b"\r\n\r\nhello")


@pytest.mark.parametrize("app", BROKEN)
def test_what_fails_is_answered_with_a_sentence_and_logged(
    serve: Serve, caplog: pytest.LogCaptureFixture, app: Any
) -> None:
    served = serve(app, threads=1)
    for _ in range(2):
        answer = served.ask("/broken")
        assert (answer.status, answer.body) == (500, SORRY)
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    (record, _again) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.name == "newsroom.bridge"
    assert "/broken failed" in record.message
    assert record.exc_info


def test_an_error_page_takes_the_place_of_what_was_begun(serve: Serve) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("X-Begun", "1")])
        start_response("503 Service Unavailable", [], (ValueError, ValueError(), None))
        return [b"later"]

    answer = serve(app).ask()
    assert (answer.status, answer.body, answer.headers["X-Begun"]) == (503, b"later", None)


class Answer:
    """As Django's: it is closed by whoever has sent it. Notes which threads did what."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces = pieces
        self.did: list[tuple[str, str]] = []

    def __call__(self, environ: Any, start_response: Any) -> "Answer":
        self.note("asked")
        start_response("200 OK", [])
        return self

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.note("made")
            yield piece

    def close(self) -> None:
        self.note("closed")

    def note(self, what: str) -> None:
        self.did.append((what, threading.current_thread().name))


def failing() -> Iterator[bytes]:
    yield b"hel"
    raise ValueError


@pytest.mark.parametrize("pieces", [lambda: iter([b"hello"]), failing, lambda: iter([bytes(MEGABYTE)] * 3)])
def test_an_answer_is_made_and_closed_in_the_thread_that_was_asked(serve: Serve, pieces: Any) -> None:
    app = Answer(pieces())
    serve(app).ask()
    assert [app.did[0][0], app.did[1][0], app.did[-1][0]] == ["asked", "made", "closed"]
    assert [what for what, _thread in app.did].count("closed") == 1
    (thread,) = {thread for _what, thread in app.did}
    assert thread.startswith("django_")


def test_only_the_head_of_an_answer_is_not_made(serve: Serve) -> None:
    app = Answer(iter([b"hello"]))
    head = serve(app).ask("/", "HEAD")
    # Nobody knows the length.
    assert (head.status, head.headers["Content-Length"]) == (200, None)
    assert [what for what, _thread in app.did] == ["asked", "closed"]


def test_a_long_answer_made_bit_by_bit_arrives_whole(serve: Serve) -> None:
    pieces = [os.urandom(70_000) for _ in range(60)]
    answer = serve(Answer(iter(pieces))).ask()
    assert answer.headers["Content-Length"] == str(60 * 70_000)
    assert answer.body == b"".join(pieces)


def test_an_answer_that_grows_and_grows_ends(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "LONGEST_ANSWER", 3 * MEGABYTE)
    app = Answer(bytes(100_000) for _ in range(60))
    answer = serve(app).ask()
    assert (answer.status, answer.body) == (500, SORRY)
    assert app.did[-1][0] == "closed"


@pytest.mark.parametrize("length", [0, 5, 65_536, 65_537, MEGABYTE])
def test_a_file_arrives_whole_and_is_closed_once(serve: Serve, length: int) -> None:
    file = Sent(length)
    assert serve(file).ask().body == bytes(length)
    eventually(lambda: file.closed)
    assert file.closed == 1
    # Reading it takes none of the threads that Django works in.
    assert file.threads == {"files"}


def test_the_head_of_a_file_is_not_read(serve: Serve) -> None:
    file = Sent(5)
    head = serve(file).ask("/", "HEAD")
    assert (head.headers["Content-Length"], head.body) == ("5", b"")
    eventually(lambda: file.closed)
    assert file.sent == 0


def test_a_file_is_read_no_faster_than_its_reader_reads(serve: Serve) -> None:
    file = Sent(50 * MEGABYTE)
    plugged = serve(file).plug(GET)
    assert plugged.recv(100)
    assert settled(lambda: file.sent) < 25 * MEGABYTE
    assert not file.closed
    plugged.close()


def test_a_file_is_closed_when_its_reader_has_left(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    file = Sent(50 * MEGABYTE)
    served = serve(file)
    plugged = served.plug(GET)
    assert plugged.recv(100)
    plugged.close()
    eventually(lambda: file.closed)
    assert file.sent < 25 * MEGABYTE
    eventually(lambda: served.requests == 0)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_file_that_breaks_ends_its_connection_and_nothing_else(serve: Serve) -> None:
    broken = Sent(3 * MEGABYTE, breaks_at=MEGABYTE)
    served = serve(lambda environ, start: (broken if environ["PATH_INFO"] == "/broken" else telling)(environ, start))
    said = rest_of(served.plug(GET.replace(b"/ ", b"/broken ")))
    assert said.startswith(b"HTTP/1.1 200 OK")
    assert len(said) < 2 * MEGABYTE
    eventually(lambda: broken.closed)
    assert served.ask().status == 200


@pytest.mark.parametrize("kind", ["file", "made bit by bit"])
def test_twelve_slow_readers_take_neither_threads_nor_memory(serve: Serve, kind: str) -> None:
    def app(environ: Any, start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/quick":
            return answering()(environ, start_response)
        answer = Sent(20 * MEGABYTE) if kind == "file" else Answer(bytes(100_000) for _ in range(200))
        return answer(environ, start_response)

    served = serve(app, threads=1)
    tracemalloc.start()
    try:
        slow = [served.plug(GET) for _ in range(12)]
        assert all(plugged.recv(100) for plugged in slow)
        assert served.ask("/quick").body == b"hello"
        assert settled(lambda: tracemalloc.get_traced_memory()[0] // MEGABYTE) < 60
    finally:
        tracemalloc.stop()
    assert served.requests == 12
    for plugged in slow:
        plugged.close()
