"""Comments of a WordPress export, in their threads."""

from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from heapq import heapify, heappop, heappush
from itertools import islice
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from django.db import reset_queries, transaction
from django.utils.translation import gettext

from articles.models import Article
from comments.models import Comment, State
from importers.html_to_markdown import COMMENT, left_out_media, plain_text, to_markdown
from importers.report import Report
from importers.times import parse_time
from importers.wordpress import Post, ReaderComment

# Comments in one transaction: on SQLite nobody else can write meanwhile, and readers wait at most a second or two.
BATCH = 500
LONGEST_NAME = 100

_STATES = {
    "1": State.PUBLISHED,
    "approved": State.PUBLISHED,
    "0": State.HELD,
    "hold": State.HELD,
    "spam": State.HIDDEN,
    "trash": State.HIDDEN,
    "post-trashed": State.HIDDEN,
}
_READERS_TYPES = frozenset(["", "comment"])


class Key(Protocol):
    def __call__(self, *parts: object) -> str: ...


class Place(NamedTuple):
    """Where a comment stands in our database."""

    pk: int
    tree_id: int
    article_id: int


class CommentImporter:
    def __init__(self, key: Key, zone: ZoneInfo, report: Report, progress: Callable[[int], object]) -> None:
        self._key = key
        self._zone = zone
        self._report = report
        self._progress = progress

    def bring_in(self, article: Article, post: Post, post_time: datetime) -> None:
        """In the order of their times, each parent before its replies."""
        comments: dict[str, ReaderComment] = {}
        for comment in post.comments:
            comment.id = comment.id or _fingerprint(comment)
            if reason := _reason_against(comment, comments):
                self._leave_out(comment, reason)
            else:
                comments[comment.id] = comment
        places = self._places(comments)
        queue = _in_order(comments, lambda comment: self._time(comment) or post_time)
        while batch := list(islice(queue, BATCH)):
            with transaction.atomic():
                for comment in batch:
                    self._place(comment, article, post.link, post_time, places)
            # With DEBUG, Django remembers each statement.
            reset_queries()

    def _places(self, comments: dict[str, ReaderComment]) -> dict[str, Place]:
        """By number, those of the comments and their parents that an earlier run brought in."""
        numbers = {*comments, *(comment.parent for comment in comments.values())}
        by_key = {self._key("comment", number): number for number in numbers}
        places: dict[str, Place] = {}
        keys = iter(by_key)
        while some := list(islice(keys, BATCH)):
            rows = Comment.objects.filter(imported_from__in=some).values_list(
                "imported_from", "pk", "tree_id", "article_id"
            )
            places |= {by_key[key]: Place(*place) for key, *place in rows}
        return places

    def _place(
        self, comment: ReaderComment, article: Article, base: str, post_time: datetime, places: dict[str, Place]
    ) -> None:
        if place := places.get(comment.id):
            self._is_there(comment, article, place)
            return
        text = to_markdown(comment.body, COMMENT, base)
        if not text:
            self._leave_out(comment, "it has no text")
            return
        created = Comment.objects.bring_in(
            Comment(
                name=self._name(comment),
                text=text,
                state=self._state(comment),
                created_at=self._time_or(post_time, comment),
                imported_from=self._key("comment", comment.id),
            ),
            article,
            parent=self._parent(comment, article, places),
        )
        places[comment.id] = Place(created.pk, created.tree_id, article.pk)
        for what in left_out_media(comment.body):
            self._report.warn(_label(comment), what)
        self._report.created["comments"] += 1
        self._progress(1)

    def _is_there(self, comment: ReaderComment, article: Article, place: Place) -> None:
        if place.article_id != article.pk:
            self._leave_out(comment, "another article has a comment with this number")
            return
        self._report.already_there["comments"] += 1
        self._progress(1)

    def _leave_out(self, comment: ReaderComment, reason: str) -> None:
        self._report.leave_out("comments", _label(comment), reason)
        self._progress(1)

    def _parent(self, comment: ReaderComment, article: Article, places: dict[str, Place]) -> Comment | None:
        if comment.parent in ("", "0"):
            return None
        place = places.get(comment.parent)
        if place and place.article_id == article.pk:
            return Comment(pk=place.pk, tree_id=place.tree_id)
        self._report.warn(
            _label(comment), f"it opens a conversation, for comment {comment.parent}, which it answers, is not here"
        )
        return None

    def _name(self, comment: ReaderComment) -> str:
        name = plain_text(comment.name) or gettext("Anonymous")
        if len(name) <= LONGEST_NAME:
            return name
        self._report.warn(_label(comment), f"the name was cut to {LONGEST_NAME} characters")
        return name[: LONGEST_NAME - 1] + "…"

    def _state(self, comment: ReaderComment) -> State:
        if comment.approved not in _STATES:
            self._report.warn(_label(comment), f"held for a look, its status “{comment.approved}” is not known")
        return _STATES.get(comment.approved, State.HELD)

    def _time(self, comment: ReaderComment) -> datetime | None:
        return parse_time(comment.utc_time, comment.local_time, self._zone)

    def _time_or(self, post_time: datetime, comment: ReaderComment) -> datetime:
        if time := self._time(comment):
            return time
        self._report.warn(_label(comment), "it has no time, so it has the post's")
        return post_time


def _reason_against(comment: ReaderComment, earlier: dict[str, ReaderComment]) -> str:
    if comment.type == "note":
        return "a private note of the editors"
    if comment.type not in _READERS_TYPES:
        return f"a {comment.type}, not a reader's comment"
    return "a second comment with this number" if comment.id in earlier else ""


def _in_order(comments: dict[str, ReaderComment], time: Callable[[ReaderComment], datetime]) -> Iterator[ReaderComment]:
    """By time, but no reply before its parent. Where comments answer each other in a circle, the earliest opens it."""
    positions = {number: (time(comment), index, number) for index, (number, comment) in enumerate(comments.items())}
    replies: dict[str, list[str]] = {}
    ready = []
    for number, comment in comments.items():
        if comment.parent in comments:
            replies.setdefault(comment.parent, []).append(number)
        else:
            ready.append(positions[number])
    heapify(ready)
    done: set[str] = set()
    for number in ("", *comments):
        # After all that hangs on a root, only circles are left.
        if number and number not in done:
            ready.append(min(positions[member] for member in _circle(comments, number)))
        while ready:
            number = heappop(ready)[2]
            if number not in done:
                done.add(number)
                yield comments[number]
                for reply in replies.get(number, ()):
                    heappush(ready, positions[reply])


def _circle(comments: dict[str, ReaderComment], number: str) -> list[str]:
    """The comments that answer each other in a circle, found upwards from one that hangs on it."""
    way: dict[str, None] = {}
    while number not in way:
        way[number] = None
        number = comments[number].parent
    members = list(way)
    return members[members.index(number) :]


def _label(comment: ReaderComment) -> str:
    return f"comment {comment.id} by {plain_text(comment.name)[:LONGEST_NAME] or '?'}"


def _fingerprint(comment: ReaderComment) -> str:
    """What stands for a missing number."""
    return sha256(f"{comment.name} {comment.utc_time} {comment.body}".encode()).hexdigest()[:16]
