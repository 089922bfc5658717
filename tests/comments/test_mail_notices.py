"""Who has chosen it is told by mail: five minutes later or each morning, one mail for all, and stopped by one click."""

import json
import zoneinfo
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from html.parser import HTMLParser
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from articles.models import Article
from comments import mailing
from comments.models import Comment, Follow, Mute, Notice
from comments.telling import mail_time
from tests.comments.pages import read
from tests.comments.test_text_survives import HOSTILE_NAME, NAUGHTY
from tests.people import make_person, say
from tests.working import minutes_pass, wants_mail, work

BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(autouse=True)
def _site(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SITE_URL = "https://news.example"
    settings.SITE_NAME = "The Gazette"
    monkeypatch.setattr(mailing, "_away_until", 0.0)


@pytest.fixture
def root(nadia: User, article: Article) -> Comment:
    return say(wants_mail(nadia), article)


@pytest.fixture
def reply(tom: User, article: Article, root: Comment) -> Comment:
    reply = say(tom, article, "The dike holds.", parent=root)
    work()
    return reply


def sent() -> EmailMessage:
    (message,) = mail.outbox
    return message.message()  # type: ignore[return-value]


def part(message: Any, kind: str) -> str:
    (found,) = [one for one in message.walk() if one.get_content_type() == kind]
    return found.get_payload(decode=True).decode()


def without_marks(text: str) -> str:
    return text.translate({0x2068: None, 0x2069: None})


# When


def test_by_itself_nothing_is_mailed(nadia: User, tom: User, article: Article) -> None:
    say(tom, article, parent=say(nadia, article))
    work()
    minutes_pass(60 * 24)
    assert mail.outbox == []
    assert Notice.objects.get().mail_at is None


def test_who_has_no_confirmed_address_is_told_on_the_site_alone(nadia: User, tom: User, article: Article) -> None:
    User.objects.filter(pk=nadia.pk).update(mail_me="at-once")
    say(tom, article, parent=say(nadia, article))
    work()
    assert Notice.objects.get().mail_at is None


def test_at_once_is_after_five_minutes(reply: Comment) -> None:
    assert minutes_pass(4) == 0
    assert mail.outbox == []
    minutes_pass(1)
    assert len(mail.outbox) == 1
    minutes_pass(60)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("now", "mailed"),
    [
        ("2026-03-02 05:00", "2026-03-02 07:00"),
        ("2026-03-02 06:54", "2026-03-02 07:00"),
        ("2026-03-02 06:56", "2026-03-03 07:00"),
        ("2026-03-02 23:58", "2026-03-03 07:00"),
        # The night in which the clocks go forward.
        ("2026-03-28 20:00", "2026-03-29 07:00"),
    ],
)
def test_daily_is_at_seven_in_the_site_s_zone(nadia: User, settings: Any, now: str, mailed: str) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    nadia.mail_me = "daily"
    found = mail_time(nadia, datetime.fromisoformat(now).replace(tzinfo=berlin).astimezone(UTC))
    assert found == datetime.fromisoformat(mailed).replace(tzinfo=berlin)


def test_a_day_s_news_come_in_one_mail(nadia: User, tom: User, mo: User, article: Article) -> None:
    root = say(wants_mail(nadia, "daily"), article)
    for number in range(3):
        say(tom, article, f"The {number}th thing.", parent=root)
    root.pick(mo)
    work()
    minutes_pass(60 * 24)
    assert sent()["Subject"] == "[The Gazette] 4 pieces of news for you"
    text = without_marks(part(sent(), "text/plain"))
    assert text.count("Tom has answered you on “Storm over the coast”.") == 3
    assert "The editors have picked your comment" in text
    assert "The 2th thing." in text


def test_who_has_very_much_news_is_led_to_the_bell(nadia: User, tom: User, article: Article, root: Comment) -> None:
    for number in range(mailing.MOST_IN_A_MAIL + 5):
        say(tom, article, f"The {number}th thing.", parent=root)
    work()
    minutes_pass(5)
    assert "And 5 more: https://news.example/notices/" in part(sent(), "text/plain")
    assert not Notice.objects.filter(done_at=None).exists()


