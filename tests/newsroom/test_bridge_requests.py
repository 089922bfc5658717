"""What readers send to Django's threads: paths, headers and bodies arrive as meant, and slow senders cost no thread."""

import hashlib
import io
import logging
import os
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import Any
from wsgiref.validate import validator

import pytest

from newsroom import bridge
from newsroom.bridge import environ_of
from tests.newsroom.bridged import PATIENCE, Served, answering, eventually, rest_of, telling, thread

pytestmark = pytest.mark.once

MEGABYTE = 1_000_000
Serve = Callable[..., Served]


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
@pytest.mark.filterwarnings("error")
def test_a_request_and_its_answer_are_as_pep_3333_wants_them(serve: Serve, method: str) -> None:
    body = b"a=1" if method == "POST" else None
    answer = serve(validator(answering(Content_Type="text/plain"))).ask("/a?b", method, body)
    assert (answer.status, answer.body) == (200, b"" if method == "HEAD" else b"hello")


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("/caf%C3%A9/%D8%B9", "/café/ع".encode()),
        ("/a%2Fb%20c+d", b"/a/b c+d"),
        ("/%ff%fe", b"/\xff\xfe"),
        ("//twice", b"//twice"),
    ],
)
def test_a_path_arrives_as_its_bytes(serve: Serve, sent: str, meant: bytes) -> None:
    told = serve(telling).ask(sent + "?q=%C3%A9&r=a+b").json
    assert told["PATH_INFO"].encode("latin-1") == meant
    assert told["QUERY_STRING"] == "q=%C3%A9&r=a+b"


def test_a_site_below_another_address_knows_its_place(serve: Serve) -> None:
    told = serve(telling, root_path="/news").ask("/newsletters/").json
    assert (told["SCRIPT_NAME"], told["PATH_INFO"]) == ("/news", "/newsletters/")


def test_the_reader_and_the_site_are_named(serve: Serve) -> None:
    served = serve(telling)
    told = served.ask().json
    assert told["REMOTE_ADDR"] == "127.0.0.1"
    assert (told["SERVER_NAME"], told["SERVER_PORT"]) == ("127.0.0.1", str(served.port))
    assert (told["wsgi.url_scheme"], told["SERVER_PROTOCOL"]) == ("http", "HTTP/1.1")
    assert (told["wsgi.multithread"], told["wsgi.input_terminated"]) == (True, True)


def test_behind_a_unix_socket_nobody_has_an_address() -> None:
    scope = {"method": "GET", "scheme": "https", "path": "/é", "http_version": "1.1", "headers": []}
    told = environ_of(scope | {"query_string": b"", "client": None, "server": ("/run/site", None)}, io.BytesIO())
    assert (told["REMOTE_ADDR"], told["SERVER_PORT"]) == ("", "443")
    assert told["PATH_INFO"].encode("latin-1") == "/é".encode()


def test_headers_that_come_twice_are_joined(serve: Serve) -> None:
    plugged = serve(telling).plug(
        b"GET / HTTP/1.0\r\nCookie: a=1\r\nX-Seen: 1\r\nCookie: b=2\r\nX-Seen: 2\r\nContent-Type: a/b\r\n\r\n"
    )
    told = rest_of(plugged)
    assert b'"HTTP_COOKIE": "a=1; b=2"' in told
    assert b'"HTTP_X_SEEN": "1,2"' in told
    assert b'"CONTENT_TYPE": "a/b"' in told
    assert b"HTTP_CONTENT_TYPE" not in told


def test_an_underscore_does_not_pass_for_a_dash(serve: Serve) -> None:
    plugged = serve(telling).plug(b"GET / HTTP/1.0\r\nHost: x\r\nX_Forwarded_For: 6.6.6.6\r\nX-Real: 1\r\n\r\n")
    told = rest_of(plugged)
    assert b"HTTP_X_REAL" in told
    assert b"6.6.6.6" not in told


# What is sent.


@pytest.mark.parametrize("in_chunks", [False, True], ids=["with its length", "in chunks"])
@pytest.mark.parametrize("length", [0, 5, MEGABYTE, MEGABYTE + 1, 3 * MEGABYTE])
def test_a_body_arrives_whole_with_its_length(serve: Serve, length: int, in_chunks: bool) -> None:
    body = os.urandom(length)
    pieces = (body[at : at + 70_000] for at in range(0, length, 70_000))
    told = serve(telling).ask("/", "POST", pieces if in_chunks else body).json
    assert told["CONTENT_LENGTH"] == str(length)
    assert told["sum"] == hashlib.sha256(body).hexdigest()
    assert told["on the disk"] == (length > MEGABYTE)


