"""A reader's Comment in its tree, the moderators' Decisions about it, what other readers do with it.

One MPTT tree per conversation. django-mptt alone breaks under concurrent writers; these rules keep every tree whole:
whoever changes a tree locks its root row first (trees in ascending order, article counters last), then reads again what
it acts on; a new tree's id comes from the primary key's sequence; and the database refuses what would be broken.
"""

from comments.models.badge import Badge
from comments.models.comment import Comment
from comments.models.decision import Decision, Reason, Report, State
from comments.models.posting import MAX_LEVEL, check_open
from comments.models.readers import TIME_TO_EDIT
from comments.models.reading import Follow, Mute, Notice, Recommendation, Revision, wilson_score

__all__ = [
    "MAX_LEVEL",
    "TIME_TO_EDIT",
    "Badge",
    "Comment",
    "Decision",
    "Follow",
    "Mute",
    "Notice",
    "Reason",
    "Recommendation",
    "Report",
    "Revision",
    "State",
    "check_open",
    "wilson_score",
]
