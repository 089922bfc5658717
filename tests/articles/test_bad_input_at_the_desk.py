"""What no form of ours sends: a sentence, never a fault of the site's own, and nothing written."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from articles.models import Article, Byline, Entry, Photograph
from tests.people import make_entry

pytestmark = pytest.mark.django_db


def send(person: User, article: Article, **fields: Any) -> Any:
    client = Client()
    client.force_login(person)
    address = reverse("admin:desk_send", args=[article.pk, "publish"])
    data = {"key": str(uuid4()), "text": "The dike holds."} | fields
    return client.post(address, data, headers={"accept": "application/json"})


@pytest.mark.parametrize(
    "fields",
    [
        {"at": "0001-01-01T00:00"},
        {"at": "0001-01-01T00:00+10:00"},
        {"at": "9999-12-31T23:59-10:00"},
        {"photographs": '[{"id": Infinity}]'},
        {"photographs": json.dumps([{"id": 10**30}])},
        {"photographs": '[{"id": 1, "alt": 5}]'},
        {"photographs": '{"a": 1}'},
        {"photographs": "5"},
        {"tags": "a" * 300},
        {"based_on": "9" * 40},
        {"headline": "x\0y"},
        {"source_url": "http://[::1"},
        {"label": "sure"},
    ],
)
def test_a_sentence(article: Article, carla: User, fields: dict[str, str]) -> None:
    answer = send(carla, article, **fields)
    assert answer.status_code == 422
    assert answer.json()["error"].endswith((".", ")"))
    assert not Entry.objects.exists()


def test_more_names_than_a_byline_holds(article: Article, carla: User) -> None:
    names = [f"{'n' * 70}{number}" for number in range(5)]
    for name in names:
        Byline.objects.create(name=name, owner=carla)
    answer = send(carla, article, bylines=names)
    assert (answer.status_code, "too many names" in answer.json()["error"]) == (422, True)


@pytest.mark.parametrize("alt", ["\\u0000The dike", "\\ud83dThe dike"])
def test_what_no_database_takes_is_left_out(article: Article, carla: User, alt: str) -> None:
    photograph = Photograph.objects.create(by=carla, name="a" * 24, width=1, height=1, widths="1", fallback_width=1)
    answer = send(carla, article, photographs=f'[{{"id": {photograph.pk}, "alt": "{alt}"}}]')
    assert answer.status_code == 200
    photograph.refresh_from_db()
    assert photograph.alt == "The dike"


@pytest.mark.parametrize("tag", ["%00", "a%00b", "%ED%A0%80", "x" * 5000])
def test_a_tag_that_is_none(article: Article, client: Client, tag: str) -> None:
    make_entry(article)
    assert client.get(f"{article.get_absolute_url()}?tag={tag}").status_code in (200, 404)


def test_who_is_signed_out_and_has_no_script_gets_the_text_back(article: Article) -> None:
    address = reverse("admin:desk_send", args=[article.pk, "publish"])
    answer = Client().post(address, {"key": str(uuid4()), "text": "A precious line."})
    assert answer.status_code == 401
    assert "A precious line.</textarea>" in answer.content.decode()
