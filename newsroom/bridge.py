"""Django's WSGI handler behind ASGI, in a pool of threads.

Under its own ASGI handler Django takes a thread and several hops for each request, six to eleven times the cost of an
empty view. Here the event loop does all waiting for slow readers: it takes the body in before a thread is taken, and
sends what is long after the thread is free again. A thread belongs to a request only while Django works on it, and a
request to one thread, as its database connection does.
"""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any, TypeVar
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication

from newsroom.database import LONGEST_WAIT, limit_waiting

logger = logging.getLogger(__name__)

T = TypeVar("T")
Headers = list[tuple[bytes, bytes]]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

# Photographs are the longest that people send.
LONGEST_BODY = 30_000_000
# What is longer waits on the disk: a body for its thread, an answer for its reader.
IN_MEMORY = 1_000_000
# What a view may write piece by piece, so that an endless one fills no disk.
LONGEST_ANSWER = 200_000_000
BLOCK = 64 * 1024
# Seconds for who sends too much to come to the end of it.
LINGER = 30


class TooLong(Exception):
    """A body that nobody may send."""

    def __init__(self, more: bool) -> None:
        self.more = more


class Left(Exception):
    """The reader went before the request was complete."""


@dataclass(slots=True)
class Response:
    """Names of headers are in lower case."""

    status: int
    headers: Headers
    body: bytes


class File:
    """An answer that the event loop sends when the thread is free again. Also Django's wsgi.file_wrapper."""

    def __init__(self, file: IO[bytes], block_size: int = BLOCK) -> None:
        self.read = file.read
        self.close = file.close

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.read(BLOCK), b"")


