"""Conversations as plain rows: their shapes, texts and states, with the tree fields already right."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from newsroom import markup

DEEPEST = 8
LARGEST = 2_000
# Of all comments: hidden by a moderator, held, withdrawn, and the top of a hidden branch.
SHARES = {"hidden": 0.015, "held": 0.008, "withdrawn": 0.005}
HIDDEN_BRANCHES = 0.002
TEXTS = 5_000
START = datetime(2025, 1, 1, tzinfo=UTC)

Record = dict[str, Any]


@dataclass
class Tree:
    """The shape of one conversation: for each comment, in the order they came, where it stands."""

    parents: list[int] = field(default_factory=lambda: [-1])
    levels: list[int] = field(default_factory=lambda: [0])
    lfts: list[int] = field(default_factory=list)
    rghts: list[int] = field(default_factory=list)


def grow(size: int, dice: random.Random) -> Tree:
    """A third answers the root, the others one of the last comments, down to DEEPEST."""
    tree = Tree()
    for number in range(1, size):
        parent = 0 if dice.random() < 0.3 else dice.randrange(max(0, number - 12), number)
        if tree.levels[parent] == DEEPEST:
            parent = tree.parents[parent]
        tree.parents.append(parent)
        tree.levels.append(tree.levels[parent] + 1)
    branch_sizes = [1] * size
    for number in range(size - 1, 0, -1):
        branch_sizes[tree.parents[number]] += branch_sizes[number]
    free = [1] * size  # The next place below each comment.
    for number, parent in enumerate(tree.parents):
        lft = 1 if parent < 0 else free[parent]
        if parent >= 0:
            free[parent] += 2 * branch_sizes[number]
        free[number] = lft + 1
        tree.lfts.append(lft)
        tree.rghts.append(lft + 2 * branch_sizes[number] - 1)
    return tree


class Texts:
    """Made-up words, as frequent as words are, in comments as long as comments are."""

    def __init__(self, dice: random.Random, number: int = TEXTS) -> None:
        syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "ist")]
        self.words = ["".join(dice.choices(syllables, k=dice.randint(1, 4))) for _ in range(3_000)]
        self.weights = [1 / (rank + 3) for rank in range(len(self.words))]
        self.all = [self.make(dice) for _ in range(number)]

    def make(self, dice: random.Random) -> tuple[str, str]:
        length = min(300, 3 + int(dice.lognormvariate(3.2, 0.8)))
        words = dice.choices(self.words, self.weights, k=length)
        for place in range(12, length, 12):
            words[place] += dice.choice([".", ".", ",", "!\n\n", "?"])
        text = markup.tidy(" ".join(words).capitalize() + ".")
        return text, str(markup.comment_html(text))


@dataclass
class Forest:
    """Makes the rows of conversations; ids and tree ids come from one counter, as PostgreSQL's sequence gives them."""

    authors: list[int]
    dice: random.Random
    texts: Texts
    last_id: int = 0
    decisions: list[Record] = field(default_factory=list)

    def sizes(self, comments: int) -> list[int]:
        """Most conversations are short and a few are long, with exactly so many comments together."""
        sizes = []
        while comments:
            sizes.append(min(comments, LARGEST, int(self.dice.paretovariate(1.05))))
            comments -= sizes[-1]
        return sizes

    def conversation(self, article_id: int, number: int, size: int) -> list[Record]:
        tree = grow(size, self.dice)
        tree_id, first_id = self.last_id + 1, self.last_id + 2
        self.last_id += size + 1
        rows: list[Record] = []
        for n, parent in enumerate(tree.parents):
            row = self._comment(article_id, first_id + n, tree_id) | {
                "parent_id": None if parent < 0 else first_id + parent,
                "level": tree.levels[n],
                "lft": tree.lfts[n],
                "rght": tree.rghts[n],
                "hides": rows[parent]["hides"] if parent >= 0 else 0,
            }
            if self.dice.random() < HIDDEN_BRANCHES:
                row["hides"] += 1
                self._decide("hide-branch", row)
            rows.append(row)
        seen = sum(row["state"] == "published" and not row["hides"] for row in rows)
        rows[0] |= {"number": number, "invisible": size - seen, "score": self.dice.random() * 10}
        return rows

    def _comment(self, article_id: int, pk: int, tree_id: int) -> Record:
        text, html = self.dice.choice(self.texts.all)
        author = self.dice.randrange(len(self.authors))
        row: Record = {
            "id": pk,
            "article_id": article_id,
            "tree_id": tree_id,
            "author_id": self.authors[author],
            "name": f"Reader {author}",
            "text": text,
            "html": html,
            "state": "published",
            "created_at": str(START + timedelta(seconds=20 * pk)),
            "recommends": int(self.dice.paretovariate(1)) - 1 if self.dice.random() < 0.5 else 0,
        }
        state = self.dice.choices([*SHARES, "published"], [*SHARES.values(), 1 - sum(SHARES.values())])[0]
        if state == "hidden":
            self._decide("hide", row)
        return row | {"state": state}

    def _decide(self, kind: str, row: Record) -> None:
        row["hidden_for"] = "abuse"
        self.decisions.append({"kind": kind, "comment_id": row["id"], "reason": "abuse", "was": row["state"]})
