"""Topic → Article (one live blog) → Entry (one timestamped update).

Whatever changes what a reader sees goes through one method here. Each takes the article's next change number while the
article's row is locked and stores it on what changed, so numbers commit in order and whoever has seen N missed nothing
up to N. Each asks at its door whether who acts may (rights.py).
"""

from articles.models.article import LONGEST_TEXT, Article, Topic
from articles.models.byline import Byline, BylineLookup, names_of
from articles.models.changing import Conflict, NotAllowed
from articles.models.correction import Correction, correct
from articles.models.entry import Entry
from articles.models.photograph import Photograph, Shot
from articles.models.presence import Presence

__all__ = [
    "LONGEST_TEXT",
    "Article",
    "Byline",
    "BylineLookup",
    "Conflict",
    "Correction",
    "Entry",
    "NotAllowed",
    "Photograph",
    "Presence",
    "Shot",
    "Topic",
    "correct",
    "names_of",
]
