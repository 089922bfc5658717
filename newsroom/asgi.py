"""The one application that serves it all: streams and shared pages on the event loop, all else by Django in threads.

GET /live/12/stream   → articles.streams
GET, HEAD             → newsroom.page_cache, which asks Django for shared pages and hands on the others
all else              → newsroom.bridge → Django's WSGI handler
"""

import asyncio
import logging
import os
import re
import signal
from contextlib import suppress
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
django = get_wsgi_application()

from django.conf import settings  # noqa: E402 -- Django must be set up

from newsroom import worker  # noqa: E402
from newsroom.bridge import Bridge  # noqa: E402
from newsroom.checks import refuse_to_start  # noqa: E402
from newsroom.clock import Clock  # noqa: E402
from newsroom.far_pages import FarPages  # noqa: E402
from newsroom.lookout import LookOut  # noqa: E402
from newsroom.page_cache import PageCache  # noqa: E402
from newsroom.wakeups import Listener  # noqa: E402

refuse_to_start()

logger = logging.getLogger(__name__)

STREAM = re.compile(r"/live/([0-9]{1,18})/stream")


class Site:
    def __init__(self) -> None:
        self.bridge = Bridge(django, threads=settings.THREADS)
        self.lookout = LookOut(import_string("articles.live.versions"))
        self.listener = Listener(self.lookout.hear)
        self.far = FarPages(settings.REDIS_URL) if settings.REDIS_URL else None
        self.pages = PageCache(self.bridge, self.lookout, self.far, most_bytes=settings.PAGE_CACHE_MB * 2**20)
        self.streams = import_string("articles.streams.Streams")(
            self.lookout, most=settings.MOST_STREAMS, most_each=settings.MOST_STREAMS_PER_ADDRESS
        )
        self.clock = Clock(
            every_second=import_string("articles.dispatch.publish_due"),
            every_minute=import_string("articles.dispatch.tend"),
        )
        self.hand = worker.Hand()
        # A clock of its own: entries go out at their time, however long a mail takes.
        self.worker = Clock(
            every_second=worker.run_due, every_minute=worker.tend, waits="What is to be done after answers waits"
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            if scope["method"] not in ("GET", "HEAD"):
                await self.bridge(scope, receive, send)
            elif (stream := STREAM.fullmatch(scope["path"])) and scope["method"] == "GET":
                await self.streams(scope, receive, send, int(stream[1]))
            else:
                await self.pages(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            # There are no WebSockets here.
            await receive()
            await send({"type": "websocket.close"})

    def end_streams(self) -> None:
        """From a signal handler."""
        if self._loop:
            self._loop.call_soon_threadsafe(self.streams.end)

    async def _live(self, receive: Any, send: Any) -> None:
        """From the server's start to its end."""
        await receive()
        self._loop = asyncio.get_running_loop()
        self._tasks = [
            asyncio.create_task(self.lookout.run()),
            asyncio.create_task(self.streams.beat()),
            asyncio.create_task(self.clock.run(self.bridge.run)),
            asyncio.create_task(self.worker.run(self.hand.run)),
        ]
        for task in self._tasks:
            task.add_done_callback(_end_with)
        self.listener.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.listener.end()
        self.streams.end()
        for task in self._tasks:
            # False where it has ended by itself: _end_with has said so.
            if task.cancel():
                with suppress(asyncio.CancelledError):
                    await task
        self.lookout.close()
        self.hand.end()
        self.bridge.close()
        if self.far:
            self.far.close()
        await send({"type": "lifespan.shutdown.complete"})


def _end_with(task: asyncio.Task[None]) -> None:
    """Without its look-out a process would show old pages for ever, so whoever watches over it is to start another."""
    if not task.cancelled() and (error := task.exception()):
        logger.critical("This process ends, as it can no longer follow what changes.", exc_info=error)
        signal.raise_signal(signal.SIGTERM)


application = Site()
