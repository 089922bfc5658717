"""What is thrown away by itself. The site's clock calls it every minute; all of it may be done twice, or not at all."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection

from accounts.models import User

# Nobody is signed in there any more; longer than a session lasts, so that no waiting text goes with it.
UNFINISHED = timedelta(days=30)
AT_ONCE = 500


def tidy(now: datetime) -> int:
    """Accounts that never got a name, sessions that have ended, limits that are over. Says how many rows are gone."""
    return _unfinished_accounts(now) + _ended_sessions(now) + _limits(now)


def _unfinished_accounts(now: datetime) -> int:
    """A code was typed and no name chosen, so nothing was ever written. Unconfirmed accounts there are none: an account
    begins with a right code."""
    nameless = User.objects.filter(name="", is_staff=False, last_login__lt=now - UNFINISHED)
    # Who has worked here stays: what they decided names them.
    nameless = nameless.filter(decisions=None, entries=None, bylines=None, comments=None)
    found = list(nameless.values_list("pk", flat=True)[:AT_ONCE])
    return User.objects.filter(pk__in=found).delete()[0] if found else 0


def _ended_sessions(now: datetime) -> int:
    """A few at a time, by the index: a delete of a million would hold up everybody."""
    ended = list(Session.objects.filter(expire_date__lt=now).values_list("pk", flat=True)[:AT_ONCE])
    return Session.objects.filter(pk__in=ended).delete()[0] if ended else 0


def _limits(now: datetime) -> int:
    table = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE expires < %s",  # noqa: S608 -- a name of our own
            [connection.ops.adapt_datetimefield_value(now)],
        )
        return int(cursor.rowcount)
