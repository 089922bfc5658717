"""A whole shared page, compressed: what the page cache keeps and sends."""

import gzip
import logging
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf
from typing import Any

import brotli

from newsroom.bridge import Response
from newsroom.shared import SUBJECT_HEADER

logger = logging.getLogger(__name__)

# Each a third of the time that the next level takes, for a hundredth of the bytes.
GZIP_LEVEL = 5
BROTLI_QUALITY = 4
# Less than this fits into one packet as it is.
SMALL = 500
# Best first.
ENCODINGS = ("br", "gzip", "identity")

# Scheme, host, path, and the query as known_query makes it.
Key = tuple[str, str, str, str]
Headers = list[tuple[bytes, bytes]]
# The two messages that answer an HTTP request in ASGI.
Messages = tuple[dict[str, Any], dict[str, Any]]

# What is said anew for each encoding, or goes no further.
OURS = {b"content-length", b"content-encoding", b"etag", b"vary", SUBJECT_HEADER.lower().encode()}


@dataclass(slots=True)
class Page:
    """Which version of its subject it shows, and the answers that it gives. Times are those of time.monotonic()."""

    subject: str
    version: str
    status: int
    headers: Headers
    # Names this version of the page, without quotes; "" where it has no name.
    etag: str
    # By content encoding: as it is ("identity"), or else compressed both ways.
    bodies: dict[str, bytes]
    # When its making began; and when it was last known to be right.
    made_at: float = -inf
    right_at: float = -inf
    answers: dict[tuple[str, bool], Messages] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(len(body) for body in self.bodies.values()) + 2_000

    def answer(self, head: bool, accepting: bytes, if_none_match: bytes) -> Messages:
        """For a request's method and its headers of these names."""
        accepted = best_encoding(accepting)
        encoding = accepted if accepted in self.bodies or "identity" not in self.bodies else "identity"
        if if_none_match and self._is_named_in(if_none_match):
            headers = [header for header in self.headers if header[0] == b"cache-control"]
            return messages(304, [*headers, (b"etag", self._tag(encoding)), (b"vary", b"Accept-Encoding")], b"")
        answer = self.answers.get((encoding, head))
        if answer is None:
            answer = self._whole(encoding, head)
            # Who accepts no compression is rare enough to have it undone each time.
            if encoding in self.bodies:
                self.answers[encoding, head] = answer
        return answer

    def _whole(self, encoding: str, head: bool) -> Messages:
        body = self.bodies[encoding] if encoding in self.bodies else gzip.decompress(self.bodies["gzip"])
        headers = [*self.headers, (b"vary", b"Accept-Encoding"), (b"content-length", str(len(body)).encode())]
        if encoding != "identity":
            headers.append((b"content-encoding", encoding.encode()))
        if self.etag:
            headers.append((b"etag", self._tag(encoding)))
        return messages(self.status, headers, b"" if head else body)

    def _tag(self, encoding: str) -> bytes:
        """A strong validator, so each encoding has its own."""
        return f'"{self.etag}"'.encode() if encoding == "identity" else f'"{self.etag}-{encoding}"'.encode()

    def _is_named_in(self, if_none_match: bytes) -> bool:
        """Does the reader have this version, in whatever encoding?"""
        tags = {tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")}
        return bool(self.etag) and any(self._tag(encoding) in tags for encoding in ENCODINGS)


def page_of(response: Response, began: float) -> Page | None:
    """Django's answer as a page to keep; None where it is none that everybody may have."""
    given = dict(response.headers)
    about = given.get(SUBJECT_HEADER.lower().encode())
    if about is None or response.status not in (200, 410):
        return None
    if b"set-cookie" in given or b"cookie" in given.get(b"vary", b"").lower():
        logger.error("A page about %s is personal, so it is not kept.", about.decode())
        return None
    subject, _space, version = about.decode().rpartition(" ")
    headers = [(name, value) for name, value in response.headers if name not in OURS]
    etag = given.get(b"etag", b"").decode().strip('"')
    return Page(subject, version, response.status, headers, etag, _bodies(response.body), began, began)


def _bodies(body: bytes) -> dict[str, bytes]:
    if len(body) < SMALL:
        return {"identity": body}
    return {
        # Without a time in it, so that the same page is the same bytes.
        "gzip": gzip.compress(body, GZIP_LEVEL, mtime=0),
        "br": brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY),
    }


def messages(status: int, headers: Headers, body: bytes) -> Messages:
    return (
        {"type": "http.response.start", "status": status, "headers": headers},
        {"type": "http.response.body", "body": body},
    )


@lru_cache(1_000)
def best_encoding(accepting: bytes) -> str:
    """The best of ours that an Accept-Encoding header accepts."""
    refused = (b"0", b"0.0", b"0.00", b"0.000")
    accepted = set()
    for part in accepting.lower().split(b","):
        name, _semicolon, quality = part.partition(b";")
        if quality.strip().removeprefix(b"q=") not in refused:
            accepted.add(name.strip().decode("latin-1"))
    return next((encoding for encoding in ENCODINGS if encoding in accepted), "identity")
