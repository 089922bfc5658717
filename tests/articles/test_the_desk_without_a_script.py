"""The desk where no script runs: plain forms, whose pages give back what was typed."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from articles.models import Article
from tests.articles.desk import Desk
from tests.people import make_entry

pytestmark = pytest.mark.django_db


def test_a_plain_form_without_a_script_leads_back_to_the_desk(article: Article, edith: User) -> None:
    client = Client()
    client.force_login(edith)
    answer = client.post(reverse("admin:desk_run", args=[article.pk, "pause"]))
    assert answer["Location"] == reverse("admin:desk", args=[article.pk])
    assert Article.objects.get().state == "paused"


def test_without_a_script_what_was_typed_comes_back(article: Article, carla: User) -> None:
    client = Client()
    client.force_login(carla)
    address = reverse("admin:desk_send", args=[article.pk, "publish"])
    answer = client.post(address, {"key": str(uuid4()), "text": "The dike holds.", "source_url": "no link"})
    assert answer.status_code == 422
    assert "Write the source as a whole link" in answer.content.decode()
    assert "The dike holds.</textarea>" in answer.content.decode()


def test_without_a_script_a_conflict_shows_both_texts(article: Article, carla: User, edith: User) -> None:
    entry = make_entry(article, "Two roads.", author=carla)
    key = Desk(carla).get("desk_entry", entry.pk).json()["key"]
    entry.edit(by=edith, text="Three roads.")
    client = Client()
    client.force_login(carla)
    address = reverse("admin:desk_send", args=[article.pk, "save"])
    page = client.post(address, {"key": key, "based_on": 0, "text": "Four roads."})
    assert page.status_code == 409
    assert "<del>Three</del> roads." in page.content.decode()
    assert "Four roads.</textarea>" in page.content.decode()
