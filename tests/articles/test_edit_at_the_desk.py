"""An entry is edited at the desk, by two at once too, and its revisions are looked back at."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from articles.models import Article, Correction, Entry, Presence
from tests.articles.desk import Desk
from tests.people import make_entry

pytestmark = pytest.mark.django_db


def test_an_entry_opens_in_the_composer_and_is_saved(desk: Desk, article: Article, carla: User) -> None:
    entry = make_entry(article, "Two roads.", author=carla, byline="Guest", tags=",port,")
    form = desk.get("desk_entry", entry.pk).json()
    assert (form["text"], form["version"], form["bylines"], form["tags"]) == ("Two roads.", 0, ["Guest"], "port")
    sent = {"key": form["key"], "based_on": 0, "text": "Three roads.", "bylines": form["bylines"], "tags": form["tags"]}
    assert desk.send(article, "save", **sent).json()["version"] == 1
    entry.refresh_from_db()
    assert (entry.text, entry.byline, entry.tags) == ("Three roads.", "Guest", ",port,")


def test_the_second_of_two_saves_is_shown_both_texts(article: Article, carla: User, edith: User) -> None:
    entry = make_entry(article, "Two roads are closed.", author=carla)
    key = Desk(carla).get("desk_entry", entry.pk).json()["key"]
    Desk(edith).send(article, "save", key=key, based_on=0, text="Three roads are closed.")
    answer = Desk(carla).send(article, "save", key=key, based_on=0, text="Two <roads> are closed.")
    assert answer.status_code == 409
    now = answer.json()["now"]
    assert (now["version"], now["headline"], now["text"]) == (1, "", "Three roads are closed.")
    assert answer.json()["theirs"].startswith("<del>Three</del>")
    assert answer.json()["mine"] == "<ins>Two &lt;</ins>roads<ins>&gt;</ins> are closed."
    assert Entry.objects.get().text == "Three roads are closed."


def test_it_is_shown_too_where_something_else_than_the_words_differs(
    article: Article, carla: User, edith: User
) -> None:
    entry = make_entry(article, "Two roads are closed.", author=carla, label="unconfirmed")
    key = Desk(carla).get("desk_entry", entry.pk).json()["key"]
    Desk(edith).send(article, "save", key=key, based_on=0, text="Two roads are closed.", label="confirmed")
    answer = Desk(carla).send(article, "save", key=key, based_on=0, text="Two roads are closed.", label="unconfirmed")
    assert answer.json()["theirs"] == "Two roads are closed.\n\nLabel: <del>confirmed</del>"
    assert answer.json()["mine"] == "Two roads are closed.\n\nLabel: <ins>unconfirmed</ins>"


def test_a_new_entry_that_an_editor_has_amended_meanwhile_is_no_less_hers(
    article: Article, carla: User, edith: User
) -> None:
    key = str(uuid4())
    Desk(carla).send(article, "draft", key=key, based_on=0, text="Two roads")
    Entry.objects.get().edit(by=edith, based_on=0, text="Two roads, says the police.")
    assert Desk(carla).send(article, "draft", key=key, based_on=0, text="Two roads are").status_code == 409
    assert Desk(carla).send(article, key=key, based_on=0, text="Two roads are closed.").status_code == 409
    assert Entry.objects.get().text == "Two roads, says the police."


def test_a_correction_is_made_in_the_same_form(desk: Desk, article: Article, carla: User) -> None:
    entry = make_entry(article, "Five people.", author=carla)
    key = desk.get("desk_entry", entry.pk).json()["key"]
    desk.send(article, "save", key=key, based_on=0, text="Four people.", correction="It said five.")
    assert Correction.objects.get().note == "It said five."
    assert Entry.objects.get().corrected_at


def test_who_edits_is_shown_to_the_others(article: Article, carla: User, edith: User) -> None:
    entry = make_entry(article, author=carla)
    editing = reverse("admin:desk_editing", args=[entry.pk])
    Desk(edith).post(editing)
    latest = lambda person: Desk(person).get("desk_latest", article.pk).json()["html"]  # noqa: E731
    assert "<bdi>Edith</bdi> is editing this" in latest(carla)
    assert "is editing this" not in latest(edith)
    Desk(edith).post(editing, left="1")
    assert "is editing this" not in latest(carla)


def test_who_fell_silent_is_not_shown(article: Article, carla: User, edith: User) -> None:
    entry = make_entry(article, author=carla)
    Presence.objects.create(entry=entry, person=edith, seen_at=timezone.now() - timedelta(minutes=1))
    assert "is editing" not in Desk(carla).get("desk_latest", article.pk).json()["html"]


# Looking back


def test_revisions_show_who_changed_what(article: Article, carla: User, edith: User) -> None:
    entry = make_entry(article, "Two roads.", author=carla)
    entry.edit(by=edith, text="Three roads.", headline="Roads")
    page = Desk(carla).get("desk_revisions", entry.pk).content.decode()
    assert "<del>Two</del> roads." in page
    assert "<ins>Three</ins> roads." in page
    assert "<bdi>Edith</bdi>" in page


def test_revisions_show_what_was_done_and_why(article: Article, carla: User) -> None:
    entry = make_entry(article, "Two roads.", author=carla)
    entry.pin(by=carla)
    entry.withdraw("Not true.", by=carla)
    page = Desk(carla).get("desk_revisions", entry.pk).content.decode()
    assert "<del>published</del> → <ins>withdrawn</ins>" in page
    assert "<ins>Not true.</ins>" in page
    assert "pinned: <del>no</del> → <ins>yes</ins>" in page
