"""Times as exports write them."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo


def parse_time(utc: str, local: str, zone: ZoneInfo) -> datetime | None:
    """The first of the two that is a time. WordPress writes 0000-00-00 for one it does not have."""
    for text, its_zone in ((utc, UTC), (local, zone)):
        try:
            return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=its_zone)
        except ValueError:
            continue
    return None


def parse_mail_time(text: str) -> datetime | None:
    """ "Mon, 07 Jul 2014 06:00:00 +0000", as feeds write it."""
    try:
        time = parsedate_to_datetime(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
