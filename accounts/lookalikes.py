"""What a name looks like: the same text for all names that readers would take for one (Unicode TR39).

Accents, spaces, punctuation and capitals aside. `User.name_skeleton` is unique, so the database refuses a second one.
"""

import json
import unicodedata
from functools import cache
from hashlib import sha256
from pathlib import Path

import confusable_homoglyphs
import regex

# Accents; vowel signs that belong to one script are letters of it, and so are the two marks of Japanese.
ACCENTS = regex.compile(r"[[\p{Mn}\p{Me}]&&\p{Script=Inherited}--[\u3099\u309a]]", regex.V1)
# With room beside it in the column.
LONGEST = 400
NO_LETTER = regex.compile(r"[^\p{L}\p{N}\p{M}]")


def skeleton(name: str) -> str:
    """The same for names that look the same."""
    looks = _as_it_looks(_as_it_looks(name).casefold())
    # A capital I and a small l are told apart in few typefaces; with capitals aside, that makes i one of them too.
    looks = looks.casefold().replace("i", "l")
    found = NO_LETTER.sub("", looks) or unicodedata.normalize("NFKC", name).casefold()
    # One character may stand for a sentence.
    return found if len(found) <= LONGEST else found[: LONGEST - 64] + sha256(found.encode()).hexdigest()


def _as_it_looks(text: str) -> str:
    plain = ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    looks = "".join(_prototypes().get(character, character) for character in plain)
    return ACCENTS.sub("", unicodedata.normalize("NFKD", looks))


@cache
def _prototypes() -> dict[str, str]:
    """What each character is drawn like: the one that most others are drawn like. The package has neighbours only."""
    path = Path(confusable_homoglyphs.__file__).with_name("confusables.json")
    neighbours = {name: [one["c"] for one in found] for name, found in json.loads(path.read_text("utf-8")).items()}
    prototypes = {}
    for character, others in neighbours.items():
        hub = max([character, *others], key=lambda one: (len(neighbours.get(one, ())), one))
        if len(character) == 1 and hub != character:
            prototypes[character] = hub.strip("\u200e")
    return prototypes
