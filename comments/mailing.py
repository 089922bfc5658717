"""Notices by mail: all that is due to a reader in one mail, looked at again right before, and each mailed once.

They are taken in a transaction of their own before the mail is sent, and done after. A worker killed between the two
leaves them taken; ten minutes later they are taken again, by themselves, so that the mail is the same as before with
the same Message-ID. That is the only case where somebody may get a mail twice: it cannot be known whether it went out.
"""

import hashlib
import hmac
import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Min
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.adapter import site_name
from accounts.addresses import confirmed
from accounts.models import User
from comments import tasks
from comments.models import Decision, Follow, Mute, Notice
from comments.sentences import place, quote, sentence

logger = logging.getLogger(__name__)

# In one mail; whoever has more looks at the bell.
MOST_IN_A_MAIL = 30
READERS_AT_ONCE = 200
# Looked at for one mail; what lies beyond comes with the next.
MOST_AT_ONCE = 500
# Later than this nobody wants to be told by mail; the bell still says it.
TOO_LATE = timedelta(days=3)
# Where the mail server was away just now, the next mail does not wait for it to say so again.
AWAY_FOR = 20.0

_away_until = 0.0


class MailServerAway(OSError):
    """Nothing was sent; it is tried again."""


def enqueue_due(now: datetime) -> int:
    """Each minute: a task for every reader to whom something is due and who has none yet."""
    unfinished = [TaskResultStatus.READY, TaskResultStatus.RUNNING]
    waiting = DBTaskResult.objects.filter(task_path=tasks.mail.module_path, status__in=unfinished)
    have_one = {arguments["args"][0] for arguments in waiting.values_list("args_kwargs", flat=True)}
    # Those who have waited longest first: whose mail is refused again and again holds up nobody else's.
    due = Notice.objects.to_mail(now).exclude(reader__in=have_one).order_by().values_list("reader")
    readers = {pk for pk, _first in due.annotate(first=Min("mail_at")).order_by("first")[:READERS_AT_ONCE]}
    for reader in sorted(readers):
        tasks.mail.enqueue(reader)
    return len(readers)


def mail(reader_id: int, now: datetime | None = None) -> int:
    """Sends a reader what is due, in one mail. Returns how many notices it told of."""
    now = now or timezone.now()
    reader = User.objects.filter(pk=reader_id).first()
    if reader is None:
        return 0
    taken = _take(reader, now)
    if not taken:
        return 0
    news = _still_news(reader, taken, now)
    address = confirmed([reader]).get(reader.pk)
    if news and address:
        # The number of the newest taken, whether or not it is still news: of the same notices, the same again.
        _send(_message(reader, address, news, number=max(notice.pk for notice in taken)), taken)
    _ids(taken).update(done_at=timezone.now())
    return len(news)


def _take(reader: User, now: datetime) -> list[Notice]:
    """Claims what is due, which is committed before anything is sent. What a killed worker had taken comes first and
    alone."""
    with transaction.atomic():
        due = Notice.objects.filter(reader=reader).to_mail(now).select_for_update(skip_locked=True, of=("self",))
        due = due.select_related("comment__article__topic", "decision").defer(
            "comment__html", "comment__article__lead_html"
        )
        found = list(due.order_by("pk")[:MOST_AT_ONCE])
        left = min((notice.taken_at for notice in found if notice.taken_at), default=None)
        taken = [notice for notice in found if notice.taken_at == left]
        _ids(taken).update(taken_at=now)
    return taken


def _still_news(reader: User, notices: list[Notice], now: datetime) -> list[Notice]:
    """What is still to be told by mail, newest first: all that was checked when it was made is checked again."""
    if not reader.is_active or reader.mail_me == User.Mail.NEVER:
        return []
    muted = set(Mute.objects.filter(reader=reader).values_list("muted", flat=True))
    trees = Follow.objects.filter(reader=reader, left=True).values_list("conversation__tree_id", flat=True)
    left = set(trees)
    about = [notice.decision_id for notice in notices if notice.decision_id]
    undone = set(Decision.objects.filter(undoes__in=about).values_list("undoes", flat=True))
    return [
        notice
        for notice in notices
        if not notice.seen_at
        and notice.mail_at
        and now - notice.mail_at < TOO_LATE
        and (_is_own_news(notice, undone) if notice.kind in Notice.ABOUT_OWN else notice.comment.visible)
        and (notice.kind in Notice.ABOUT_OWN or notice.comment.author_id not in muted)
        and (notice.kind in Notice.ABOUT_OWN or notice.comment.tree_id not in left)
    ]


