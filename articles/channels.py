"""An article and its readers in this process: what is new is asked for once and told to all of them."""

import asyncio
import json
import logging
import time
from dataclasses import dataclass
from math import inf

from django.db import connection

from articles.live import Absurd, changes_after
from articles.models import Article
from newsroom.lookout import LookOut

logger = logging.getLogger(__name__)

# A flood of comments is told once a second; five thousand readers cost a quarter of a second of CPU each time.
COMMENTS_EVERY = 1.0
TRY_AGAIN = 0.5
# Answers for readers who come back from different numbers, until the next change.
MOST_FRAMES = 1_000

# An article's change and the change of its comments. Both only grow.
Position = tuple[int, int]


class Gone(Exception):
    """Readers may not see this article."""


@dataclass(slots=True)
class Frame:
    """One event, and where whoever has got it stands."""

    body: bytes
    at: Position
    # The article has ended, its comments are closed, and nothing is left to tell.
    last: bool


def frame_after(article_id: int, after: int) -> Frame:
    """Asks the database. Raises Gone, Absurd, or the database's own errors."""
    try:
        article = Article.objects.public().select_related("topic").filter(pk=article_id).first()
        if article is None:
            raise Gone
        changes = changes_after(article, after)
    except (Gone, Absurd):
        raise
    except Exception:
        connection.close()
        raise
    data = json.dumps(changes.as_json(), ensure_ascii=False)
    last = changes.poll is None and not changes.more
    return Frame(f"id: {changes.change}\ndata: {data}\n\n".encode(), (changes.change, changes.comment_change), last)


class Reader:
    """One open stream."""

    __slots__ = ("at", "gone", "sending_since", "task", "waiting")

    def __init__(self, after: int) -> None:
        self.at: Position = (after, 0)
        self.gone = False
        self.waiting: asyncio.Future[bool] | None = None
        self.sending_since = inf
        self.task = asyncio.current_task()

    def wake(self, beat: bool = False) -> None:
        if self.waiting and not self.waiting.done():
            self.waiting.set_result(beat)

    async def woken(self) -> bool:
        """Waits; True when it is only to say that the line is alive."""
        self.waiting = asyncio.get_running_loop().create_future()
        return await self.waiting


class Channel:
    """An article and its readers in this process."""

    def __init__(self, article_id: int, lookout: LookOut) -> None:
        self.article_id = article_id
        self.readers: set[Reader] = set()
        self.at: Position = (0, 0)
        self.gone = False
        self._subject = lookout.subject(Article(pk=article_id).subject)
        self._lookout = lookout
        self._frames: dict[int, asyncio.Future[Frame]] = {}
        self._moving: asyncio.Task[None] | None = None
        self._told_at = -inf

    async def open(self) -> None:
        """Begins to follow the article. Raises Gone or Away."""
        subject = await self._lookout.look(self._subject.name)
        if subject.version is None:
            raise Gone
        self._subject = subject
        self.at = self._newest
        subject.followers.add(self._follow)

    def close(self) -> None:
        self._subject.followers.discard(self._follow)
        if self._moving:
            self._moving.cancel()

    @property
    def _newest(self) -> Position:
        change, comment_change = (self._subject.version or "0.0").split(".")
        return int(change), int(comment_change)

    def _follow(self) -> None:
        if self._moving is None or self._moving.done():
            self._moving = asyncio.create_task(self._move())

    async def _move(self) -> None:
        """Tells the readers, until they have what the look-out has seen."""
        while self._subject.version is not None and self.at < self._newest:
            if self.at[0] == self._newest[0] and (early := self._told_at + COMMENTS_EVERY - time.monotonic()) > 0:
                await asyncio.sleep(min(early, 0.05))
                continue
            self._frames.clear()
            try:
                # Once for all who are up to date, before any of them is woken.
                frame = await self.frame(self.at[0])
            except Exception as error:
                logger.warning("Article %s: readers wait for what is new: %s", self.article_id, str(error).strip())
                await asyncio.sleep(TRY_AGAIN)
                continue
            self.at = max(self.at, frame.at)
            self._told_at = time.monotonic()
            self._wake_all()
        if self._subject.version is None:
            self.gone = True
            self._frames.clear()
            self._wake_all()

    def _wake_all(self) -> None:
        for reader in self.readers:
            reader.wake()

    async def frame(self, after: int) -> Frame:
        """What to tell a reader who has seen `after`; made once for all who stand there."""
        making = self._frames.get(after)
        if making is None:
            if len(self._frames) >= MOST_FRAMES:
                self._frames.clear()
            asked = self._lookout.ask(frame_after, self.article_id, after)
            making = self._frames[after] = asyncio.ensure_future(asked)
            making.add_done_callback(lambda done: self._made(after, done))
        return making.result() if making.done() else await asyncio.shield(making)

    def _made(self, after: int, done: asyncio.Future[Frame]) -> None:
        if (done.cancelled() or done.exception()) and self._frames.get(after) is done:
            del self._frames[after]
