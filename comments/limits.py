"""How much one person may write, and in which time: a conversation is for many.

Whoever writes more is told when they may go on, and gets the text back. The newsroom's own people have no limits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.models import NotAllowed

# Nobody reads a text, thinks and answers faster; scripts do.
PAUSE = timedelta(seconds=10)
# One every two minutes: more is a chat of two, or a flood.
MOST_AN_HOUR = 30
# Whoever comes to abuse comes with a new account.
MOST_ON_THE_FIRST_DAY = 5
# Following one person from comment to comment is how harassment looks.
MOST_REPLIES_TO_ONE_AN_HOUR = 10
# A report makes work for a moderator.
MOST_REPORTS_AN_HOUR = 10

# Who has not found the words by then sends a reply.
MOST_EDITS = 10

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class TooMuch(NotAllowed):
    """Come back later: `seconds` from now."""

    def __init__(self, sentence: str, until: datetime, now: datetime) -> None:
        self.seconds = max(1, round((until - now).total_seconds()))
        super().__init__(f"{sentence} {_again_in(self.seconds)}")


@dataclass(frozen=True)
class Said:
    """One of somebody's latest comments: when, and answering whom."""

    at: datetime
    answered: int | None


def check(said: Sequence[Said], joined: datetime, answers: int | None, now: datetime) -> None:
    """Raises TooMuch when somebody who has `said` this within the last day, newest first, must wait.

    `answers` is the id of the person whom the next comment answers, or None.
    """
    if said and now - said[0].at < PAUSE:
        raise TooMuch(_("You sent a comment just now: this is to keep out scripts."), said[0].at + PAUSE, now)
    if now - joined < DAY and len(said) >= MOST_ON_THE_FIRST_DAY:
        raise TooMuch(
            _("On the first day an account takes %(count)d comments: this is to keep out people who come to abuse.")
            % {"count": MOST_ON_THE_FIRST_DAY},
            joined + DAY,
            now,
        )
    hour = [one for one in said if now - one.at < HOUR]
    if len(hour) >= MOST_AN_HOUR:
        sentence = _("You have sent %(count)d comments within an hour, and others want to be read too.")
        raise TooMuch(sentence % {"count": MOST_AN_HOUR}, hour[MOST_AN_HOUR - 1].at + HOUR, now)
    to_them = [one for one in hour if answers is not None and one.answered == answers]
    if len(to_them) >= MOST_REPLIES_TO_ONE_AN_HOUR:
        sentence = _("You have answered this person %(count)d times within an hour. Let others speak.")
        oldest = to_them[MOST_REPLIES_TO_ONE_AN_HOUR - 1].at
        raise TooMuch(sentence % {"count": MOST_REPLIES_TO_ONE_AN_HOUR}, oldest + HOUR, now)


def said_lately(comments: Any, author: Any, now: datetime) -> list[Said]:
    """What somebody has sent within a day, newest first, as far as the limits look; `comments` is the manager."""
    rows = comments.filter(author=author, created_at__gt=now - DAY).order_by("-created_at")
    # At the depth cap a reply stands beside what it answers.
    answered = Coalesce("answers__author_id", "parent__author_id")
    lately = rows.values_list("created_at", answered)[:MOST_AN_HOUR]
    return [Said(at, answered) for at, answered in lately]


def check_edits(times: Sequence[datetime], now: datetime) -> None:
    """Raises NotAllowed or TooMuch when a comment edited at these times, newest first, cannot be edited now."""
    if times and now - times[0] < PAUSE:
        raise TooMuch(_("You edited this comment just now: this is to keep out scripts."), times[0] + PAUSE, now)
    if len(times) >= MOST_EDITS:
        sentence = _("A comment can be edited %(count)d times. Copy your text and send it as a reply.")
        raise NotAllowed(sentence % {"count": MOST_EDITS})


def check_reports(times: Sequence[datetime], now: datetime | None = None) -> None:
    """Raises TooMuch when somebody who has reported at these times within the hour, newest first, must wait."""
    now = now or timezone.now()
    if len(times) >= MOST_REPORTS_AN_HOUR:
        sentence = _("You have reported %(count)d comments within an hour. The moderators are on to it.")
        raise TooMuch(sentence % {"count": MOST_REPORTS_AN_HOUR}, times[MOST_REPORTS_AN_HOUR - 1] + HOUR, now)


def _again_in(seconds: int) -> str:
    if seconds < 90:
        words = ngettext(
            "Send it again in %(count)d second; it stays here.",
            "Send it again in %(count)d seconds; it stays here.",
            seconds,
        )
        return words % {"count": seconds}
    minutes = -(-seconds // 60)
    if minutes < 120:
        words = ngettext(
            "Send it again in %(count)d minute; it stays here.",
            "Send it again in %(count)d minutes; it stays here.",
            minutes,
        )
        return words % {"count": minutes}
    hours = -(-minutes // 60)
    words = ngettext(
        "Send it again in %(count)d hour; it stays here.", "Send it again in %(count)d hours; it stays here.", hours
    )
    return words % {"count": hours}