class Bridge:
    """An ASGI application for HTTP."""

    def __init__(self, wsgi: WSGIApplication, *, threads: int = 8, longest_body: int = LONGEST_BODY) -> None:
        self._wsgi = wsgi
        self._longest_body = longest_body
        self._requests = ThreadPoolExecutor(threads, "django", limit_waiting, (LONGEST_WAIT,))
        # A read takes a moment, however slow the reader.
        self._files = ThreadPoolExecutor(2, "files")

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Runs something in one of the threads that Django's requests have."""
        return await asyncio.get_running_loop().run_in_executor(self._requests, function, *arguments)

    async def fetch(self, environ: dict[str, Any]) -> Response:
        """A request of our own making, with its whole answer."""
        response, file = await self.run(self._answer, environ)
        if file:
            response.body = await self.run(_whole, file)
        return response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self._take_in(scope, receive)
        except TooLong as error:
            await self._refuse(error, receive, send)
            return
        except Left:
            return
        with body:
            response, file = await self.run(self._answer, environ_of(scope, body))
            start = {"type": "http.response.start", "status": response.status, "headers": response.headers}
            if file:
                await self._send_file(start, file, scope["method"] == "HEAD", receive, send)
            else:
                await send(start)
                await send({"type": "http.response.body", "body": response.body})

    async def _take_in(self, scope: Scope, receive: Receive) -> IO[bytes]:
        """The whole body, ready to be read. Raises TooLong or Left."""
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if declared.isdigit() and int(declared) > self._longest_body:
            raise TooLong(more=True)
        body = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 -- closed by the caller
        length = 0
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                body.close()
                raise Left
            chunk = message.get("body", b"")
            length += len(chunk)
            more = message.get("more_body", False)
            if length > self._longest_body:
                body.close()
                raise TooLong(more)
            if length > IN_MEMORY:
                await asyncio.get_running_loop().run_in_executor(self._files, body.write, chunk)
            else:
                body.write(chunk)
        body.seek(0)
        return body

    async def _refuse(self, error: TooLong, receive: Receive, send: Send) -> None:
        sentence = f"At most {self._longest_body // 1_000_000} MB can be sent at once. Send less.".encode()
        headers = [*_plain(sentence), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": sentence, "more_body": True})
        # To hang up on who still sends resets the connection, and mostly nobody reads the sentence then.
        more = error.more
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                while more:
                    more = (await receive()).get("more_body", False)
        await send({"type": "http.response.body", "body": b""})

    def _answer(self, environ: dict[str, Any]) -> tuple[Response, File | None]:
        """In a thread: all that Django does for a request. A long body comes as a file, to be closed by the caller."""
        started: list[tuple[int, Headers]] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[..., None]:
            # Nothing of an answer is sent before it is complete, so an error's may always take its place.
            if started and not exc_info:
                raise RuntimeError("start_response was called again.")
            pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
            started[:] = [(int(status[:3]), pairs)]
            return _no_write

        head = environ["REQUEST_METHOD"] == "HEAD"
        try:
            answer = self._wsgi(environ | {"wsgi.file_wrapper": File}, start_response)
            if isinstance(answer, File):
                return Response(*started[0], b""), answer
            body = _collect(answer, head)
            status, headers = started[0]
        # A view that calls sys.exit() ends no server.
        except BaseException:
            logger.exception("%s failed outside of Django", environ["PATH_INFO"])
            sentence = b"Something went wrong here. Try again."
            return Response(500, _plain(sentence), b"" if head else sentence), None
        if status in (204, 304):
            # The reader would take whatever follows for the next answer.
            headers = [header for header in headers if header[0] != b"content-length"]
            body.seek(0)
            body.truncate()
        elif not head and all(name != b"content-length" for name, _value in headers):
            headers.append((b"content-length", str(body.tell()).encode()))
        is_long = body.tell() > IN_MEMORY
        body.seek(0)
        if is_long:
            return Response(status, headers, b""), File(body)
        with body:
            return Response(status, headers, body.read()), None

    async def _send_file(self, start: dict[str, Any], file: File, head: bool, receive: Receive, send: Send) -> None:
        """Block by block, as fast as the reader takes it and until the reader has left."""
        loop = asyncio.get_running_loop()
        left = asyncio.create_task(_left(receive))
        try:
            await send(start)
            while not (head or left.done()):
                block = await loop.run_in_executor(self._files, file.read, BLOCK)
                if not block:
                    break
                await send({"type": "http.response.body", "body": block, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            left.cancel()
            # Django's request ends with this, which is work of its own.
            await loop.run_in_executor(self._files, file.close)

    def close(self) -> None:
        for pool in (self._requests, self._files):
            pool.shutdown(wait=False, cancel_futures=True)


def environ_of(scope: Scope, body: IO[bytes]) -> dict[str, Any]:
    """The request as PEP 3333 says it."""
    host, port = scope.get("server") or ("localhost", None)
    root = scope.get("root_path", "").encode()
    # The path as it was sent, where the server says it: in the other, what is no UTF-8 is lost.
    raw_path = scope.get("raw_path")
    path = unquote_to_bytes(raw_path) if raw_path else scope["path"].encode()
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": root.decode("latin-1"),
        "PATH_INFO": path.removeprefix(root).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or (443 if scope["scheme"] == "https" else 80)),
        "REMOTE_ADDR": scope["client"][0] if scope.get("client") else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        # An underscore would pass for a dash, and so for a header that a proxy has set.
        if b"_" in name:
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        text = value.decode("latin-1")
        if key in environ:
            text = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{text}"
        environ[key] = text
    if "HTTP_TRANSFER_ENCODING" in environ:
        # The body is complete by now, and Django reads as far as this says.
        environ["CONTENT_LENGTH"] = str(body.seek(0, 2))
        body.seek(0)
    return environ


def _collect(answer: Iterable[bytes], head: bool) -> IO[bytes]:
    """The whole answer, with its end as the place in the file; nothing of it where only its head is wanted."""
    body = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 -- closed by whoever sends it
    try:
        for piece in () if head else answer:
            if body.tell() + len(piece) > LONGEST_ANSWER:
                raise RuntimeError(f"The answer is longer than {LONGEST_ANSWER} bytes.")
            body.write(piece)
        return body
    except BaseException:
        body.close()
        raise
    finally:
        # Django's request ends here, and with it what the thread has of the database.
        if hasattr(answer, "close"):
            answer.close()


def _whole(file: File) -> bytes:
    try:
        return b"".join(file)
    finally:
        file.close()


def _plain(sentence: bytes) -> Headers:
    return [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(sentence)).encode())]


def _no_write(data: bytes) -> None:
    raise NotImplementedError("Django never writes this way.")


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
