"""What happens by itself: scheduled entries go out at their time, and a live article that fell silent ends.

Every serving process runs a round each second. Each entry is taken under its article's lock and looked at again there,
so that of many processes one publishes it, and what came due while the machine slept goes out in the first round after.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from articles.models import Article, Entry, NotAllowed, Photograph

logger = logging.getLogger(__name__)

# At most in one round, so that other work gets its turn; the next round comes at once where more is due.
MOST_AT_ONCE = 50
# Of a silent article, for somebody at the desk to say that it goes on.
TIME_TO_ANSWER = timedelta(hours=1)


def publish_due() -> int:
    """Publishes what is due, the longest overdue first. Says how many this process has published."""
    now = timezone.now()
    due = Entry.objects.due(now).select_related("article")[:MOST_AT_ONCE]
    return sum(_alone(partial(entry.publish_due, now), entry) for entry in due)


def tend() -> None:
    """Once a minute: articles that fell silent, and photographs that no entry has taken."""
    now = timezone.now()
    if settings.SILENT_HOURS:
        for article in Article.objects.filter(state=Article.State.LIVE):
            ask_or_end(article, now)
    for photograph in Photograph.objects.loose(now)[:MOST_AT_ONCE]:
        _alone(photograph.discard, photograph)


def _alone(work: Callable[[], bool | None], what: Entry | Photograph) -> bool:
    """One that fails must not hold up those behind it. A database that is away is said by newsroom.clock."""
    try:
        return bool(work())
    except DatabaseError:
        raise
    except Exception:
        logger.exception("%s %s: this has failed, and is tried again.", type(what).__name__, what.pk)
        return False


def ask_or_end(article: Article, now: datetime) -> None:
    """A live article asks after SILENT_HOURS without an update, and ends an hour after it asked in vain; not while
    something is still to go out."""
    if now - article.last_sign < timedelta(hours=settings.SILENT_HOURS):
        return
    if article.entries.filter(state=Entry.State.SCHEDULED).exists():
        return
    if not article.asks:
        article.ask(now)
    elif article.asked_at and now - article.asked_at >= TIME_TO_ANSWER:
        # Refused where somebody has just said that it goes on, or another process has ended it.
        with suppress(NotAllowed):
            article.end_if_silent()
