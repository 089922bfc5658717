"""What a script asks to make everybody's one public page a reader's own: private, and never kept by a cache."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.models import Article
from tests.people import make_article, say

pytestmark = pytest.mark.django_db

ME = reverse("me")


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_a_stranger_has_no_name(client: Client) -> None:
    assert client.get(ME).json() == {"name": None}


def test_a_stranger_is_given_no_cookie_and_costs_no_query(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert not client.get(ME).cookies


def test_a_reader_has_a_public_name_and_nothing_else_is_told(nadia: User) -> None:
    response = signed_in(nadia).get(ME)
    assert response.json() == {"name": "Nadia", "moderator": False, "mine": []}
    assert nadia.email not in response.content.decode()


def test_moderators_are_told_that_they_are(mo: User, edith: User, ada: User) -> None:
    told = {person.name: signed_in(person).get(ME).json()["moderator"] for person in (mo, edith, ada)}
    assert told == {"Mo": True, "Edith": False, "Ada": True}


@pytest.mark.parametrize("who", ["stranger", "reader"])
def test_no_cache_keeps_it(client: Client, nadia: User, who: str) -> None:
    if who == "reader":
        client.force_login(nadia)
    response = client.get(ME)
    assert {"private", "no-store"} <= set(response["Cache-Control"].replace(" ", "").split(","))
    assert "Cookie" in response["Vary"]


def test_one_s_own_comments_on_the_article_are_named_newest_first(nadia: User, tom: User, article: Article) -> None:
    first = say(nadia, article)
    second = say(nadia, article, parent=say(tom, article))
    say(nadia, make_article("Another"))
    assert signed_in(nadia).get(f"{ME}?article={article.pk}").json()["mine"] == [second.pk, first.pk]


def test_a_stranger_is_told_of_nobody_s(client: Client, nadia: User, article: Article) -> None:
    say(nadia, article)
    assert client.get(f"{ME}?article={article.pk}").json() == {"name": None}


@pytest.mark.parametrize("number", ["", "x", "-1", "1.5", "9" * 30, "²", "1 OR 1=1", "%00"])
def test_an_article_that_is_none_has_none_of_them(nadia: User, article: Article, number: str) -> None:
    say(nadia, article)
    response = signed_in(nadia).get(f"{ME}?article={number}")
    assert (response.status_code, response.json()["mine"]) == (200, [])


def test_it_takes_few_queries(nadia: User, article: Article, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(5):
        say(nadia, article)
    reader = signed_in(nadia)
    # The session, the reader, two for permissions, the comments.
    with django_assert_num_queries(5):
        reader.get(f"{ME}?article={article.pk}")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_is_only_read(nadia: User, method: str) -> None:
    assert getattr(signed_in(nadia), method)(ME).status_code == 405
