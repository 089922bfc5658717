"""A reader mutes somebody, finds them in a list, and hears them again. Nobody learns of it."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertRedirects

from accounts.models import User
from articles.models import Article
from comments.models import Mute
from tests.comments.pages import read
from tests.people import say

LIST = "/accounts/muted/"


@pytest.fixture
def loud(tom: User, article: Article) -> User:
    say(tom, article)
    return tom


def path(person: User) -> str:
    return f"/people/{person.pk}/mute/"


def test_a_reader_mutes_somebody_and_undoes_it(reader: Client, nadia: User, loud: User) -> None:
    page = read(reader.get(path(loud)))
    assert page.one("button").text == "Mute"
    assert not Mute.objects.exists()
    assertRedirects(reader.post(path(loud), {"action": "mute"}), path(loud))
    assert Mute.objects.filter(reader=nadia, muted=loud).count() == 1
    page = read(reader.get(path(loud)))
    assert page.one("button").text == "No longer mute"
    reader.post(path(loud), {"action": "unmute"})
    assert not Mute.objects.exists()


def test_twice_is_once(reader: Client, loud: User) -> None:
    for _ in range(2):
        assert reader.post(path(loud), {"action": "mute"}).status_code == 302
    assert Mute.objects.count() == 1


def test_the_list_has_a_button_for_each(
    reader: Client, loud: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert "Nobody." in read(reader.get(LIST)).text
    reader.post(path(loud), {"action": "mute"})
    with django_assert_num_queries(3):
        page = read(reader.get(LIST))
    assert page.one("ul", "keys").one("bdi").text == "Tom"
    form = page.one("ul", "keys").one("form")
    assertRedirects(reader.post(form["action"], {"from": "settings", "action": "unmute"}), LIST)
    assert not Mute.objects.exists()


def test_who_was_muted_can_be_heard_again_whatever_became_of_their_comments(reader: Client, loud: User) -> None:
    reader.post(path(loud), {"action": "mute"})
    loud.comments.all().withdraw()
    assert reader.post(path(loud), {"action": "unmute"}).status_code == 302
    assert reader.get(path(loud)).status_code == 404


def test_nobody_mutes_themselves(reader: Client, nadia: User, article: Article) -> None:
    say(nadia, article)
    assert reader.post(path(nadia), {"action": "mute"}).status_code == 404
    assert not Mute.objects.exists()


def test_whoever_has_said_nothing_cannot_be_told_from_nobody(reader: Client, tom: User) -> None:
    silent, nobody = reader.get(path(tom)), reader.get("/people/999999/mute/")
    assert silent.status_code == nobody.status_code == 404
    assert silent.content == nobody.content
    assert reader.post(path(tom), {"action": "mute"}).status_code == 404


def test_it_is_for_who_is_signed_in(client: Client, loud: User) -> None:
    for answer in (client.get(path(loud)), client.post(path(loud), {"action": "mute"}), client.get(LIST)):
        assert answer.status_code == 302
        assert "/accounts/login/" in answer["Location"]
    assert not Mute.objects.exists()


def test_the_muted_see_nothing_of_it(client: Client, nadia: User, loud: User) -> None:
    Mute.objects.create(reader=nadia, muted=loud)
    client.force_login(loud)
    for page in ("/accounts/data/", LIST, "/accounts/comments/"):
        answer = client.get(page)
        said = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert b"Nadia" not in said