# What is dropped


@pytest.mark.parametrize(
    "happens",
    [
        "it is hidden",
        "it is withdrawn",
        "it is seen on the site",
        "its writer is muted",
        "the conversation is left",
        "mail is stopped",
        "the account is closed",
    ],
)
def test_what_is_no_longer_news_by_then_is_not_mailed(
    nadia: User, tom: User, mo: User, root: Comment, reply: Comment, happens: str
) -> None:
    {
        "it is hidden": lambda: reply.hide(mo, "abuse"),
        "it is withdrawn": reply.withdraw,
        "it is seen on the site": lambda: Notice.objects.of(nadia).mark_seen(timezone.now()),
        "its writer is muted": lambda: Mute.objects.create(reader=nadia, muted=tom),
        "the conversation is left": lambda: Follow.objects.create(reader=nadia, conversation=root, left=True),
        "mail is stopped": lambda: User.objects.filter(pk=nadia.pk).update(mail_me="never"),
        "the account is closed": lambda: User.objects.filter(pk=nadia.pk).update(is_active=False),
    }[happens]()
    minutes_pass(5)
    assert mail.outbox == []
    assert not Notice.objects.filter(done_at=None, reader=nadia).exclude(mail_at=None).filter(comment=reply).exists()
    minutes_pass(60)
    assert [message for message in mail.outbox if "The dike holds." in message.body] == []


def test_a_hide_that_was_undone_is_not_mailed(nadia: User, mo: User, root: Comment) -> None:
    root.hide(mo, "abuse")
    work()
    root.restore(mo)
    minutes_pass(5)
    assert mail.outbox == []


def test_a_hide_is_mailed_with_its_reason_and_without_the_moderator(nadia: User, mo: User, root: Comment) -> None:
    root.hide(mo, "off-topic", "Note for the team")
    work()
    minutes_pass(5)
    text = part(sent(), "text/plain")
    assert "Reason: off topic." in text
    assert f"https://news.example/c/{root.pk}/mine/" in text
    assert "Note for the team" not in sent().as_string()
    assert "Mo " not in text


def test_after_three_days_it_is_no_news_any_more(reply: Comment) -> None:
    minutes_pass(5 + 60 * 24 * 3)
    assert mail.outbox == []
    assert Notice.objects.get().done_at


# What it is


def test_it_says_who_where_and_what_and_leads_there(root: Comment, reply: Comment) -> None:
    minutes_pass(5)
    message = sent()
    assert message["To"] == "nadia@example.org"
    assert without_marks(str(mail.outbox[0].subject)) == "[The Gazette] Tom has answered you on “Storm over the coast”."
    for kind in ("text/plain", "text/html"):
        said = without_marks(part(message, kind))
        assert "Tom has answered you on “Storm over the coast”." in said
        assert "The dike holds." in said
        assert f"https://news.example/c/{reply.pk}/#c{reply.pk}" in said
        assert "https://news.example/accounts/notifications/" in said
        assert "You asked The Gazette to tell you by mail." in said


def test_it_speaks_the_site_s_language_whatever_the_article_s(settings: Any, article: Article, reply: Comment) -> None:
    settings.LANGUAGE_CODE = "ar"
    minutes_pass(5)
    assert 'lang="ar" dir="rtl"' in part(sent(), "text/html")


def test_holiday_replies_are_not_wanted(reply: Comment) -> None:
    minutes_pass(5)
    assert sent()["Auto-Submitted"] == "auto-generated"


def test_a_subject_is_one_line_whatever_the_site_is_called(
    settings: Any, tom: User, article: Article, root: Comment
) -> None:
    settings.SITE_NAME = "The\r\nBcc: everybody@example.org\nGazette"
    User.objects.filter(pk=tom.pk).update(name="Tom\r\nBcc: all@example.org")
    tom.refresh_from_db()
    say(tom, article, parent=root)
    work()
    minutes_pass(5)
    assert sent()["Bcc"] is None
    assert "\n" not in mail.outbox[0].subject
    assert mail.outbox[0].recipients() == ["nadia@example.org"]


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.hrefs: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _value in attrs]
        self.hrefs += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


