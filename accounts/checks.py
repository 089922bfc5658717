from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from accounts.models import SAMPLE_DOMAIN


@register("startup", Tags.database)
def sample_people_stay_at_home(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Their passwords are in the documentation."""
    if settings.DEBUG or not databases:
        return []
    try:
        found = get_user_model().objects.filter(email__endswith=SAMPLE_DOMAIN, is_active=True).exists()
    except DatabaseError:
        # Not migrated, or away: nobody can sign in either, and pages from the cache may still be served.
        return []
    if not found:
        return []
    return [
        Error(
            "DEBUG is off and this database holds the sample people, whose passwords everybody knows.",
            hint="Use another database (DATABASE_URL), or set DEBUG=1 to try the site on this machine only.",
            id="accounts.E001",
        )
    ]


@register("startup", Tags.security)
def codes_reach_their_readers(**kwargs: Any) -> list[CheckMessage]:
    if settings.DEBUG or settings.EMAIL_URL != settings.NO_EMAIL_URL:
        return []
    return [
        Warning(
            "EMAIL_URL is not set: the codes to sign in with are handed to a mail server on this machine, port 25.",
            hint="Set EMAIL_URL=smtp+tls://user:secret@mail.example:587 and EMAIL_FROM.",
            id="accounts.W001",
        )
    ]


@register("startup", Tags.security)
def staff_prove_it_twice(**kwargs: Any) -> list[CheckMessage]:
    if settings.DEBUG or settings.STAFF_SECOND_FACTOR:
        return []
    return [
        Warning(
            "STAFF_SECOND_FACTOR is off: whoever reads a correspondent's mail can publish here.",
            hint="Remove STAFF_SECOND_FACTOR from the environment; staff are then led to set up a second factor.",
            id="accounts.W002",
        )
    ]
