"""What a page shows, as its reader sees it: enough to say whether two readers see the same."""

import asyncio
import re
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any
from zlib import crc32

from bench.asking import get

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Copy:
    """What an open page shows: the entries by id, the pin, and the other live parts."""

    def __init__(self) -> None:
        self.change = -1
        self.state = ""
        self.entries: dict[int, tuple[str, int, int]] = {}
        self.parts: dict[str, int] = {}
        self.pinned: int | None = None

    def copy(self) -> "Copy":
        other = Copy()
        other.change, other.state, other.pinned = self.change, self.state, self.pinned
        other.entries, other.parts = self.entries.copy(), self.parts.copy()
        return other

    def take(self, answer: dict[str, Any]) -> list[int]:
        """What page.js does with an answer. Returns the ids of the entries that are new here."""
        self.change, self.state = answer["change"], answer["state"]
        for name, html in answer["parts"].items():
            self.parts[name] = seen(html)
        if "pinned" in answer and (answer["pinned"] is None or "html" in answer["pinned"]):
            self.pinned = answer["pinned"] and answer["pinned"]["id"]
            self.parts["pinned"] = seen(answer["pinned"]["html"] if answer["pinned"] else "")
        for pk in answer.get("gone", []):
            self.entries.pop(pk, None)
        arrived = []
        for entry in answer.get("entries", []):
            shown = self.entries.get(entry["id"])
            if shown is None:
                arrived.append(entry["id"])
            elif shown[1] >= entry["change"]:
                continue
            # An entry that is there stays where it stands.
            place = shown[0] if shown else entry["place"]
            self.entries[entry["id"]] = (place, entry["change"], seen(entry["html"]))
        return arrived

    def shows(self) -> dict[str, Any]:
        """Newest first, for comparing."""
        rows = sorted(self.entries.items(), key=lambda row: [int(n) for n in row[1][0].split("~")], reverse=True)
        return {
            "change": self.change,
            "state": self.state,
            "pinned": self.pinned,
            "parts": dict(sorted(self.parts.items())),
            "entries": [[pk, *shown] for pk, shown in rows],
        }


@lru_cache(20_000)
def seen(html: str) -> int:
    """Tells two pieces of HTML apart, whatever their white space is."""
    return crc32(" ".join(html.split()).encode())


class PageParser(HTMLParser):
    """The live parts and entries of a page, each as the HTML that stands there."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.html = html
        self.body: dict[str, str | None] = {}
        self.entries: list[tuple[dict[str, str | None], str]] = []
        self.parts: dict[str, str] = {}
        self.pinned = ""
        self.next = ""
        self._lines = [0, *(found.end() for found in re.finditer("\n", html))]
        self._open: list[tuple[dict[str, str | None], int]] = []
        self.feed(html)

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "body":
            self.body = named
        if tag == "link" and named.get("rel") == "next":
            self.next = named["href"] or ""
        if named.get("data-live") == "pinned":
            self.pinned = named["data-entry"] or ""
        if tag not in VOID:
            self._open.append((named, self._at()))

    def handle_endtag(self, tag: str) -> None:
        attrs, start = self._open.pop()
        if "data-place" in attrs and "entry" in (attrs.get("class") or "").split():
            self.entries.append((attrs, self.html[start : self._at() + len(f"</{tag}>")]))
        elif name := attrs.get("data-live"):
            self.parts.setdefault(name, self.html[self.html.index(">", start) + 1 : self._at()])


def copy_of(html: str) -> tuple[Copy, str]:
    """What a page shows that has just been loaded, and the address of the next."""
    page, copy = PageParser(html), Copy()
    copy.change, copy.state = int(page.body["data-change"] or 0), page.body["data-state"] or ""
    for attrs, inner in page.entries:
        pk = int((attrs["id"] or "")[1:])
        if pk in copy.entries:
            raise AssertionError(f"entry {pk} stands twice on the page")
        copy.entries[pk] = (attrs["data-place"] or "", int(attrs["data-change"] or 0), seen(inner))
    copy.parts = {name: seen(inner) for name, inner in page.parts.items()}
    copy.pinned = int(page.pinned) if page.pinned else None
    return copy, page.next


async def whole_copy(address: str, path: str) -> Copy:
    """All pages of an article, as somebody sees them who comes now."""
    status, _headers, body = await get(address, path)
    if status != 200:
        raise AssertionError(f"{path} answers {status}")
    copy, following = copy_of(body.decode())
    while following:
        status, _headers, body = await get(address, path + following)
        more, following = copy_of(body.decode())
        if status != 200 or copy.entries.keys() & more.entries.keys():
            raise AssertionError(f"{path}{following} answers {status} or repeats entries")
        copy.entries |= more.entries
    # Further pages than the first are asked for later, and the order is the page's.
    if list(copy.entries) != [row[0] for row in copy.shows()["entries"]]:
        raise AssertionError("the entries of the page do not stand in the order of their places")
    return copy


def loaded(address: str, path: str) -> dict[str, Any]:
    return asyncio.run(whole_copy(address, path)).shows()


def differences(page: dict[str, Any], fresh: dict[str, Any]) -> list[str]:
    """What a reader's page shows otherwise than one loaded now, in words. Empty where they are the same."""
    found = [
        f"{name}: {page[name]}, not {fresh[name]}"
        for name in ("change", "state", "pinned")
        if page[name] != fresh[name]
    ]
    found += [f"another {name}" for name, html in fresh["parts"].items() if page["parts"].get(name) != html]
    mine, theirs = ({row[0]: row for row in shown["entries"]} for shown in (page, fresh))
    found += [f"misses entry {pk}" for pk in theirs.keys() - mine.keys()]
    found += [f"still shows entry {pk}" for pk in mine.keys() - theirs.keys()]
    found += [
        f"entry {pk}: {mine[pk]}, not {theirs[pk]}" for pk in mine.keys() & theirs.keys() if mine[pk] != theirs[pk]
    ]
    if not found and page["entries"] != fresh["entries"]:
        found.append("another order")
    return found
