"""A correspondent publishes at the desk: what is sent, what comes back, what is said where it fails."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.models import Article, Byline, Entry
from tests.articles.desk import Desk
from tests.people import make_entry

pytestmark = pytest.mark.django_db


def test_all_fields_arrive(desk: Desk, article: Article, carla: User) -> None:
    Byline.objects.create(name="Carla Reyes", owner=carla)
    answer = desk.send(
        article,
        headline="Gate 3",
        text="It is *shut*.",
        bylines=["Carla", "Carla Reyes"],
        label="unconfirmed",
        source_url="port.example/news",
        tags="Port, North  Sea, port",
        is_key_event="on",
        pin="on",
    )
    assert answer.status_code == 200, answer.content
    entry = Entry.objects.get(pk=answer.json()["id"])
    assert (entry.headline, entry.byline, entry.tag_list) == ("Gate 3", "Carla, Carla Reyes", ["port", "north sea"])
    assert (entry.label, entry.source_url) == ("unconfirmed", "https://port.example/news")
    assert (entry.is_key_event, entry.is_pinned, entry.state) == (True, True, "published")


def test_a_publish_takes_at_most_twelve_statements(
    desk: Desk, article: Article, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(40):
        make_entry(article)
    with django_assert_max_num_queries(12):
        assert desk.send(article, text="The dike holds.", bylines=["Carla"]).status_code == 200


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": " "}, "There is nothing to read yet"),
        ({"text": "One", "source_url": "no link"}, "Write the source as a whole link"),
        ({"text": "One", "at": "noon"}, "Write the time as 2026-05-31 14:30."),
        ({"text": "One", "bylines": ["Somebody"]}, "“Somebody” is no byline of yours"),
        ({"text": "One", "photographs": "[{]"}, "Enter a valid JSON."),
        ({"text": "One", "photographs": '[{"id": "x"}]'}, "The photographs did not come through"),
        ({"text": "One", "key": "none"}, "Enter a valid UUID."),
    ],
)
def test_what_cannot_be_taken_is_said_in_a_sentence(
    desk: Desk, article: Article, fields: dict[str, Any], sentence: str
) -> None:
    answer = desk.send(article, **fields)
    assert answer.status_code == 422
    assert sentence in answer.json()["error"]
    assert not Entry.objects.exists()


def test_a_time_is_the_article_s(desk: Desk, article: Article) -> None:
    desk.send(article, text="Earlier.", at="2026-01-15T10:00")
    assert Entry.objects.get().published_at.isoformat() == "2026-01-15T09:00:00+00:00"


def test_a_time_to_come_schedules(desk: Desk, article: Article) -> None:
    noon = timezone.now().astimezone(article.zone) + timedelta(days=1)
    answer = desk.send(article, text="Later.", at=f"{noon:%Y-%m-%dT%H:%M}")
    assert answer.json()["state"] == "scheduled"
    assert Entry.objects.get().scheduled_for == noon.replace(second=0, microsecond=0)


def test_a_hold_is_her_own(desk: Desk, article: Article, carla: User) -> None:
    assert desk.post(reverse("admin:desk_hold"), seconds="7").json() == {"seconds": 7}
    answer = desk.send(article, text="Wait.").json()
    assert answer["state"] == "scheduled"
    assert desk.act(Entry.objects.get(), "unschedule").json()["state"] == "draft"


@pytest.mark.parametrize("seconds", ["11", "-1", "", "x"])
def test_a_hold_is_ten_seconds_at_most(desk: Desk, seconds: str) -> None:
    assert desk.post(reverse("admin:desk_hold"), seconds=seconds).status_code == 422


def test_an_article_that_is_not_there(desk: Desk, article: Article) -> None:
    address = reverse("admin:desk_send", args=[article.pk + 1, "publish"])
    assert desk.post(address, key=str(uuid4()), text="One").status_code == 404


def test_a_preview_is_by_the_renderer_of_the_site(desk: Desk) -> None:
    answer = desk.post(reverse("admin:desk_preview"), text="The *dike* <b>holds</b>.")
    assert json.loads(answer.content)["html"] == "<p>The <em>dike</em> &lt;b&gt;holds&lt;/b&gt;.</p>\n"


# Signed out


def test_who_is_signed_out_is_told_so_and_not_sent_away(article: Article) -> None:
    answer = Desk(None).send(article, text="The dike holds.")
    assert answer.status_code == 401
    assert "Sign in again: what you wrote is still here." in answer.json()["error"]


def test_nothing_goes_out_under_the_name_of_who_signed_in_meanwhile(article: Article, carla: User, edith: User) -> None:
    address = reverse("admin:desk_send", args=[article.pk, "publish"])
    headers = {"accept": "application/json", "x-desk-person": str(carla.pk)}
    data = {"key": str(uuid4()), "text": "Carla wrote this."}
    answer = Desk(edith).client.post(address, data, headers=headers)
    assert (answer.status_code, "Somebody else is signed in now" in answer.json()["error"]) == (403, True)
    assert not Entry.objects.exists()
