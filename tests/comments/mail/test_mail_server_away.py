"""The mail server is away and workers are killed: each mail still comes, once, and holds up nobody else's."""

from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from articles.models import Article
from comments import mailing
from comments.models import Comment, Notice
from tests.people import make_person, say
from tests.working import minutes_pass, wants_mail, work


class Server:
    """What the mail server answers: exceptions first, then yes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.opening: list[Exception] = []
        self.sending: list[Exception] = []
        backend = "django.core.mail.backends.locmem.EmailBackend"
        take = mail.get_connection(backend).send_messages.__func__

        def open_(connection: Any) -> None:
            if self.opening:
                raise self.opening.pop()

        def send(connection: Any, messages: Any) -> int:
            if self.sending:
                raise self.sending.pop()
            return take(connection, messages)

        monkeypatch.setattr(f"{backend}.open", open_)
        monkeypatch.setattr(f"{backend}.send_messages", send)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    return Server(monkeypatch)


def tries_come_due() -> int:
    DBTaskResult.objects.update(run_after=timezone.now())
    mailing._away_until = 0.0
    return work()


@pytest.mark.parametrize("error", [ConnectionRefusedError("No."), TimeoutError("No."), SMTPServerDisconnected("No.")])
def test_where_it_does_not_answer_the_mail_is_sent_later_once(reply: Comment, server: Server, error: Exception) -> None:
    server.opening = [error] * 2
    minutes_pass(5)
    assert mail.outbox == []
    assert Notice.objects.get().taken_at is None
    tries_come_due()
    assert mail.outbox == []
    tries_come_due()
    assert len(mail.outbox) == 1
    minutes_pass(60)
    assert tries_come_due() >= 0
    assert len(mail.outbox) == 1


def test_while_it_is_away_not_every_mail_waits_for_it(
    monkeypatch: pytest.MonkeyPatch, tom: User, carla: User, article: Article, root: Comment, server: Server
) -> None:
    server.opening = [TimeoutError("No.")]
    say(wants_mail(carla), article, parent=say(tom, article, parent=root))
    say(tom, article, "And @Carla, @Nadia", parent=root)
    work()
    minutes_pass(5)
    # The second did not try.
    assert server.opening == []
    assert mail.outbox == []
    tries_come_due()
    assert {message.to[0] for message in mail.outbox} == {"nadia@example.org", "carla@example.org"}


def test_where_it_says_no_it_is_asked_again(reply: Comment, server: Server) -> None:
    server.sending = [SMTPDataError(451, b"Later.")]
    minutes_pass(5)
    assert Notice.objects.get().taken_at is None
    tries_come_due()
    assert len(mail.outbox) == 1


def test_an_address_that_is_none_any_more_is_not_tried_for_ever(
    reply: Comment, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.sending = [SMTPRecipientsRefused({"nadia@example.org": (550, b"Nobody.")})]
    minutes_pass(5)
    tries_come_due()
    assert mail.outbox == []
    assert Notice.objects.get().done_at
    assert "takes no mail for reader" in caplog.text
    assert "nadia@example.org" not in caplog.text


def test_where_nobody_knows_whether_it_went_out_the_same_mail_is_sent_ten_minutes_later(
    nadia: User, tom: User, article: Article, root: Comment, reply: Comment, server: Server
) -> None:
    """Its Message-ID is the same too, though there is more to tell by then: that comes in another."""
    server.sending = [SMTPServerDisconnected("In the midst.")]
    minutes_pass(5)
    expected = mailing.message_id(Notice.objects.get().pk)
    later = say(tom, article, "Later words.", parent=root)
    work()
    minutes_pass(5)
    tries_come_due()
    # What is new does not wait for it.
    assert [message.body.count("Later words.") for message in mail.outbox] == [1]
    minutes_pass(6)
    tries_come_due()
    assert len(mail.outbox) == 2
    again = mail.outbox[1]
    assert again.extra_headers["Message-ID"] == expected
    assert "The dike holds." in again.body
    assert "Later words." not in again.body
    assert Notice.objects.get(comment=later).done_at


def test_a_task_that_was_lost_is_made_again(reply: Comment) -> None:
    Notice.objects.update(mail_at=timezone.now() - timedelta(minutes=1))
    assert mailing.enqueue_due(timezone.now()) == 1
    assert mailing.enqueue_due(timezone.now()) == 0
    DBTaskResult.objects.all().delete()
    assert mailing.enqueue_due(timezone.now()) == 1
    work()
    assert len(mail.outbox) == 1
    assert mailing.enqueue_due(timezone.now()) == 0


def test_a_mail_for_nobody_is_none(db: None) -> None:
    assert mailing.mail(123_456_789) == 0


def test_whose_mail_is_refused_again_and_again_holds_up_nobody_else_s(
    nadia: User, tom: User, reply: Comment, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few readers are looked at each minute: those who have a task already are not among them."""
    monkeypatch.setattr(mailing, "READERS_AT_ONCE", 1)
    later = timezone.now() + timedelta(minutes=6)
    assert mailing.enqueue_due(later) == 1
    rosa = say(wants_mail(make_person("Rosa")), article)
    say(tom, article, parent=rosa)
    for task in DBTaskResult.objects.filter(task_path__endswith=".tell"):
        task.task.call(*task.args_kwargs["args"])
    assert mailing.enqueue_due(later + timedelta(minutes=6)) == 1
    waiting = DBTaskResult.objects.filter(task_path__endswith=".mail").values_list("args_kwargs", flat=True)
    assert sorted(arguments["args"][0] for arguments in waiting) == sorted([nadia.pk, rosa.author_id])
