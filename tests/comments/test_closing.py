"""Comments close by themselves some time after their article ended; an editor may open them again. Old things go."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from articles.models import Article
from comments import housekeeping
from comments.models import Notice, Report
from tests.people import make_article, say

NOW = timezone.now()


def ended(days: float, **fields: Any) -> Article:
    article = make_article(**fields)
    article.end(NOW - timedelta(days=days))
    return article


def policy(article: Article) -> str:
    article.refresh_from_db()
    return article.comment_policy


def test_thirty_days_after_the_end_they_close(client: Client, nadia: User) -> None:
    old, newer, live = ended(31), ended(29), make_article()
    housekeeping.tidy(NOW)
    assert [policy(article) for article in (old, newer, live)] == ["closed", "open", "open"]
    client.force_login(nadia)
    assert "Comments on this article are closed." in client.get(f"{old.get_absolute_url()}comments/new/").text


def test_open_pages_are_told(article: Article) -> None:
    old = ended(31)
    before = old.change
    housekeeping.tidy(NOW)
    old.refresh_from_db()
    assert old.change == before + 1
    housekeeping.tidy(NOW)
    old.refresh_from_db()
    assert old.change == before + 1


def test_the_days_are_a_setting(db: None, settings: Any) -> None:
    settings.COMMENTS_CLOSE_AFTER_DAYS = 7
    article = ended(8)
    housekeeping.tidy(NOW)
    assert policy(article) == "closed"


def test_zero_is_never(db: None, settings: Any) -> None:
    settings.COMMENTS_CLOSE_AFTER_DAYS = 0
    article = ended(10_000)
    housekeeping.tidy(NOW)
    assert policy(article) == "open"


def test_those_that_are_held_first_close_too(db: None) -> None:
    article = ended(31, comment_policy="held")
    housekeeping.tidy(NOW)
    assert policy(article) == "closed"


def test_an_editor_who_opens_them_again_is_not_overruled(edith: User) -> None:
    article = ended(31)
    housekeeping.tidy(NOW)
    article.edit(by=edith, comment_policy="open")
    housekeeping.tidy(NOW + timedelta(minutes=1))
    assert policy(article) == "open"


def test_an_article_that_went_on_and_ended_again_closes_again(edith: User) -> None:
    article = ended(31)
    housekeeping.tidy(NOW)
    article.resume()
    article.edit(by=edith, comment_policy="open")
    article.end(NOW)
    housekeeping.tidy(NOW + timedelta(days=29))
    assert policy(article) == "open"
    housekeeping.tidy(NOW + timedelta(days=31))
    assert policy(article) == "closed"


def test_one_that_is_just_taken_up_again_stays_open(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    article = ended(31)
    edit = Article.edit

    def resumed_before(self: Article, **fields: Any) -> None:
        Article.objects.get(pk=self.pk).resume()
        edit(self, **fields)

    monkeypatch.setattr(Article, "edit", resumed_before)
    assert housekeeping.close_comments(NOW) == 0
    assert policy(article) == "open"


def test_some_at_a_time(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "CLOSED_AT_ONCE", 2)
    for _ in range(3):
        ended(31)
    assert [housekeeping.close_comments(NOW) for _ in range(3)] == [2, 1, 0]


# Hashes of addresses


def test_after_thirty_days_nobody_can_tell_from_where_somebody_reported(
    nadia: User, tom: User, article: Article
) -> None:
    comment = say(tom, article)
    comment.report("spam", address_hash="a" * 64)
    comment.report("spam", address_hash="b" * 64)
    comment.report("spam", by=nadia)
    Report.objects.filter(address_hash="a" * 64).update(created_at=NOW - timedelta(days=30, minutes=1))
    housekeeping.tidy(NOW)
    assert sorted(Report.objects.values_list("address_hash", flat=True)) == ["", "", "b" * 64]
    assert Report.objects.filter(reporter=nadia).exists()


# Notices


def test_after_half_a_year_the_bell_forgets(nadia: User, tom: User, article: Article) -> None:
    replies = [say(tom, article, parent=say(nadia, article)) for _ in range(2)]
    notices = [Notice.objects.create(reader=nadia, kind=Notice.Kind.REPLY, comment=reply) for reply in replies]
    Notice.objects.filter(pk=notices[0].pk).update(created_at=NOW - timedelta(days=180, minutes=1))
    housekeeping.tidy(NOW)
    assert list(Notice.objects.all()) == notices[1:]
