"""All that was reported on a day, across articles, each by the calendar of its own zone."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from articles.models import Article
from tests.newsroom.pages import read, read_on
from tests.people import make_article, make_entry

pytestmark = pytest.mark.django_db

MONDAY = datetime(2025, 6, 2, 9, tzinfo=UTC)


def test_it_shows_the_entries_of_all_articles_newest_first(client: Client) -> None:
    first, second = make_article("First"), make_article("Second", time_zone="Asia/Tokyo")
    for hour, article in enumerate((first, first, second, first)):
        make_entry(article, f"Hour {hour}", MONDAY + timedelta(hours=hour))
    page = read(client, "/2025/06/02/")
    assert page.text("h1") == "Monday 2 June 2025"
    assert page.texts("article.entry .text") == ["Hour 3", "Hour 2", "Hour 1", "Hour 0"]
    assert page.texts("h2") == ["First", "Second", "First"]
    assert page.attributes("article.entry .when time", "datetime")[:2] == [
        "2025-06-02T14:00:00+02:00",
        "2025-06-02T20:00:00+09:00",
    ]


def test_each_entry_stands_on_its_own_article_s_day(client: Client) -> None:
    evening = datetime(2025, 6, 2, 20, tzinfo=UTC)
    make_entry(make_article("Berlin"), "Still Monday", evening)
    make_entry(make_article("Tokyo", time_zone="Asia/Tokyo"), "Tuesday already", evening)
    assert read(client, "/2025/06/02/").texts("article.entry .text") == ["Still Monday"]
    assert read(client, "/2025/06/03/").texts("article.entry .text") == ["Tuesday already"]


def test_the_nearest_days_are_linked(article: Article, client: Client) -> None:
    for days in (0, 2, 7):
        make_entry(article, at=MONDAY + timedelta(days=days))
    page = read(client, "/2025/06/04/")
    assert page.attribute('link[rel="prev"]', "href") == "/2025/06/09/"
    assert page.attribute('link[rel="next"]', "href") == "/2025/06/02/"
    assert page.texts("nav.pages a") == ["9 June 2025", "2 June 2025"]


def test_what_readers_may_not_see_makes_no_day(article: Article, client: Client) -> None:
    make_entry(article, at=MONDAY).withdraw()
    waiting = Article.objects.create(topic=article.topic, title="W", slug="w", time_zone="UTC", language="en")
    make_entry(waiting, at=MONDAY)
    article.entries.create(text="A draft")
    read(client, "/2025/06/02/", 404)
    make_entry(article, "Seen", MONDAY + timedelta(days=1))
    page = read(client, "/2025/06/03/")
    assert page.texts("article.entry .text") == ["Seen"]
    assert page.all('link[rel="next"]') == []


@pytest.mark.parametrize("day", ["2025/02/30", "2025/00/10", "0000/01/01", "2025/6/2", "9999/12/31", "٢٠٢٥/٠٦/٠٢"])
def test_a_day_that_is_none_is_not_found(article: Article, client: Client, day: str) -> None:
    make_entry(article, at=MONDAY)
    read(client, f"/{day}/", 404)


def test_a_long_day_has_further_pages(article: Article, client: Client) -> None:
    other = make_article("Another")
    ids = [make_entry((article, other)[n % 2], at=MONDAY + timedelta(seconds=n // 4)).pk for n in range(70)][::-1]
    pages = [page.entries() for page in read_on(client, "/2025/06/02/")]
    assert pages == [ids[:50], ids[50:]]


def test_many_articles_take_no_more_queries(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(12):
        make_entry(make_article(f"Number {number}"), at=MONDAY + timedelta(minutes=number))
    # The entries with their articles and topics, the day before, the day after.
    with django_assert_num_queries(4):
        client.get("/2025/06/02/")
