"""A mail server on loopback, small enough to be told to refuse, to hang and to die in the midst."""

import email
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import Message


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps what it was given. `mode`: "takes"; "refuses" everybody; "hangs" once it has a whole mail."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.mode = "takes"
        self.got: list[Message] = []
        self.connections = 0
        self.hung = threading.Event()
        self.ended = threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.got]


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.server.connections += 1
        if self.server.mode == "refuses":
            self._say("421 Not now")
            return
        self._say("220 here")
        with suppress(ConnectionError):
            for line in self.rfile:
                word = line[:4].upper().strip()
                if word == b"DATA":
                    self._say("354 go on")
                    self._take()
                elif word == b"QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 good")

    def _take(self) -> None:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b"."))
        self.server.got.append(email.message_from_bytes(b"".join(lines)))
        if self.server.mode == "hangs":
            self.server.hung.set()
            self.server.ended.wait(60)
            return
        self._say("250 taken")

    def _say(self, line: str) -> None:
        with suppress(ConnectionError):
            self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
