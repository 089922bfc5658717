"""Two texts side by side, with what differs marked."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

# difflib takes cubic time at worst, where much is alike in many places; of so many pieces each that is 0.2 s.
MOST_PIECES = 300
# The blank belongs to its word, else it alone would be alike everywhere; but a word is the same before another blank.
_word = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")


def side_by_side(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Both as HTML: what only the first has is within <del>, what only the second has within <ins>."""
    left, right = [], []
    for kind, old, new in _pairs(_word.findall(before), _word.findall(after)):
        left.append(_marked(old, "" if kind == "equal" else "del"))
        right.append(_marked(new, "" if kind == "equal" else "ins"))
    return mark_safe("".join(left)), mark_safe("".join(right))  # noqa: S308 -- each piece is escaped


def _pairs(old: list[str], new: list[str]) -> Iterator[tuple[str, list[str], list[str]]]:
    """What is alike and what is not, in turn: by words; by lines where much differs; as a whole where that is long."""
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    old_end, new_end = len(old) - end, len(new) - end
    yield "equal", old[:start], new[:start]
    middle, replaced = old[start:old_end], new[start:new_end]
    if max(len(middle), len(replaced)) > MOST_PIECES:
        middle, replaced = "".join(middle).splitlines(keepends=True), "".join(replaced).splitlines(keepends=True)
    if max(len(middle), len(replaced)) > MOST_PIECES:
        yield "replace", middle, replaced
    else:
        bare = [_bare(piece) for piece in middle], [_bare(piece) for piece in replaced]
        for kind, a, b, c, d in SequenceMatcher(None, *bare, autojunk=False).get_opcodes():
            yield kind, middle[a:b], replaced[c:d]
    yield "equal", old[old_end:], new[new_end:]


def _common(old: list[str], new: list[str]) -> int:
    """How many pieces are the same from the start."""
    differing = (n for n, (a, b) in enumerate(zip(old, new, strict=False)) if _bare(a) != _bare(b))
    return next(differing, min(len(old), len(new)))


def _bare(piece: str) -> str:
    """Without its blank, unless that ends the line."""
    return piece.strip() + ("\n" if "\n" in piece else "")


def _marked(pieces: list[str], tag: str) -> str:
    text = escape("".join(pieces))
    # The blank behind the last word is no part of what differs.
    words = text.rstrip()
    return f"<{tag}>{words}</{tag}>{text[len(words) :]}" if tag and words else text
