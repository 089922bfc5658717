"""A WSGI application behind the bridge and a real uvicorn, in a thread of the test's own process."""

import asyncio
import hashlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from typing import Any

import uvicorn

from newsroom.bridge import Bridge

PATIENCE = 10


@dataclass
class Read:
    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Server(uvicorn.Server):
    async def main_loop(self) -> None:
        # By itself it looks ten times a second whether it is to end, and a test would wait for that.
        while not self.should_exit:
            await asyncio.sleep(0.01)


class Served:
    """Takes the WSGI application, Bridge's own arguments, and uvicorn's root_path."""

    def __init__(self, app: Any, root_path: str = "", **bridge: int) -> None:
        self.bridge = Bridge(app, **bridge)
        config = uvicorn.Config(
            self.bridge, loop="uvloop", http="httptools", lifespan="off", log_config=None, root_path=root_path
        )
        self._server = Server(config)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listening]})
        self._thread.start()

    def ask(self, target: str = "/", method: str = "GET", body: Any = None, **headers: str) -> Read:
        """`If_None_Match="x"` gives that header; a body that is iterated is sent in chunks."""
        with self.connected() as connection:
            return self.ask_on(connection, target, method, body, **headers)

    def ask_on(
        self, connection: http.client.HTTPConnection, target: str, method: str = "GET", body: Any = None, **headers: str
    ) -> Read:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, target, body, named)
        answer = connection.getresponse()
        return Read(answer.status, answer.headers, answer.read())

    @contextmanager
    def connected(self) -> Iterator[http.client.HTTPConnection]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            yield connection
        finally:
            connection.close()

    def plug(self, sent: bytes) -> socket.socket:
        """A connection with little room for what it does not read, on which this much has been sent."""
        plugged = socket.socket()
        plugged.settimeout(PATIENCE)
        plugged.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        plugged.connect(("127.0.0.1", self.port))
        plugged.sendall(sent)
        return plugged

    @property
    def requests(self) -> int:
        """That are under way."""
        return len(self._server.server_state.tasks)

    def end(self) -> None:
        self._server.force_exit = self._server.should_exit = True
        self._thread.join(PATIENCE)
        self.bridge.close()
        assert not self._thread.is_alive()


def eventually(is_so: Callable[[], object]) -> None:
    """For what happens in another thread. Fails when it does not."""
    give_up_at = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < give_up_at, "It did not happen."
        time.sleep(0.01)


def settled(number: Callable[[], int]) -> int:
    """What it is when it has stopped to grow."""
    before = -1
    while (now := number()) != before:
        before = now
        time.sleep(0.3)
    return now


def rest_of(connection: socket.socket) -> bytes:
    """All that comes until the server hangs up."""
    return b"".join(iter(lambda: connection.recv(65_536), b""))


def answering(body: Iterable[bytes] = (b"hello",), status: str = "200 OK", **headers: str) -> Any:
    """A WSGI application that always says the same."""

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response(status, [(name.replace("_", "-"), value) for name, value in headers.items()])
        return body

    return app


def telling(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """What it was asked."""
    told = {name: value for name, value in environ.items() if isinstance(value, str | bool)}
    told["on the disk"] = getattr(environ["wsgi.input"], "name", None) is not None
    told["sum"] = hashlib.sha256(environ["wsgi.input"].read()).hexdigest()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(told).encode()]


def thread() -> str:
    """The kind of thread that this runs in, without its number."""
    return threading.current_thread().name.partition("_")[0]


# Applications that fail in each way there is.


def raises(environ: Any, start_response: Any) -> list[bytes]:
    raise ValueError


def raises_after_its_start(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "5")])
    raise ValueError


def raises_half_way(environ: Any, start_response: Any) -> Iterator[bytes]:
    start_response("200 OK", [("Content-Length", "5")])
    yield b"hel"
    raise ValueError


def exits(environ: Any, start_response: Any) -> list[bytes]:
    raise SystemExit(3)


def never_starts(environ: Any, start_response: Any) -> list[bytes]:
    return [b"hello"]


def starts_twice(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    start_response("200 OK", [])
    return [b"hello"]


def writes(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])(b"hello")
    return []


BROKEN = [raises, raises_after_its_start, raises_half_way, exits, never_starts, starts_twice, writes]


class Sent:
    """An application, and the file that it answers with."""

    def __init__(self, length: int, breaks_at: int | None = None) -> None:
        self.length = length
        self.breaks_at = breaks_at
        self.sent = 0
        self.closed = 0
        self.threads: set[str] = set()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Length", str(self.length))])
        return environ["wsgi.file_wrapper"](self, 4096)

    def read(self, size: int) -> bytes:
        self.threads.add(thread())
        if self.breaks_at is not None and self.sent >= self.breaks_at:
            raise OSError("The disk is broken.")
        block = bytes(min(size, self.length - self.sent))
        self.sent += len(block)
        return block

    def close(self) -> None:
        self.threads.add(thread())
        self.closed += 1
