"""A form that was open too long comes back with what was typed; only a plain comment can be sent again at once."""

import pytest
from django.test import Client

from accounts.models import User
from articles.models import Article
from tests.people import make_entry, say


@pytest.fixture
def strict() -> Client:
    return Client(enforce_csrf_checks=True)


def test_a_comment_can_be_sent_again(strict: Client, article: Article) -> None:
    answer = strict.post(f"{article.get_absolute_url()}comments/new/", {"text": "I saw it."})
    assert answer.status_code == 403
    assert '<textarea id="id_text" name="text" rows="8" dir="auto">I saw it.</textarea>' in answer.text


def test_what_another_site_sent_cannot(strict: Client, article: Article) -> None:
    path = f"{article.get_absolute_url()}comments/new/"
    answer = strict.post(path, {"text": "Buy this."}, headers={"origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert 'name="text"' not in answer.text


def test_an_entry_loses_no_field_by_being_sent_again_from_here(strict: Client, carla: User, article: Article) -> None:
    entry = make_entry(article, author=carla, headline="Gate 3", byline="Carla")
    strict.force_login(carla)
    path = f"/admin/articles/entry/{entry.pk}/change/"
    answer = strict.post(path, {"text": "It is shut.", "headline": "Gate 3 shut", "byline": "C."})
    assert answer.status_code == 403
    assert "It is shut." in answer.text
    assert "Gate 3 shut" in answer.text
    assert 'name="text"' not in answer.text


def test_a_moderators_note_comes_back(strict: Client, mo: User, tom: User, article: Article) -> None:
    comment = say(tom, article)
    strict.force_login(mo)
    answer = strict.post(f"/c/{comment.pk}/moderate/", {"action": "hide", "reason": "spam", "note": "Third time."})
    assert answer.status_code == 403
    assert "Third time." in answer.text
