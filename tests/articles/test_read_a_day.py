"""One day of an article has an address of its own, with the days before and after it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from articles.models import Article
from tests.newsroom.pages import read, read_on
from tests.people import make_article, make_entry

pytestmark = pytest.mark.django_db

MONDAY = datetime(2025, 6, 2, 9, tzinfo=UTC)


@pytest.fixture
def base(article: Article) -> str:
    """Entries at noon on three days, with one day between the second and the third left out."""
    for days in (0, 1, 3):
        make_entry(article, f"Day {days}", MONDAY + timedelta(days=days))
    return article.get_absolute_url()


def test_it_shows_the_entries_of_that_day_only(client: Client, base: str) -> None:
    page = read(client, f"{base}2025-06-03/")
    assert page.texts("article.entry .text") == ["Day 1"]
    assert page.texts("h2") == ["Tuesday 3 June 2025"]
    assert "3 June 2025" in page.text("title")


def test_it_links_to_the_nearest_days_that_have_entries(client: Client, base: str) -> None:
    page = read(client, f"{base}2025-06-03/")
    assert page.attribute('link[rel="prev"]', "href") == f"{base}2025-06-05/"
    assert page.attribute('link[rel="next"]', "href") == f"{base}2025-06-02/"
    assert page.texts("nav.pages a")[:2] == ["5 June 2025", "2 June 2025"]


def test_the_first_and_the_last_day_link_one_way(client: Client, base: str) -> None:
    assert read(client, f"{base}2025-06-05/").all('link[rel="prev"]') == []
    assert read(client, f"{base}2025-06-02/").all('link[rel="next"]') == []


def test_a_long_day_has_further_pages(client: Client, article: Article) -> None:
    ids = [make_entry(article, at=MONDAY + timedelta(seconds=n // 3)).pk for n in range(60)][::-1]
    make_entry(article, at=MONDAY - timedelta(days=1))
    pages = [page.entries() for page in read_on(client, f"{article.get_absolute_url()}2025-06-02/")]
    assert pages == [ids[:50], ids[50:]]


@pytest.mark.parametrize("day", ["2025-06-04", "2025-06-01", "2024-06-02", "2025-02-30", "2025-13-01", "0000-01-01"])
def test_a_day_without_entries_or_that_is_none_is_not_found(client: Client, base: str, day: str) -> None:
    read(client, f"{base}{day}/", 404)


def test_a_day_whose_last_entry_is_withdrawn_is_no_day(client: Client, article: Article, base: str) -> None:
    article.entries.get(text="Day 1").withdraw()
    read(client, f"{base}2025-06-03/", 404)
    assert read(client, f"{base}2025-06-02/").attribute('link[rel="prev"]', "href") == f"{base}2025-06-05/"


def test_a_day_is_the_article_s_own(client: Client) -> None:
    evening = datetime(2025, 6, 2, 20, tzinfo=UTC)
    tokyo = make_article("Tokyo", time_zone="Asia/Tokyo")
    make_entry(tokyo, at=evening)
    read(client, f"{tokyo.get_absolute_url()}2025-06-03/")
    read(client, f"{tokyo.get_absolute_url()}2025-06-02/", 404)
