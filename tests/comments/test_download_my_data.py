"""Somebody takes along all that the site holds about them, and nothing that others keep to themselves."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from articles.models import Article
from comments.models import Comment, Follow, Mute
from tests.people import say
from tests.working import wants_mail, work

PATH = "/accounts/data/"


@pytest.fixture
def lived(nadia: User, tom: User, mo: User, article: Article) -> Comment:
    """Nadia has done all that one can do here."""
    wants_mail(nadia)
    root = say(tom, article, "Tom wrote this.")
    mine = say(nadia, article, "The first wording.", parent=root)
    mine.edit("The second wording.", nadia)
    say(nadia, article, "Taken back.").withdraw()
    say(nadia, article, "Rude words.").hide(mo, "abuse", "Seen him before.")
    root.recommend(nadia)
    root.report("spam", "She reports Tom.", by=nadia)
    root.report("abuse", "Mo reports Tom.", by=mo)
    mine.report("abuse", "Tom reports her.", by=tom)
    Mute.objects.create(reader=nadia, muted=tom)
    Mute.objects.create(reader=mo, muted=nadia)
    Follow.objects.create(reader=nadia, conversation=root)
    work()
    return mine


def download(person: User) -> tuple[Any, str]:
    client = Client()
    client.force_login(person)
    answer = client.get(PATH)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"].startswith('attachment; filename="my-data-')
    assert "no-store" in answer["Cache-Control"]
    text = b"".join(answer.streaming_content).decode()
    return json.loads(text), text


def test_all_of_it_is_there(nadia: User, tom: User, lived: Comment) -> None:
    data, _text = download(nadia)
    assert data["profile"]["name"] == "Nadia"
    assert data["profile"]["email"] == "nadia@example.org"
    assert data["profile"]["mail_me"] == "at-once"
    assert data["addresses"] == [{"email": "nadia@example.org", "verified": True, "primary": True}]
    by_text = {comment["text"]: comment for comment in data["comments"]}
    assert {text: comment["state"] for text, comment in by_text.items()} == {
        "The second wording.": "published",
        "Taken back.": "withdrawn",
        "Rude words.": "hidden",
    }
    assert [one["text"] for one in by_text["The second wording."]["revisions"]] == ["The first wording."]
    assert [(one["kind"], one["reason"]) for one in by_text["Rude words."]["decisions"]] == [("hide", "abuse")]
    assert [(one["reason"], one["text"]) for one in data["reports"]] == [("spam", "She reports Tom.")]
    assert [one["comment_id"] for one in data["recommendations"]] == [lived.parent_id]
    assert [(one["muted_id"], one["muted__name"]) for one in data["muted_people"]] == [(tom.pk, "Tom")]
    assert [(one["conversation_id"], one["left"]) for one in data["conversations"]] == [(lived.parent_id, False)]
    assert [one["kind"] for one in data["notices"]] == ["decision"]


def test_nothing_that_others_keep_to_themselves(nadia: User, mo: User, lived: Comment) -> None:
    _data, text = download(nadia)
    for secret in ("Tom wrote this.", "Mo reports", "Tom reports", "Seen him before.", "tom@example.org", "mo@"):
        assert secret not in text
    assert '"Mo"' not in text
    assert "password" not in text


def test_another_s_has_nothing_of_hers(tom: User, lived: Comment) -> None:
    _data, text = download(tom)
    for secret in ("Nadia", "nadia", "wording", "She reports"):
        assert secret not in text


def test_any_number_of_comments_comes_a_row_at_a_time(
    nadia: User, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comments.my_data.CHUNK", 3)
    texts = [f"Comment {number}" for number in range(8)]
    for text in texts:
        say(nadia, article, text)
    assert [one["text"] for one in download(nadia)[0]["comments"]] == texts


def test_of_somebody_new_it_is_whole_too(nadia: User) -> None:
    data, _text = download(nadia)
    assert data["comments"] == data["notices"] == data["reports"] == []


def test_it_is_for_who_is_signed_in() -> None:
    assert Client().get(PATH).status_code == 302
