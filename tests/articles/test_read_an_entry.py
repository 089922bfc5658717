"""A reader follows a link to one entry: itself, its neighbours, and what others say about it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.models import Article, Entry
from comments.models import Comment
from tests.newsroom.pages import read
from tests.people import make_article, make_entry, say

pytestmark = pytest.mark.django_db

MONDAY = datetime(2025, 6, 2, 9, tzinfo=UTC)


def test_it_shows_its_headline_text_time_and_byline(article: Article, client: Client) -> None:
    entry = make_entry(article, "The *sea* rises.", MONDAY, headline="Flood", byline="Carla M.", is_key_event=True)
    page = read(client, entry.get_absolute_url())
    assert page.text("h1") == "Flood"
    assert page.text("title").startswith("Flood – Storm over the coast – ")
    assert page.text("article.entry .text") == "The sea rises."
    assert page.attribute("article.entry .meta time", "datetime") == "2025-06-02T11:00:00+02:00"
    assert "2 June 2025, 11:00 CEST" in page.text("article.entry .meta")
    assert "Carla M." in page.text("article.entry .byline")
    assert "Key event" in page.text("article.entry .mark")


def test_without_a_headline_its_first_words_name_it(article: Article, client: Client) -> None:
    entry = make_entry(article, "The *sea* rises & the [road](https://r.example) is closed.")
    page = read(client, entry.get_absolute_url())
    assert page.text("title").startswith("The sea rises & the road is closed. – ")
    assert page.text("h1") == "Update: Storm over the coast"


@pytest.mark.parametrize("step", [timedelta(minutes=1), timedelta(0)], ids=["apart", "in the same second"])
def test_its_neighbours_are_linked(article: Article, client: Client, step: timedelta) -> None:
    entries = [make_entry(article, f"Number {n}", MONDAY + n * step) for n in range(5)]
    Entry.objects.get(pk=entries[3].pk).withdraw()
    make_entry(make_article("Another"), at=MONDAY)
    article.entries.create(text="A draft")
    page = read(client, entries[2].get_absolute_url())
    for place in ("nav a", "head link"):
        assert page.attribute(f'{place}[rel="prev"]', "href") == entries[4].get_absolute_url()
        assert page.attribute(f'{place}[rel="next"]', "href") == entries[1].get_absolute_url()
    assert page.text('nav a[rel="prev"]') == "Later Number 4"
    assert page.text('nav a[rel="next"]') == "Earlier Number 1"


def test_the_first_and_the_last_have_one_neighbour(article: Article, client: Client) -> None:
    first, last = make_entry(article, at=MONDAY), make_entry(article)
    assert read(client, first.get_absolute_url()).attributes("nav a[rel]", "rel") == ["prev"]
    assert read(client, last.get_absolute_url()).attributes("nav a[rel]", "rel") == ["next"]


def test_only_what_is_said_about_it_stands_below(article: Article, client: Client, nadia: User) -> None:
    entry, other = make_entry(article), make_entry(article)
    Comment.objects.post(article, "About this one.", author=nadia, entry=entry)
    Comment.objects.post(article, "About the other.", author=nadia, entry=other)
    say(nadia, article, "About the article.")
    assert read(client, entry.get_absolute_url()).texts(".comment .text") == ["About this one."]


def test_a_draft_is_not_found(article: Article, client: Client) -> None:
    read(client, article.entries.create(text="A draft").get_absolute_url(), 404)


def test_an_entry_of_another_article_is_not_found_here(article: Article, client: Client) -> None:
    entry = make_entry(make_article("Another"))
    read(client, entry.get_absolute_url())
    read(client, f"{article.get_absolute_url()}{entry.pk}/", 404)


def test_a_withdrawn_one_of_another_article_is_not_found_here(article: Article, client: Client) -> None:
    entry = make_entry(make_article("Another"))
    entry.withdraw()
    read(client, f"{article.get_absolute_url()}{entry.pk}/", 404)


def test_an_entry_of_a_draft_article_is_not_found(client: Client, article: Article) -> None:
    waiting = Article.objects.create(topic=article.topic, title="W", slug="w", time_zone="UTC", language="en")
    read(client, make_entry(waiting).get_absolute_url(), 404)


def test_a_withdrawn_one_is_gone(article: Article, client: Client) -> None:
    entry = make_entry(article)
    entry.withdraw()
    read(client, entry.get_absolute_url(), 410)


@pytest.mark.parametrize("number", ["0", "9" * 30, "007x"])
def test_a_number_that_is_no_entry_s_is_not_found(article: Article, client: Client, number: str) -> None:
    read(client, f"{article.get_absolute_url()}{number}/", 404)


def test_it_takes_few_queries(
    article: Article, client: Client, nadia: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    entries = [make_entry(article) for _ in range(5)]
    Comment.objects.post(article, "About this one.", author=nadia, entry=entries[2])
    # The article, the entry, its two neighbours, two for the conversations.
    with django_assert_num_queries(6):
        client.get(entries[2].get_absolute_url())
