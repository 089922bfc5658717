"""A moderator on duty opens an article's comments, holds them for a look, or closes them: no editor need be woken."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertRedirects

from accounts.models import User
from articles.models import Article
from comments.models import Comment, State
from tests.comments.pages import comments_path, read, write_path
from tests.people import say

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator(client: Client, mo: User) -> Client:
    client.force_login(mo)
    return client


def path(article: Article) -> str:
    return reverse("comments-policy", args=[article.topic.slug, article.slug])


def test_a_moderator_closes_them_and_every_page_says_so(moderator: Client, nadia: User, article: Article) -> None:
    comment = say(nadia, article)
    page = read(moderator.get(path(article)))
    (chosen,) = [radio for radio in page.all("input") if "checked" in radio.attributes]
    assert chosen["value"] == "open"
    assertRedirects(moderator.post(path(article), {"policy": "closed"}), comments_path(article))
    for address in (article.get_absolute_url(), comments_path(article), comment.get_absolute_url()):
        shown = read(Client().get(address))
        assert shown.links("Reply") == []
        assert "I live there." in shown.text
    assert "Comments on this article are closed." in Client().get(article.get_absolute_url()).text


def test_held_first_each_comment_waits_for_a_look(moderator: Client, nadia: User, article: Article) -> None:
    moderator.post(path(article), {"policy": "held"})
    reader = Client()
    reader.force_login(nadia)
    answer = reader.post(write_path(article), {"text": "Hello there."})
    comment = Comment.objects.get()
    assertRedirects(answer, f"/c/{comment.pk}/mine/")
    assert comment.state == State.HELD
    assert "A moderator looks at it before others see it." in reader.get(answer.url).text


def test_and_opens_them_again(moderator: Client, nadia: User, article: Article) -> None:
    for policy in ("closed", "open"):
        moderator.post(path(article), {"policy": policy})
    assert say(nadia, article).visible


def test_the_same_again_changes_nothing(moderator: Client, article: Article) -> None:
    before = Article.objects.get().change
    moderator.post(path(article), {"policy": "open"})
    assert Article.objects.get().change == before


@pytest.mark.parametrize("policy", ["", "ajar"])
def test_what_is_none_of_the_three_is_refused(moderator: Client, article: Article, policy: str) -> None:
    assert moderator.post(path(article), {"policy": policy}).status_code == 422
    assert Article.objects.get().comment_policy == "open"


def test_nobody_else_does(client: Client, article: Article, nadia: User, carla: User) -> None:
    assert client.post(path(article), {"policy": "closed"}).status_code == 302
    for person in (nadia, carla):
        client.force_login(person)
        assert client.get(path(article)).status_code == 403
        assert client.post(path(article), {"policy": "closed"}).status_code == 403
    assert Article.objects.get().comment_policy == "open"
