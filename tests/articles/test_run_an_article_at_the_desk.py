"""An editor runs an article from its desk: begins it, words its top, opens the next day's edition."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from articles.models import Article, Topic
from tests.articles.desk import Desk

pytestmark = pytest.mark.django_db


def test_a_new_article_is_topic_title_go(edith: User) -> None:
    desk = Desk(edith)
    answer = desk.client.post(reverse("admin:desk_new"), {"new_topic": "North Sea", "title": "Storm & flood"})
    article = Article.objects.get()
    assert answer["Location"] == reverse("admin:desk", args=[article.pk])
    assert (article.state, article.slug, article.topic.slug) == ("live", "storm-flood", "north-sea")
    desk.client.post(reverse("admin:desk_new"), {"topic": article.topic.pk, "title": "Storm & flood"})
    assert Article.objects.latest("pk").slug == "storm-flood-2"
    assert Topic.objects.count() == 1


def test_not_without_a_topic(edith: User) -> None:
    answer = Desk(edith).client.post(reverse("admin:desk_new"), {"title": "Storm"})
    assert answer.status_code == 422
    assert "Choose a topic, or write the name of a new one." in answer.content.decode()
    assert 'value="Storm"' in answer.content.decode()


def test_points_are_one_a_line(article: Article, edith: User, client: Client) -> None:
    address = reverse("admin:desk_words", args=[article.pk])
    Desk(edith).post(address, title=article.title, points="The *dike* holds.\n- Two roads are closed.")
    article.refresh_from_db()
    assert article.points_html.count("<li>") == 2
    assert "What you need to know" in client.get(article.get_absolute_url()).content.decode()


def test_two_editors_change_different_words_of_an_article(article: Article, edith: User) -> None:
    opened = {f"initial-{name}": getattr(article, name) for name in ("title", "points", "lead")}
    address = reverse("admin:desk_words", args=[article.pk])
    Desk(edith).post(address, **opened, title=article.title, points="", lead="The sea *rises*.")
    Desk(edith).post(address, **opened, title="Storm and flood", points="", lead="")
    article.refresh_from_db()
    assert (article.title, article.lead) == ("Storm and flood", "The sea *rises*.")


def test_two_editors_change_the_same_words_of_an_article(article: Article, edith: User) -> None:
    opened = {f"initial-{name}": getattr(article, name) for name in ("title", "points", "lead")}
    address, words = reverse("admin:desk_words", args=[article.pk]), {"title": article.title, "points": ""}
    Desk(edith).post(address, **opened, **words, lead="The sea rises.")
    answer = Desk(edith).post(address, **opened, **words, lead="The sea falls.")
    assert answer.status_code == 409
    assert answer.json()["texts"]["lead"]["mine"] == "The sea <ins>falls</ins>."
    assert answer.json()["now"] == {"lead": "The sea rises."}
    article.refresh_from_db()
    assert article.lead == "The sea rises."
    # Who has seen both may save.
    seen = opened | {"initial-lead": "The sea rises."}
    assert Desk(edith).post(address, **seen, **words, lead="The sea falls.").status_code == 200


def test_an_article_needs_a_title(article: Article, edith: User) -> None:
    answer = Desk(edith).post(reverse("admin:desk_words", args=[article.pk]), title=" ", lead="The sea rises.")
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["title"])


def test_the_next_day_s_edition_opens_its_own_desk(article: Article, edith: User) -> None:
    answer = Desk(edith).post(reverse("admin:desk_run", args=[article.pk, "next-edition"]))
    assert answer.json()["open"] == reverse("admin:desk", args=[Article.objects.latest("pk").pk])
