"""Topic → Article (one live blog) → Entry (one timestamped update).

Whatever changes what a reader sees goes through one method here. Each takes the article's next change number while the
article's row is locked and stores it on what changed, so numbers commit in order and whoever has seen N missed nothing
up to N.
"""

from articles.models.article import LONGEST_TEXT, Article, NotAllowed, Topic
from articles.models.entry import Entry

__all__ = ["LONGEST_TEXT", "Article", "Entry", "NotAllowed", "Topic"]
