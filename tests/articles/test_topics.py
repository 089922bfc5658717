"""An editor opens a topic: its address may not be one of the site's own."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import get_resolver

from accounts.models import User
from articles.models import Article, Topic
from articles.validators import RESERVED_SLUGS
from tests.newsroom.pages import read
from tests.people import make_article

pytestmark = pytest.mark.django_db


def topic(slug: str) -> Topic:
    return Topic(name="A topic", slug=slug)


@pytest.mark.parametrize("slug", ["syria", "weather-2025", "سوريا", "3-seas", "live-music", "tags-and-more"])
def test_an_address_of_words_is_accepted_and_found(client: Client, slug: str) -> None:
    found = topic(slug)
    found.full_clean()
    found.save()
    make_article(topic=found)
    assert read(client, found.get_absolute_url()).text("h1") == "A topic"


@pytest.mark.parametrize(
    "slug", ["admin", "accounts", "me", "c", "static", "live", "api", "feeds", "moderation", "Admin"]
)
def test_an_address_of_the_site_itself_is_refused(slug: str) -> None:
    with pytest.raises(ValidationError, match=f"“{slug}” is an address of the site itself"):
        topic(slug).full_clean()


@pytest.mark.parametrize("slug", ["2014", "1", "٢٠١٤"])
def test_an_address_of_digits_is_refused_since_days_have_them(slug: str) -> None:
    with pytest.raises(ValidationError, match="is an address of the site itself"):
        topic(slug).full_clean()


@pytest.mark.parametrize("slug", ["two words", "a/b", "a.b", "", "a" * 81])
def test_what_cannot_stand_in_an_address_is_refused(slug: str) -> None:
    with pytest.raises(ValidationError):
        topic(slug).full_clean()


def test_every_first_segment_that_the_site_has_today_is_reserved() -> None:
    patterns = [str(entry.pattern) for entry in get_resolver().url_patterns]
    for entry in get_resolver().url_patterns:
        if not str(entry.pattern):
            patterns += [str(inner.pattern) for inner in entry.url_patterns]  # type: ignore[union-attr]
    firsts = {pattern.partition("/")[0].partition(".")[0] for pattern in patterns if not pattern.startswith("<")}
    assert {"admin", "accounts", "me", "c"} <= firsts
    assert firsts - {""} <= RESERVED_SLUGS


def test_two_topics_cannot_share_an_address() -> None:
    topic("weather").save()
    with pytest.raises(ValidationError, match="already exists"):
        topic("weather").full_clean()


@pytest.mark.parametrize("slug", ["2025", "12", "٢٠١٤"])
def test_an_article_s_address_has_a_word_too(article: Article, slug: str) -> None:
    article.slug = slug
    with pytest.raises(ValidationError, match="An address of digits alone would read as a date"):
        article.full_clean()


@pytest.mark.parametrize("zone", ["Berlin", "UTC+3", "../etc/passwd", "", "Europe/Atlantis"])
def test_an_article_s_time_zone_is_one_that_exists(article: Article, zone: str) -> None:
    article.time_zone = zone
    with pytest.raises(ValidationError):
        article.full_clean()


def test_a_topic_lists_its_articles_newest_first(client: Client) -> None:
    first, second = make_article("First"), make_article("Second")
    Article.objects.create(topic=first.topic, title="Draft", slug="d", time_zone="UTC", language="en")
    assert read(client, "/weather/").texts("h3") == ["Second", "First"]
    assert second.topic == first.topic


def test_a_topic_is_found_once_something_in_it_is_public(client: Client) -> None:
    topic("sea").save()
    read(client, "/sea/", 404)
    make_article(topic=Topic.objects.get(slug="sea"))
    read(client, "/sea/?utm_source=mail")


def test_an_address_that_readers_know_stays(client: Client, edith: User) -> None:
    make_article()
    client.force_login(edith)
    found = Topic.objects.get(slug="weather")
    client.post(f"/admin/articles/topic/{found.pk}/change/", {"name": "Weather", "slug": "storms", "description": ""})
    found.refresh_from_db()
    assert found.slug == "weather"


@pytest.mark.parametrize("query", ["after=", "before="])
def test_beyond_the_last_article_there_is_no_page(client: Client, article: Article, query: str) -> None:
    read(client, f"/weather/?{query}{'-1~1' if query == 'after=' else f'{2**52}~1'}", 404)


def test_twenty_articles_a_page(client: Client) -> None:
    for number in range(21):
        make_article(f"Number {number}")
    first = read(client, "/weather/")
    assert len(first.all("article.teaser")) == 20
    (link,) = first.attributes('nav a[rel="next"]', "href")
    assert read(client, "/weather/" + link).texts("h3") == ["Number 0"]


def test_a_topic_that_is_none_is_not_found(client: Client) -> None:
    read(client, "/sea/", 404)
