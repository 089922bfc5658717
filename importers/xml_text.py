"""The text of an XML export as chunks, with what real exports get wrong put right on the way.

Repaired: what stands before the first "<", raw "&" and HTML's entities outside CDATA, characters that XML forbids,
bytes that are not of the file's encoding. Nothing else is touched: an export cut off in the middle stays an error.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from html.entities import html5
from typing import BinaryIO

CHUNK = 65_536
LINES_SHOWN = 5

_STRAY = "something before the first “<” was left out"
_AMPERSAND = "a raw “&” was read as the character"
_ENTITY = "an HTML entity was read as its character"
_CONTROL = "a character that XML forbids was left out"
_BYTES = "bytes that are not of the file's encoding became “\ufffd”"

_boms = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_declared = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_opening = re.compile(r"<!\[CDATA\[|<!--")
_CLOSING = {"<![CDATA[": "]]>", "<!--": "-->"}
# What a chunk may end with that only the next one explains.
_unfinished = re.compile(r"(?:\]{1,2}|-{1,2}|<[!\[A-Z-]{0,8}|&[#A-Za-z0-9]{0,40})\Z")
_ampersand = re.compile(r"&(?:#(\d{1,8}|[xX][0-9a-fA-F]{1,8});|([A-Za-z][A-Za-z0-9]{0,39};))?")
_bad = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\udc80-\udcff]+")
_XML_ENTITIES = frozenset(["amp;", "lt;", "gt;", "quot;", "apos;"])


class Repairs:
    """What was put right, by kind, with the first lines on which it was."""

    def __init__(self) -> None:
        self.lines: dict[str, list[int]] = {}
        self.counts: Counter[str] = Counter()

    def wants_line(self, kind: str) -> bool:
        return len(self.lines.get(kind, ())) < LINES_SHOWN

    def note(self, kind: str, line: int) -> None:
        self.counts[kind] += 1
        if self.wants_line(kind) and line not in self.lines.setdefault(kind, []):
            self.lines[kind].append(line)

    def described(self) -> Iterator[str]:
        for kind, lines in self.lines.items():
            times = f" ({self.counts[kind]} times in all)" if self.counts[kind] > len(lines) else ""
            yield f"line {', '.join(map(str, lines))}: {kind}{times}"


def repaired_text(file: BinaryIO, repairs: Repairs) -> Iterator[str]:
    """The file's text from its start, in chunks of constant size."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(_encoding(file.read(1000)))("surrogateescape")
    file.seek(0)
    repairer = _Repairer(repairs)
    while chunk := file.read(CHUNK):
        yield repairer.feed(decoder.decode(chunk))
    yield repairer.feed(decoder.decode(b"", final=True), final=True)


def _encoding(start: bytes) -> str:
    for bom, encoding in _boms.items():
        if start.startswith(bom):
            return encoding
    declared = _declared.search(start)
    name = declared[1].decode().lower() if declared else "utf-8"
    try:
        b" ".decode(name)
    except (LookupError, UnicodeError):
        return "utf-8"
    # Declared with two bytes a character, yet the declaration itself could be read as ASCII: it is UTF-8.
    return "utf-8" if name.startswith(("utf-16", "utf-32", "ucs")) else name


class _Repairer:
    def __init__(self, repairs: Repairs) -> None:
        self._repairs = repairs
        self._line = 1
        self._rest = ""
        self._begun = False
        # What ends the CDATA section or comment we are in; empty outside.
        self._closing = ""

    def feed(self, text: str, *, final: bool = False) -> str:
        text = self._rest + text
        self._rest = ""
        if not self._begun:
            text = self._from_first_tag(text)
        if not final and (tail := _unfinished.search(text[-50:])):
            at = len(text) - len(tail[0])
            text, self._rest = text[:at], text[at:]
        return "".join(self._pieces(text))

    def _from_first_tag(self, text: str) -> str:
        start = text.find("<")
        if start < 0:
            self._rest = text[:CHUNK]
            return ""
        self._begun = True
        if start and (stray := text[:start].replace("\ufeff", "")):
            self._repairs.note(_STRAY, self._line)
            self._line += stray.count("\n")
        return text[start:]

    def _pieces(self, text: str) -> Iterator[str]:
        at = 0
        while at < len(text):
            if self._closing:
                end = text.find(self._closing, at)
                stop = len(text) if end < 0 else end + len(self._closing)
                piece = text[at:stop]
                self._closing = self._closing if end < 0 else ""
            else:
                opening = _opening.search(text, at)
                stop = opening.end() if opening else len(text)
                piece = _ampersand.sub(self._whole_ampersand, text[at:stop])
                self._closing = _CLOSING[opening[0]] if opening else ""
            yield _bad.sub(self._without_bad, piece)
            self._line += text.count("\n", at, stop)
            at = stop

    def _whole_ampersand(self, match: re.Match[str]) -> str:
        number, name = match[1], match[2]
        if name in _XML_ENTITIES or (number and _is_allowed(number)):
            return match[0]
        if number:
            self._note(_CONTROL, match)
            return ""
        if name and name in html5:
            self._note(_ENTITY, match)
            return "".join(f"&#{ord(character)};" for character in html5[name])
        self._note(_AMPERSAND, match)
        return f"&amp;{name or ''}"

    def _without_bad(self, match: re.Match[str]) -> str:
        is_bytes = "\udc80" <= match[0][0] <= "\udcff"
        self._note(_BYTES if is_bytes else _CONTROL, match)
        return "\ufffd" if is_bytes else ""

    def _note(self, kind: str, match: re.Match[str]) -> None:
        # Counting lines for every one of a million would be quadratic; only the first few are shown.
        line = self._line + match.string.count("\n", 0, match.start()) if self._repairs.wants_line(kind) else 0
        self._repairs.note(kind, line)


def _is_allowed(number: str) -> bool:
    """May XML hold the character of this reference ("233", "xE9")?"""
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    if code < 32:
        return code in (9, 10, 13)
    return code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF
