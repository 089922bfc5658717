"""Whole shared pages, answered from memory on the event loop.

A page stays for as long as its subject has the version that it shows (newsroom/lookout.py), whatever its age. A page
that is outdated for less than FRESH seconds is still served while it is made again, one making at a time; an older one
makes its readers wait for the new one, but not for long and not while the database is away: then it is served as it is.
Who loads the page anew waits as well: a page that is told to be loaded anew must not be the same one again.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from contextlib import suppress
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.urls import Resolver404, resolve

from newsroom.bridge import Bridge, Response, environ_of
from newsroom.database import database
from newsroom.far_pages import LONGEST_MAKING, FarPages
from newsroom.lookout import Away, LookOut, Subject
from newsroom.page import Key, Page, messages, page_of
from newsroom.shared import PARAMETERS, SUBJECT_HEADER

logger = logging.getLogger(__name__)

# Above the pace of the look-out, so that nobody waits for a look while a page is asked for all the time; with the
# second that the cache in front may keep it and the time it takes to make, below two seconds.
FRESH = 0.7
# An article that is published to all the time is not rendered all the time.
MAKE_EVERY = 0.25
# Better an old page than none, or a slow one.
PATIENCE = 1.0
# Of an answer that was not kept, as it goes to all who have waited for it.
NOT_FOR_ALL = {b"set-cookie", SUBJECT_HEADER.lower().encode()}
# What browsers ask with for a page that is loaded anew, with and without what they have.
ANEW = {b"max-age=0", b"no-cache"}
# While another process makes a page.
ASK_AGAIN = 0.03


class PageCache:
    def __init__(self, bridge: Bridge, lookout: LookOut, far: FarPages | None, *, most_bytes: int) -> None:
        self._bridge = bridge
        self._lookout = lookout
        self._far = far
        self._most_bytes = most_bytes
        self._bytes = 0
        # The one asked for last at the end.
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._making: dict[Key, asyncio.Task[Page | Response]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers a GET or HEAD."""
        host = accepting = if_none_match = b""
        anew = False
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                accepting = value
            elif name == b"host":
                host = value
            elif name == b"if-none-match":
                if_none_match = value
            elif name == b"cache-control":
                anew = value in ANEW
        query = known_query(scope["query_string"]) if scope["query_string"] else ""
        key = (scope["scheme"], host.decode("latin-1"), scope["path"], query)
        page = self._pages.get(key)
        if page:
            self._pages.move_to_end(key)
        elif not is_shared_path(scope["path"]):
            await self._bridge(scope, receive, send)
            return
        answer: Page | Response
        if page and not anew and self._may_be_served(key, page):
            answer = page
        else:
            answer = await self._newest(key, page)
        head = scope["method"] == "HEAD"
        if isinstance(answer, Page):
            start, body = answer.answer(head, accepting, if_none_match)
        else:
            # A refusal, the same for everybody: there is no such page, say.
            start, body = messages(answer.status, answer.headers, b"" if head else answer.body)
        await send(start)
        await send(body)

    def _may_be_served(self, key: Key, page: Page) -> bool:
        """Is this page right, or outdated so little that it may be served while the next is made?"""
        now = time.monotonic()
        subject = self._lookout.subject(page.subject)
        right = _confirm(page, subject)
        if now - page.right_at > FRESH:
            return False
        if not right and subject.right_at > page.made_at and now - page.made_at > MAKE_EVERY:
            self._make(key)
        return True

    async def _newest(self, key: Key, page: Page | None) -> Page | Response:
        """Looks whether the page is still right, and has it made where it is not."""
        if page is None and self._far and (page := await self._far.get(key)):
            self._keep(key, page)
        if page is None:
            return await asyncio.shield(self._make(key))
        if database.away:
            return page
        asked_at = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                subject = await self._lookout.look(page.subject)
                if _confirm(page, subject):
                    return page
                made = await asyncio.shield(self._make(key))
                if isinstance(made, Page) and made.made_at < asked_at and not _confirm(made, subject):
                    # It was being made already, of what was there before.
                    made = await asyncio.shield(self._make(key))
        except (TimeoutError, Away):
            return page
        return page if isinstance(made, Response) and made.status >= 500 else made

    def _make(self, key: Key) -> asyncio.Task[Page | Response]:
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = asyncio.create_task(self._take_or_render(key))
            making.add_done_callback(lambda done: self._made(key, done))
        return making

    def _made(self, key: Key, done: asyncio.Task[Page | Response]) -> None:
        del self._making[key]
        if not done.cancelled() and (error := done.exception()):
            logger.error("%s could not be made", key[2], exc_info=error)

    async def _take_or_render(self, key: Key) -> Page | Response:
        if not self._far:
            return await self._render(key)
        give_up_at = time.monotonic() + LONGEST_MAKING
        while not await self._far.begin(key) and time.monotonic() < give_up_at:
            await asyncio.sleep(ASK_AGAIN)
        try:
            if taken := await self._taken(key, self._far):
                return taken
            made = await self._render(key)
            if isinstance(made, Page):
                await self._far.put(key, made)
            return made
        finally:
            await self._far.done(key)

    async def _taken(self, key: Key, far: FarPages) -> Page | None:
        """What another process has made of the version that is right now."""
        page = await far.get(key)
        if page is None:
            return None
        subject = self._lookout.subject(page.subject)
        if subject.version is None:
            # Never looked at.
            with suppress(Away):
                await self._lookout.look(page.subject)
        if not _confirm(page, subject):
            return None
        page.made_at = page.right_at
        self._keep(key, page)
        return page

    async def _render(self, key: Key) -> Page | Response:
        """Asks Django for the page as somebody of whom nothing is known."""
        began = time.monotonic()
        response = await self._bridge.fetch(environ_of(anonymous_scope(key), BytesIO()))
        page = await self._bridge.run(page_of, response, began)
        if page:
            self._keep(key, page)
        elif response.status < 500:
            self._drop(key)
        return page or Response(
            response.status, [one for one in response.headers if one[0] not in NOT_FOR_ALL], response.body
        )

    def _keep(self, key: Key, page: Page) -> None:
        self._drop(key)
        self._pages[key] = page
        self._bytes += page.size
        while self._bytes > self._most_bytes:
            _key, oldest = self._pages.popitem(last=False)
            self._bytes -= oldest.size

    def _drop(self, key: Key) -> None:
        if old := self._pages.pop(key, None):
            self._bytes -= old.size


def _confirm(page: Page, subject: Subject) -> bool:
    """Notes until when the page is known to be right. False when its subject has another version by now."""
    if page.version != subject.version:
        return False
    page.right_at = max(page.right_at, subject.right_at)
    return True


def is_shared_path(path: str) -> bool:
    try:
        return getattr(resolve(path).func, "is_shared", False)
    except Resolver404:
        return False


def known_query(query: bytes) -> str:
    """The parameters that pages depend on, in one order; what campaigns and networks add makes no other page."""
    try:
        pairs = dict(parse_qsl(query.decode("latin-1"), max_num_fields=50))
    except ValueError:
        return ""
    return urlencode(sorted((name, value) for name, value in pairs.items() if name in PARAMETERS))


def anonymous_scope(key: Key) -> dict[str, Any]:
    scheme, host, path, query = key
    return {
        "type": "http",
        "method": "GET",
        "http_version": "1.1",
        "scheme": scheme,
        "path": path,
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(b"host", host.encode("latin-1"))],
        "client": None,
        "server": (host, None),
    }
