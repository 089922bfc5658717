"""The worker of the tests: what waits after an answer is done when a test says so."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import User
from comments import housekeeping
from comments.models import Notice
from newsroom import worker


def work() -> int:
    """Does all that is due now. How many tasks there were."""
    done = 0
    while worker.run_due():
        done += 1
    return done


def wants_mail(person: User, when: str = "at-once") -> User:
    """Somebody with a confirmed address who has chosen to be mailed."""
    EmailAddress.objects.get_or_create(user=person, email=person.email, verified=True, primary=True)
    User.objects.filter(pk=person.pk).update(mail_me=when)
    person.refresh_from_db()
    return person


def minutes_pass(minutes: float, now: datetime | None = None) -> int:
    """Moves what waits to be mailed into the past, as if so much time had gone; then the worker does what is due."""
    for notice in Notice.objects.exclude(mail_at=None):
        Notice.objects.filter(pk=notice.pk).update(
            mail_at=notice.mail_at - timedelta(minutes=minutes),
            taken_at=notice.taken_at and notice.taken_at - timedelta(minutes=minutes),
        )
    housekeeping.enqueue_due(now or timezone.now())
    return work()


def told(person: User) -> list[tuple[str, int]]:
    """What the bell tells somebody, oldest first: kind and comment."""
    return [(notice.kind, notice.comment_id) for notice in reversed(Notice.objects.of(person))]


def headers(**more: Any) -> dict[str, Any]:
    """Of a browser in which somebody opens a page."""
    return {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document", **more}
