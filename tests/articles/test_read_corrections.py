"""Readers see what was wrong: on the entry, on a page for each article, and on one for all."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.models import Article, Entry, correct
from tests.newsroom.pages import read
from tests.people import make_article, make_entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def corrected(article: Article, carla: User) -> Entry:
    entry = make_entry(article, "Five people.", author=carla)
    correct(entry, "It said <five>. It was four.", by=carla, text="Four people.")
    return entry


def test_the_entry_says_so_wherever_it_stands(corrected: Entry, client: Client) -> None:
    article = corrected.article
    for address in (
        article.get_absolute_url(),
        f"{article.get_absolute_url()}{corrected.day}/",
        corrected.get_absolute_url(),
        corrected.day.strftime("/%Y/%m/%d/"),
    ):
        assert "It said <five>. It was four." in read(client, address).text(".correction")


def test_open_pages_are_told(corrected: Entry, client: Client) -> None:
    answer = client.get(f"/live/{corrected.article_id}/changes?after={corrected.change - 1}").json()
    assert "It said &lt;five&gt;. It was four." in answer["entries"][0]["html"]


def test_they_are_listed_for_the_article_and_for_all(corrected: Entry, client: Client, carla: User) -> None:
    other = make_entry(make_article("Another"), author=carla)
    correct(other, "A name was wrong.", by=carla, text="Better.")
    every = read(client, "/corrections/").text("main")
    assert "A name was wrong." in every
    assert "It said <five>." in every
    one = read(client, f"{corrected.article.get_absolute_url()}corrections/").text("main")
    assert "It said <five>." in one
    assert "A name was wrong." not in one


def test_what_is_withdrawn_is_not_listed(corrected: Entry, client: Client) -> None:
    corrected.withdraw()
    assert "Nothing has been corrected." in read(client, "/corrections/").text("main")


def test_a_page_without_corrections_asks_for_none(
    article: Article, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_entry(article)
    with django_assert_num_queries(6):
        client.get(article.get_absolute_url())


def test_a_page_with_many_asks_once(
    article: Article, carla: User, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(5):
        correct(make_entry(article, author=carla), "Wrong.", by=carla, text="Right.")
    with django_assert_num_queries(7):
        client.get(article.get_absolute_url())
