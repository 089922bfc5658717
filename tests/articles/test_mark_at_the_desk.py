"""One click at the desk: pinned, a key event, withdrawn, thrown away."""

from uuid import uuid4

import pytest

from accounts.models import User
from articles.models import Article, Entry
from tests.articles.desk import Desk
from tests.people import make_entry

pytestmark = pytest.mark.django_db


def test_one_click_each(desk: Desk, article: Article, carla: User) -> None:
    entry = make_entry(article, author=carla)
    for action, seen in [("pin", "is_pinned"), ("key-event", "is_key_event")]:
        assert desk.act(entry, action).status_code == 200
        entry.refresh_from_db()
        assert getattr(entry, seen)
    assert desk.act(entry, "withdraw", note="Not true.").json()["state"] == "withdrawn"
    entry.refresh_from_db()
    assert entry.note == "Not true."
    assert entry.history.first().note == "Not true."


def test_a_mark_says_which_version_it_made_of_which(desk: Desk, article: Article, carla: User) -> None:
    entry = make_entry(article, author=carla)
    told = [desk.act(entry, action).json() for action in ("pin", "key-event", "key-event")]
    assert [(one["was"], one["version"]) for one in told] == [(0, 0), (0, 1), (1, 1)]


def test_what_cannot_be_done_is_said(desk: Desk, article: Article, carla: User) -> None:
    entry = make_entry(article, author=carla)
    entry.withdraw()
    answer = desk.act(entry, "pin")
    assert (answer.status_code, "is withdrawn, so this cannot be done" in answer.json()["error"]) == (422, True)


def test_a_draft_is_thrown_away_and_nothing_else(desk: Desk, article: Article, carla: User) -> None:
    draft = Entry.objects.save_draft(article, by=carla, key=uuid4(), text="No.")
    published = make_entry(article, author=carla)
    assert desk.act(draft, "discard").status_code == 200
    assert desk.act(published, "discard").status_code == 422
    assert list(Entry.objects.all()) == [published]
