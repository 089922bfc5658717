"""Somebody leaves the site: signed out and shut out at once, and erased by a worker soon after.

What others answered stays in its place. Each step is done once however often it is tried, so a worker may be killed
between any two: another goes on.
"""

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from accounts.models import User
from accounts.sessions import end_sessions
from comments import tasks
from comments.models import Comment, Notice

COMMENTS_AT_ONCE = 200


def may_leave(person: User) -> bool:
    """Not who has worked here: what moderators have decided keeps its moderator, and a byline its owner."""
    return not (person.is_staff or person.decisions.exists() or person.bylines.exists() or person.entries.exists())


def is_oneself(person: User, typed: str) -> bool:
    typed = " ".join(typed.split()).casefold()
    return bool(typed) and typed in (person.name.casefold(), person.email.casefold())


def leave(person: User) -> None:
    with transaction.atomic():
        User.objects.filter(pk=person.pk).update(is_active=False, mail_me=User.Mail.NEVER)
        tasks.erase_person.enqueue(person.pk)


def erase_person(person_id: int) -> None:
    person = User.objects.filter(pk=person_id, is_active=False).first()
    # Erased before, or taken back by an administrator, who has opened the account again.
    if person is None or not may_leave(person):
        return
    while _erase_comments(person):
        pass
    end_sessions(person)
    with transaction.atomic():
        # A comment that was on its way when the account was closed holds this lock until it is there.
        if not User.objects.select_for_update().filter(pk=person_id).values_list("pk", flat=True):
            return
        while _erase_comments(person):
            pass
        # Mutes, follows, notices and addresses go with the account; recommendations and reports lose its name.
        about = ContentType.objects.get_for_model(User)
        LogEntry.objects.filter(content_type=about, object_id=str(person.pk)).update(object_repr="")
        person.delete()


def _erase_comments(person: User) -> int:
    """Some of them, for good. How many; 0 at the end."""
    mine = Comment.objects.filter(author=person).order_by("pk").values_list("pk", flat=True)
    ids = list(mine[:COMMENTS_AT_ONCE])
    if ids:
        # First: once a comment is erased nothing tells any more whose it was.
        Notice.objects.filter(comment__in=ids).delete()
        Comment.objects.filter(pk__in=ids).erase()
    return len(ids)
