"""Editors and moderators pick what is worth reading; readers see it marked, and it is in the log."""

import pytest
from django.test import Client
from pytest_django.asserts import assertRedirects

from accounts.models import User
from articles.models import Article
from comments.models import Comment, Decision
from tests.comments.exact import assert_exact
from tests.comments.pages import box, fields, read
from tests.people import say

pytestmark = pytest.mark.django_db


@pytest.fixture
def comment(tom: User, article: Article) -> Comment:
    return say(tom, article)


def path(comment: Comment) -> str:
    return f"/c/{comment.pk}/pick/"


def is_picked(comment: Comment) -> bool:
    return Comment.objects.get(pk=comment.pk).picked_at is not None


@pytest.mark.parametrize("who", ["edith", "mo", "ada"])
def test_one_button_picks_and_takes_it_back(
    client: Client, request: pytest.FixtureRequest, comment: Comment, who: str
) -> None:
    client.force_login(request.getfixturevalue(who))
    for button, after in (("Make it an editors’ pick", True), ("Take the editors’ pick back", False)):
        page = read(client.get(path(comment)))
        assert page.one("button").text == button
        assertRedirects(client.post(path(comment), fields(page)), f"/c/{comment.pk}/#c{comment.pk}")
        assert is_picked(comment) is after
        marked = "Editors’ pick" in box(read(Client().get(comment.get_absolute_url())), comment).text
        assert marked is after
    kinds = list(Decision.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == [Decision.Kind.PICK, Decision.Kind.UNPICK]
    assert_exact(comment.article)


def test_picking_again_changes_nothing(edith: User, comment: Comment) -> None:
    assert [comment.pick(edith), comment.pick(edith), comment.unpick(edith), comment.unpick(edith)] == [1, 0, 1, 0]
    assert Decision.objects.count() == 2


def test_a_hidden_comment_is_no_pick_while_it_is_hidden(edith: User, mo: User, comment: Comment) -> None:
    comment.pick(edith)
    comment.hide(mo, "abuse")
    assert "Editors’ pick" not in Client().get(comment.get_absolute_url()).text
    comment.restore(mo)
    assert "Editors’ pick" in Client().get(comment.get_absolute_url()).text
    assert_exact(comment.article)


def test_what_is_not_shown_is_not_picked(edith: User, mo: User, comment: Comment) -> None:
    comment.hide(mo, "abuse")
    assert comment.pick(edith) == 0
    assert not is_picked(comment)


@pytest.mark.parametrize("who", ["nadia", "conny", "carla"])
def test_nobody_else_picks(client: Client, request: pytest.FixtureRequest, comment: Comment, who: str) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get(path(comment)).status_code == 403
    assert client.post(path(comment), {"on": "1"}).status_code == 403
    assert not is_picked(comment)


def test_a_stranger_is_sent_to_sign_in(client: Client, comment: Comment) -> None:
    assert client.post(path(comment), {"on": "1"}).status_code == 302
    assert not is_picked(comment)
