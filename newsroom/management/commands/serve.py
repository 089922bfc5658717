import os
import resource
import socket
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from newsroom.checks import refuse_to_start

# What is left of the three seconds that a process may take to end, for answers that are on their way.
LAST_ANSWERS = 2
BACKLOG = 4096


class Command(BaseCommand):
    help = (
        "Brings the database up to date and serves the site, pages and streams, in this one process; with DEBUG on, "
        "with sample content on the first run."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = settings.HOST, settings.PORT
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise CommandError(f"PORT is “{port}”. Set it to a number from 1 to 65535, as in PORT=8000.")
        if settings.DEBUG and host not in ("127.0.0.1", "localhost", "::1"):
            raise CommandError(f"HOST is {host} while DEBUG is on. Set DEBUG=0 before others can reach the site.")
        refuse_to_start()
        call_command("prepare", stdout=self.stdout)
        listening = _listen(host, int(port))
        self.stdout.write(
            f"\n  {settings.SITE_NAME} is at http://{host}:{port}/ and its desk at http://{host}:{port}/admin/"
        )
        if settings.DEBUG:
            call_command("load_sample", "--people", stdout=self.stdout)
        self.stdout.write("  Ctrl+C ends it.\n")
        self.stdout.flush()
        _serve(listening)
        self.stdout.write("Ended.")


class Server(uvicorn.Server):
    """Ends the streams first: by itself it would wait for their readers to leave."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._end_streams()
        super().handle_exit(sig, frame)


def _listen(host: str, port: int) -> socket.socket:
    """Before anything is announced, so that a port in use is said plainly."""
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=BACKLOG
        )
    except OSError as error:
        raise CommandError(f"Port {port}: {os.strerror(error.errno or 0)}. Try another: make run PORT=8001") from error


def _serve(listening: socket.socket) -> None:
    # An open stream is an open file; the usual soft limit is 1,024.
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    # Here, as it asks the database whether all is well, which nobody may on the event loop.
    from newsroom.asgi import application  # noqa: PLC0415 -- needs Django's set-up, and static files collected

    config = uvicorn.Config(
        application,
        lifespan="on",
        # Who asks, and by https or not, is what the proxy says, if there is one.
        proxy_headers=settings.BEHIND_PROXY,
        forwarded_allow_ips="*",
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=LAST_ANSWERS,
    )
    with suppress(KeyboardInterrupt):
        Server(config, application.end_streams).run(sockets=[listening])
