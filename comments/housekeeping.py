"""What happens to comments by itself: the worker's clock (newsroom/worker.py) calls it each minute, in each process."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q

from articles.models import Article, Conflict
from comments.mailing import enqueue_due
from comments.models import Notice, Report

# How long the keyed hash of an address is kept of somebody who reported without an account.
HASHES_KEPT_FOR = timedelta(days=30)
# Nobody reads a bell from last season; the comments it told of stay.
NOTICES_KEPT_FOR = timedelta(days=180)
AT_ONCE = 500
CLOSED_AT_ONCE = 50


def tidy(now: datetime) -> int:
    """Says how much it did."""
    return enqueue_due(now) + close_comments(now) + forget_addresses(now) + forget_notices(now)


def close_comments(now: datetime) -> int:
    """So many days after an article ended its comments close, once: an editor may open them again."""
    if not settings.COMMENTS_CLOSE_AFTER_DAYS:
        return 0
    since = now - timedelta(days=settings.COMMENTS_CLOSE_AFTER_DAYS)
    ended = Article.objects.filter(state=Article.State.ENDED, ended_at__lt=since)
    ended = ended.exclude(comment_policy=Article.CommentPolicy.CLOSED)
    not_yet = ended.filter(Q(comments_closed_at=None) | Q(comments_closed_at__lte=F("ended_at")))
    closed = 0
    for article in not_yet.order_by("ended_at")[:CLOSED_AT_ONCE]:
        as_read = {
            "state": article.state,
            "ended_at": article.ended_at,
            "comments_closed_at": article.comments_closed_at,
        }
        # Somebody has just taken it up again, or another process was first.
        with suppress(Conflict):
            article.edit(based_on=as_read, comment_policy=Article.CommentPolicy.CLOSED, comments_closed_at=now)
            closed += 1
    return closed


def forget_addresses(now: datetime) -> int:
    old = Report.objects.exclude(address_hash="").filter(created_at__lt=now - HASHES_KEPT_FOR)
    found = list(old.order_by().values_list("pk", flat=True)[:AT_ONCE])
    return Report.objects.filter(pk__in=found).update(address_hash="") if found else 0


def forget_notices(now: datetime) -> int:
    # The oldest have the lowest ids: no index on their time is needed.
    oldest = list(Notice.objects.order_by("pk").values_list("pk", "created_at")[:AT_ONCE])
    old = [pk for pk, created_at in oldest if created_at < now - NOTICES_KEPT_FOR]
    return Notice.objects.filter(pk__in=old).delete()[0] if old else 0
