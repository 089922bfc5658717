"""A reader's Comment in its tree, the moderators' Decisions about it, the readers' Reports of it.

One MPTT tree per conversation. django-mptt alone breaks under concurrent writers; these rules keep every tree whole:
whoever changes a tree locks its root row first (trees in ascending order, article counters last), then reads again what
it acts on; a new tree's id comes from the primary key's sequence; and the database refuses what would be broken.
"""

from comments.models.comment import LONGEST_TEXT, MAX_LEVEL, Comment, check_open
from comments.models.decision import Decision, Reason, Report, State

__all__ = ["LONGEST_TEXT", "MAX_LEVEL", "Comment", "Decision", "Reason", "Report", "State", "check_open"]