EXPECTED = {"html", "head", "meta", "title", "body", "h1", "p", "a", "blockquote", "hr"}


def assert_inert(message: Any) -> Page:
    page = Page(part(message, "text/html"))
    assert set(page.tags) <= EXPECTED
    assert set(page.attributes) <= {"href", "lang", "dir", "charset"}
    assert all(href.startswith("https://news.example/") for href in page.hrefs)
    return page


def test_markup_in_names_and_texts_is_shown_as_it_was_typed(tom: User, article: Article, root: Comment) -> None:
    User.objects.filter(pk=tom.pk).update(name=HOSTILE_NAME)
    tom.refresh_from_db()
    say(tom, article, "<script>alert(1)</script> & {{ settings.SECRET_KEY }}", parent=root)
    work()
    minutes_pass(5)
    page = assert_inert(sent())
    assert HOSTILE_NAME in page.text
    assert "<script>alert(1)</script> & {{ settings.SECRET_KEY }}" in page.text
    assert "<script>alert(1)</script> & {{ settings.SECRET_KEY }}" in part(sent(), "text/plain")


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the hostile texts are not beside the repository")
def test_every_naughty_string_can_be_a_text_and_a_name(
    monkeypatch: pytest.MonkeyPatch, tom: User, article: Article, root: Comment
) -> None:
    monkeypatch.setattr(mailing, "MOST_IN_A_MAIL", 1000)
    texts = json.loads(NAUGHTY.read_text())
    for text in texts:
        reply = say(tom, article, f"{text} .....", parent=root)
        Comment.objects.filter(pk=reply.pk).update(name=reply.text[:40])
    work()
    minutes_pass(5)
    assert assert_inert(sent()).tags.count("blockquote") > len(texts) * 0.9


# Stopped by one click


def test_one_click_in_the_mail_program_stops_them_all(nadia: User, reply: Comment) -> None:
    minutes_pass(5)
    assert sent()["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = sent()["List-Unsubscribe"].strip("<>")
    assert address.startswith("https://news.example/accounts/mail/stop/")
    stranger = Client(enforce_csrf_checks=True)
    path = address.removeprefix("https://news.example")
    answer = stranger.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    nadia.refresh_from_db()
    assert nadia.mail_me == "never"
    assert "You get no more news by mail." in read(stranger.get(path)).text


def test_opening_the_link_asks_first(nadia: User, reply: Comment) -> None:
    path = mailing.stop_address(nadia).removeprefix("https://news.example")
    client = Client(enforce_csrf_checks=True)
    page = read(client.get(path))
    assert page.one("button").text == "Send me no more mail"
    nadia.refresh_from_db()
    assert nadia.mail_me == "at-once"
    assert "no more news" in read(client.post(path)).text


@pytest.mark.parametrize("token", ["1", "1:x", "x", "%00", "1:" + "a" * 200])
def test_a_link_that_nobody_was_sent_stops_nothing(nadia: User, token: str) -> None:
    wants_mail(nadia)
    for method in ("get", "post"):
        answer = getattr(Client(), method)(f"/accounts/mail/stop/{token}/")
        assert answer.status_code == 404
        assert "no-store" in answer["Cache-Control"]
    nadia.refresh_from_db()
    assert nadia.mail_me == "at-once"


# Chosen on one's own page


def test_a_reader_chooses(client: Client, nadia: User) -> None:
    client.force_login(nadia)
    path = "/accounts/notifications/"
    assert "no confirmed address" in read(client.get(path)).text
    wants_mail(nadia, "never")
    assert "nadia@example.org" in read(client.get(path)).text
    assert client.post(path, {"mail_me": "daily"}).status_code == 302
    nadia.refresh_from_db()
    assert nadia.mail_me == "daily"
    assert client.post(path, {"mail_me": "hourly"}).status_code == 422
    nadia.refresh_from_db()
    assert nadia.mail_me == "daily"


def test_settings_are_for_who_is_signed_in(client: Client) -> None:
    assert client.get("/accounts/notifications/").status_code == 302


# The mail server is away, and workers are killed


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
