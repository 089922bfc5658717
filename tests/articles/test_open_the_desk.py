"""Somebody opens the desk of an article: the composer, the latest entries, and what each may do with them."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from articles.models import Article, Entry, Presence
from tests.articles.desk import Desk
from tests.people import make_article, make_entry

pytestmark = pytest.mark.django_db


def test_the_desk_opens_with_the_composer_and_the_latest_entries(desk: Desk, article: Article) -> None:
    for number in range(22):
        make_entry(article, f"Report {number}.")
    page = desk.get("desk", article.pk).content.decode()
    assert "autofocus" in page
    assert "Report 21." in page
    assert "Report 2." in page
    assert "Report 1." not in page


def test_of_one_live_article_the_desk_opens_at_once(desk: Desk, article: Article) -> None:
    assert desk.get("desk_start")["Location"] == reverse("admin:desk", args=[article.pk])
    make_article("A paused one").pause()
    assert desk.get("desk_start")["Location"] == reverse("admin:desk", args=[article.pk])
    make_article("Another")
    page = desk.get("desk_start").content.decode()
    assert "Another" in page
    assert "paused" in page


def test_her_drafts_are_hers_and_an_editor_s(article: Article, carla: User, conny: User, edith: User) -> None:
    Entry.objects.save_draft(article, by=carla, key=uuid4(), text="Not yet known.")
    lists = [Desk(person).get("desk_latest", article.pk).json()["html"] for person in (carla, conny, edith)]
    assert ["Not yet known." in html for html in lists] == [True, False, True]


def test_each_may_do_with_an_entry_what_is_theirs(article: Article, carla: User, edith: User) -> None:
    make_entry(article, "Not hers.")
    assert "data-act" not in Desk(carla).get("desk_latest", article.pk).json()["html"]
    assert 'data-act="withdraw"' in Desk(edith).get("desk_latest", article.pk).json()["html"]


def test_its_list_costs_the_same_however_much_is_in_it(article: Article, carla: User, edith: User) -> None:
    def fill(number: int) -> None:
        for _number in range(number):
            entry = make_entry(article, author=carla)
            Presence.objects.create(entry=entry, person=carla, seen_at=timezone.now())
            Entry.objects.save_draft(article, by=carla, key=uuid4(), text="Not yet known.")
            Entry.objects.save_draft(article, by=carla, key=uuid4(), text="Perhaps.").submit(by=carla)

    desk, counts = Desk(edith), []
    for number in (1, 9):
        fill(number)
        with CaptureQueriesContext(connection) as queries:
            assert desk.get("desk_latest", article.pk).status_code == 200
        counts.append(len(queries))
    assert counts == [10, 10]