def test_slow_senders_take_no_thread(serve: Serve) -> None:
    served = serve(telling, threads=1)
    slow = [served.plug(b"POST / HTTP/1.0\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345") for _ in range(12)]
    eventually(lambda: served.requests == 12)
    assert served.ask().status == 200
    for plugged in slow:
        plugged.sendall(b"67890")
        assert hashlib.sha256(b"1234567890").hexdigest().encode() in rest_of(plugged)


def test_who_leaves_while_sending_is_forgotten(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    asked: list[str] = []
    served = serve(lambda environ, start: asked.append(environ["PATH_INFO"]) or answering()(environ, start))
    plugged = served.plug(b"POST /left HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345")
    eventually(lambda: served.requests == 1)
    plugged.close()
    eventually(lambda: served.requests == 0)
    assert served.ask("/after").status == 200
    assert asked == ["/after"]
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("in_chunks", [False, True], ids=["with its length", "in chunks"])
def test_who_sends_too_much_reads_so_even_at_its_end(serve: Serve, in_chunks: bool) -> None:
    asked: list[Any] = []
    served = serve(lambda *request: asked.append(request), longest_body=MEGABYTE)
    plugged = served.plug(b"POST / HTTP/1.1\r\nHost: x\r\n")
    if in_chunks:
        plugged.sendall(b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(200):
            plugged.sendall(b"186a0\r\n" + bytes(100_000) + b"\r\n")
        plugged.sendall(b"0\r\n\r\n")
    else:
        plugged.sendall(b"Content-Length: 20000000\r\n\r\n" + bytes(20 * MEGABYTE))
    head, _, sentence = rest_of(plugged).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in head
    assert sentence == b"At most 1 MB can be sent at once. Send less."
    assert asked == []


def test_the_longest_body_is_not_too_long(serve: Serve) -> None:
    served = serve(telling, longest_body=MEGABYTE)
    assert served.ask("/", "POST", bytes(MEGABYTE)).status == 200
    assert served.ask("/", "POST", bytes(MEGABYTE + 1)).status == 413
    assert served.ask("/", "POST", iter([bytes(MEGABYTE), b"1"])).status == 413


def test_who_says_that_it_will_be_too_much_need_not_send_it(serve: Serve) -> None:
    plugged = serve(telling, longest_body=MEGABYTE).plug(
        b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1000001\r\n\r\n"
    )
    said = b""
    while not said.endswith(b"Send less."):
        said += plugged.recv(1000) or pytest.fail("It hung up.")
    assert said.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in said


def test_who_asks_first_is_told_to_go_on(serve: Serve) -> None:
    plugged = serve(telling).plug(
        b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    )
    assert plugged.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
    plugged.sendall(b"hi")
    assert hashlib.sha256(b"hi").hexdigest().encode() in rest_of(plugged)


def test_who_never_comes_to_an_end_is_left(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "LINGER", 0.1)
    plugged = serve(telling, longest_body=10).plug(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n")
    assert rest_of(plugged).endswith(b"Send less.")


def test_who_has_come_to_an_end_is_not_waited_for(serve: Serve) -> None:
    chunked = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello there\r\n0\r\n\r\n"
    assert bridge.LINGER > 2 * PATIENCE
    assert rest_of(serve(telling, longest_body=10).plug(chunked)).endswith(b"Send less.")


def test_the_event_loop_writes_nothing_to_the_disk(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    wrote: list[tuple[bool, str]] = []

    class Noted(SpooledTemporaryFile):  # type: ignore[type-arg]
        def write(self, data: Any) -> int:
            wrote.append((self.tell() + len(data) > MEGABYTE, thread()))
            return super().write(data)

    monkeypatch.setattr(bridge, "SpooledTemporaryFile", Noted)
    assert serve(telling).ask("/", "POST", bytes(3 * MEGABYTE)).status == 200
    assert {thread for to_the_disk, thread in wrote if to_the_disk} == {"files"}