def _is_own_news(notice: Notice, undone: set[int | None]) -> bool:
    if notice.comment.author_id != notice.reader_id or notice.decision_id in undone:
        return False
    return notice.kind != Notice.Kind.PICK or (notice.comment.visible and notice.comment.picked_at is not None)


def _message(reader: User, address: str, news: list[Notice], number: int) -> EmailMultiAlternatives:
    with translation.override(settings.LANGUAGE_CODE):
        told = [
            {"sentence": sentence(one), "quote": quote(one), "address": absolute(place(one))}
            for one in news[:MOST_IN_A_MAIL]
        ]
        context: dict[str, Any] = {
            "told": told,
            "more": len(news) - len(told),
            "site": site_name(),
            "notices": absolute(reverse("notices")),
            "settings": absolute(reverse("notifications")),
            "stop": stop_address(reader),
            "subject": _subject(news),
        }
        text = render_to_string("comments/mail/news.txt", context)
        html = render_to_string("comments/mail/news.html", context)
    headers = {
        "Message-ID": message_id(number),
        "List-Unsubscribe": f"<{context['stop']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        # No holiday replies.
        "Auto-Submitted": "auto-generated",
    }
    message = EmailMultiAlternatives(context["subject"], text, None, [address], headers=headers)
    message.attach_alternative(html, "text/html")
    return message


def _subject(news: list[Notice]) -> str:
    if len(news) == 1:
        return f"[{site_name()}] {' '.join(sentence(news[0]).split())}"[:200]
    said = ngettext("%(count)d piece of news for you", "%(count)d pieces of news for you", len(news))
    return f"[{site_name()}] {said % {'count': len(news)}}"


def _send(message: EmailMultiAlternatives, taken: list[Notice]) -> None:
    """Where it surely was not sent, what was taken is free again; where nobody knows, it stays taken for a while."""
    connection = get_connection()
    try:
        _open(connection)
        connection.send_messages([message])
    except SMTPRecipientsRefused as error:
        if any(code < 500 for code, _said in error.recipients.values()):
            _release(taken)
            raise
        # For good: nobody is at this address any more.
        logger.warning("The mail server takes no mail for reader %d, who is told on the site only.", taken[0].reader_id)
    except (SMTPResponseException, MailServerAway):
        _release(taken)
        raise
    finally:
        with suppress(OSError):
            connection.close()


def _open(connection: BaseEmailBackend) -> None:
    global _away_until
    if time.monotonic() < _away_until:
        raise MailServerAway("The mail server was away just now.")
    try:
        connection.open()
    except OSError as error:
        _away_until = time.monotonic() + AWAY_FOR
        raise MailServerAway(f"The mail server does not answer: {error}") from error


def _release(taken: list[Notice]) -> None:
    """As they were before: those that a killed worker had taken stay together."""
    _ids(taken).update(taken_at=taken[0].taken_at)


def stop_address(reader: User) -> str:
    """Stops all mails with one click, for whoever has the mail: in no session, for as long as the account is there."""
    return absolute(reverse("mail-stop", args=[Signer(salt="mail-stop").sign(str(reader.pk))]))


def reader_of(token: str) -> int | None:
    try:
        return int(Signer(salt="mail-stop").unsign(token))
    except (BadSignature, ValueError):
        return None


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def message_id(number: int) -> str:
    """The same for the same notices, and no number that somebody could count with."""
    sealed = hmac.new(settings.SECRET_KEY.encode(), f"notice {number}".encode(), hashlib.sha256).hexdigest()
    return f"<{sealed[:32]}@{urlsplit(settings.SITE_URL).hostname}>"


def _ids(notices: Iterable[Notice]) -> Any:
    return Notice.objects.filter(pk__in=[notice.pk for notice in notices])
