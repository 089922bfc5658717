"""Everywhere somebody is signed in."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from accounts.models import User

# Texts wait in some: a few are a megabyte.
SESSIONS_AT_ONCE = 50


def end_sessions(person: User) -> None:
    """All of them: texts wait in them. The store has no index by person, so each is opened, some at a time."""
    last = ""
    while found := list(Session.objects.filter(pk__gt=last).order_by("pk")[:SESSIONS_AT_ONCE]):
        theirs = [session.pk for session in found if _whose(session) == str(person.pk)]
        if theirs:
            Session.objects.filter(pk__in=theirs).delete()
        last = found[-1].pk


def _whose(session: Any) -> str | None:
    whose: str | None = session.get_decoded().get(SESSION_KEY)
    return whose
