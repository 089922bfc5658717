"""The next day's edition: tomorrow's article in the topic, linked both ways."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from accounts.models import User
from articles.models import Article
from tests.people import make_article

pytestmark = pytest.mark.django_db


def test_it_is_a_draft_with_the_same_settings_and_tomorrow_s_address(edith: User) -> None:
    today = make_article("Storm", slug="storm", language="ar", time_zone="Asia/Baghdad", comment_policy="held")
    made = today.make_next_edition(by=edith)
    day = timezone.now().astimezone(today.zone).date() + timedelta(days=1)
    assert (made.state, made.slug, made.topic) == ("draft", f"storm-{day}", today.topic)
    assert (made.language, made.time_zone, made.comment_policy) == ("ar", "Asia/Baghdad", "held")
    assert (made.previous_edition, today.next_edition) == (today, made)


def test_asked_twice_it_is_one(article: Article, edith: User) -> None:
    assert article.make_next_edition(by=edith) == article.make_next_edition(by=edith)
    assert Article.objects.count() == 2


def test_the_day_takes_the_place_of_the_day_before(edith: User) -> None:
    made = make_article(slug="storm-2026-01-02").make_next_edition(by=edith)
    assert made.slug.count("-") == 3


def test_open_pages_of_the_day_before_are_told_when_it_goes_live(article: Article, edith: User) -> None:
    made = article.make_next_edition(by=edith)
    article.refresh_from_db()
    before = article.own_change
    made.go_live(by=edith)
    article.refresh_from_db()
    assert article.own_change > before


def test_a_correspondent_makes_none(article: Article, carla: User) -> None:
    with pytest.raises(PermissionDenied):
        article.make_next_edition(by=carla)


def test_the_day_before_and_the_next_show_a_new_title(article: Article, edith: User, client: Client) -> None:
    made = article.make_next_edition(by=edith)
    made.go_live(by=edith)
    third = made.make_next_edition(by=edith)
    third.go_live(by=edith)
    tags = [client.get(a.get_absolute_url())["ETag"] for a in (article, third)]
    Article.objects.get(pk=made.pk).edit(by=edith, title="The flood")
    for edition, tag in zip((article, third), tags, strict=True):
        page = client.get(edition.get_absolute_url(), headers={"if-none-match": tag})
        assert "The flood" in page.content.decode()
