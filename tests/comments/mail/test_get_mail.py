"""Who has chosen it is told by mail: five minutes later or each morning, one mail for all."""

import zoneinfo
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail

from accounts.models import User
from articles.models import Article
from comments import mailing
from comments.models import Comment, Notice
from comments.telling import mail_time
from tests.comments.mail.message import part, sent
from tests.comments.pages import without_marks
from tests.people import say
from tests.working import minutes_pass, wants_mail, work


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
