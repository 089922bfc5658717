"""A reader comes to the site: what is live now, then what has ended, latest first."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from articles.models import Article
from tests.newsroom.pages import read, read_on
from tests.people import make_article, make_entry

pytestmark = pytest.mark.django_db

MONDAY = datetime(2025, 6, 2, 9, tzinfo=UTC)


def test_an_empty_site_says_so(client: Client) -> None:
    assert "Nothing has been published yet." in read(client, "/").text("main")


def test_what_is_live_comes_first_then_what_is_paused_each_by_its_last_update(client: Client) -> None:
    ended, quiet, paused, busy = (make_article(title) for title in ("Ended", "Quiet", "Paused", "Busy"))
    for article, minutes in ((quiet, 1), (busy, 2), (paused, 3)):
        make_entry(article, at=MONDAY + timedelta(minutes=minutes))
    paused.pause()
    ended.end()
    page = read(client, "/")
    assert page.texts("h3") == ["Busy", "Quiet", "Paused", "Ended"]
    assert page.texts(".live-now h3") == ["Busy", "Quiet", "Paused"]
    assert page.texts(".live-now .state") == ["Live", "Live", "Paused"]


def test_drafts_and_what_is_not_published_are_not_there(client: Client, article: Article) -> None:
    Article.objects.create(topic=article.topic, title="Secret", slug="secret", time_zone="UTC", language="en")
    make_entry(article, "Withdrawn words.").withdraw()
    article.entries.create(text="Draft words.")
    html = read(client, "/").html
    assert "Secret" not in html
    assert "words" not in html


def test_each_live_article_shows_its_four_latest_entries_in_its_own_time(client: Client) -> None:
    article = make_article(time_zone="Asia/Tokyo", at=MONDAY)
    for hour in range(6):
        make_entry(article, f"Hour {hour}", MONDAY + timedelta(hours=hour))
    page = read(client, "/")
    assert page.texts(".events a > span") == ["Hour 5", "Hour 4", "Hour 3", "Hour 2"]
    hours = [time.partition("T")[2] for time in page.attributes(".events time", "datetime")]
    assert hours == ["23:00:00+09:00", "22:00:00+09:00", "21:00:00+09:00", "20:00:00+09:00"]
    assert "23:00" in page.texts(".events time")[0]


def test_the_ended_ones_stand_under_the_day_they_began(client: Client) -> None:
    for title, at in (("A", MONDAY), ("B", MONDAY - timedelta(days=1)), ("C", MONDAY + timedelta(hours=1))):
        make_article(title, at=at).end()
    page = read(client, "/")
    assert page.texts("section.day h2") == ["Monday 2 June 2025", "Sunday 1 June 2025"]
    assert page.texts("h3") == ["C", "A", "B"]


def test_older_ones_are_a_page_further_without_what_is_live(client: Client) -> None:
    make_article("Live")
    for number in range(45):
        make_article(f"Number {number}", at=MONDAY - timedelta(hours=number)).end()
    pages = list(read_on(client, "/"))
    titles = [page.texts("section.day h3") for page in pages]
    assert [len(shown) for shown in titles] == [20, 20, 5]
    assert [title for shown in titles for title in shown] == [f"Number {number}" for number in range(45)]
    assert [len(page.all(".live-now")) for page in pages] == [1, 0, 0]


@pytest.mark.parametrize(
    "query", ["after=x", "after=1", "after=1~2~3", "before=1~x", f"after={'9' * 40}~1", "after=-1~1"]
)
def test_a_page_that_was_never_given_out_is_not_found(client: Client, article: Article, query: str) -> None:
    article.end()
    read(client, f"/?{query}", 404)


def test_the_topics_are_linked(client: Client, article: Article) -> None:
    assert article.topic.get_absolute_url() in read(client, "/").attributes("nav.topics a", "href")


def test_many_live_articles_take_no_more_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(10):
        article = make_article(f"Live {number}")
        make_entry(article)
        make_article(f"Ended {number}").end()
    # The ended, the live, their latest entries, the topics.
    with django_assert_num_queries(5):
        client.get("/")
