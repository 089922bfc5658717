"""What a script asks to make everybody's one public page a reader's own: private, and never kept by a cache."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.models import Article
from comments.models import Mute, Notice
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
    assert response.json() == {"id": nadia.pk, "name": "Nadia", "moderator": False, "picks": False, "unseen": 0}
    assert nadia.email not in response.content.decode()


def test_moderators_are_told_that_they_are(mo: User, edith: User, ada: User) -> None:
    told = {person.name: signed_in(person).get(ME).json()["moderator"] for person in (mo, edith, ada)}
    assert told == {"Mo": True, "Edith": False, "Ada": True}
    picks = {person.name: signed_in(person).get(ME).json()["picks"] for person in (mo, edith, ada)}
    assert picks == {"Mo": True, "Edith": True, "Ada": True}


@pytest.mark.parametrize("who", ["stranger", "reader"])
def test_no_cache_keeps_it(client: Client, nadia: User, who: str) -> None:
    if who == "reader":
        client.force_login(nadia)
    response = client.get(ME)
    assert {"private", "no-store"} <= set(response["Cache-Control"].replace(" ", "").split(","))
    assert "Cookie" in response["Vary"]


def test_one_s_own_comments_on_the_article_are_named_with_the_time_until_which_they_can_be_edited(
    nadia: User, tom: User, article: Article
) -> None:
    first = say(nadia, article)
    second = say(nadia, article, parent=say(tom, article))
    say(nadia, make_article("Another"))
    mine = signed_in(nadia).get(f"{ME}?article={article.pk}").json()["mine"]
    assert mine == {str(one.pk): int(one.created_at.timestamp()) + 600 for one in (second, first)}


def test_what_one_recommends_and_whom_one_mutes_is_named(nadia: User, tom: User, article: Article) -> None:
    comment, other = say(tom, article), say(tom, make_article("Another"))
    for one in (comment, other):
        one.recommend(nadia)
    Mute.objects.create(reader=nadia, muted=tom)
    Mute.objects.create(reader=tom, muted=nadia)
    told = signed_in(nadia).get(f"{ME}?article={article.pk}").json()
    assert (told["recommended"], told["muted"]) == ([comment.pk], [tom.pk])


def test_scripts_may_post_in_the_name_of_who_is_signed_in(nadia: User) -> None:
    assert "csrftoken" in signed_in(nadia).get(ME).cookies


def test_what_one_was_not_told_of_yet_is_counted_unless_it_is_hidden(
    nadia: User, tom: User, mo: User, article: Article
) -> None:
    for comment in (say(tom, article), hidden := say(tom, article)):
        Notice.objects.create(reader=nadia, kind=Notice.Kind.REPLY, comment=comment)
    hidden.hide(mo, "abuse")
    assert signed_in(nadia).get(ME).json()["unseen"] == 1


def test_a_stranger_is_told_of_nobody_s(client: Client, nadia: User, article: Article) -> None:
    say(nadia, article)
    assert client.get(f"{ME}?article={article.pk}").json() == {"name": None}


@pytest.mark.parametrize("number", ["", "x", "-1", "1.5", "9" * 30, "²", "1 OR 1=1", "%00"])
def test_an_article_that_is_none_has_none_of_them(nadia: User, article: Article, number: str) -> None:
    say(nadia, article)
    response = signed_in(nadia).get(f"{ME}?article={number}")
    assert response.status_code == 200
    assert not response.json().get("mine")


def test_it_takes_few_queries(nadia: User, article: Article, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(5):
        say(nadia, article)
    reader = signed_in(nadia)
    # The session, the reader; the notices, the comments, what is recommended and who is muted.
    with django_assert_num_queries(6):
        reader.get(f"{ME}?article={article.pk}")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_is_only_read(nadia: User, method: str) -> None:
    assert getattr(signed_in(nadia), method)(ME).status_code == 405
