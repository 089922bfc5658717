"""A stand-in for `manage.py serve`: it answers what a test says, with the site's headers, and notes each request."""

import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler

SHARED = "public, max-age=1, stale-while-revalidate=1, stale-if-error=86400"
PRIVATE = "private, no-store"


@dataclass
class Asked:
    method: str
    target: str
    headers: Message
    body: bytes = b""


@dataclass
class Answer:
    status: int = 200
    body: bytes = b"hello"
    headers: dict[str, str] = field(default_factory=dict)
    # Before the answer, as a slow page would.
    seconds: float = 0
    # Sent one by one with these seconds between them, without a length.
    pieces: list[tuple[bytes, float]] = field(default_factory=list)
    # Reads the request and hangs up.
    hangs_up: bool = False


def shared(body: bytes = b"a page", etag: str = '"1"', **more: str) -> Answer:
    return Answer(200, body, {"Cache-Control": SHARED, "ETag": etag, "Vary": "Accept-Encoding"} | more)


def private(body: bytes = b"yours", **more: str) -> Answer:
    return Answer(200, body, {"Cache-Control": PRIVATE} | more)


class Upstream(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int = 0) -> None:
        self.asked: list[Asked] = []
        self.answer: Callable[[Asked], Answer] = lambda asked: shared()
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def process_request(self, request: socket.socket, client_address: tuple[str, int]) -> None:  # type: ignore[override]
        self._open.add(request)
        super().process_request(request, client_address)

    def die(self) -> None:
        """As after SIGKILL: nobody listens, and open connections end."""
        self.shutdown()
        self.server_close()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader who went away is no news."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Upstream

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(self.command, self.path, self.headers, self.rfile.read(length))
        self.server.asked.append(asked)
        answer = self.server.answer(asked)
        if answer.hangs_up:
            self.close_connection = True
            return
        time.sleep(answer.seconds)
        etag = answer.headers.get("ETag")
        if answer.status == 200 and etag and self.headers.get("If-None-Match") == etag:
            answer = Answer(304, b"", answer.headers)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.pieces:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece, seconds in answer.pieces:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.flush()
                time.sleep(seconds)
            self.wfile.write(b"0\r\n\r\n")
            return
        if answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = handle_any

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def upstream(port: int = 0) -> Iterator[Upstream]:
    server = Upstream(port)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.die()
