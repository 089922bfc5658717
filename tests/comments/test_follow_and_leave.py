"""A reader follows a conversation, leaves one, or has it as usual: on its own page, without JavaScript."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertRedirects

from accounts.models import User
from articles.models import Article
from comments.models import Comment, Follow
from tests.comments.pages import read
from tests.people import say
from tests.working import told, work

SETTINGS = "/accounts/conversations/"


@pytest.fixture
def root(tom: User, article: Article) -> Comment:
    return say(tom, article)


def path(root: Comment) -> str:
    return f"/c/{root.pk}/follow/"


def choose(client: Client, root: Comment, action: str) -> None:
    page = read(client.get(path(root)))
    assert action in [button["value"] for button in page.all("button")]
    assertRedirects(client.post(path(root), {"action": action}), path(root))


def test_who_follows_is_told_of_everything_there(
    reader: Client, nadia: User, tom: User, article: Article, root: Comment
) -> None:
    work()
    choose(reader, root, "follow")
    assert "You follow this conversation" in read(reader.get(path(root))).text
    reply = say(tom, article, parent=root)
    work()
    assert told(nadia) == [("followed", reply.pk)]


def test_who_leaves_is_told_of_nothing_there(
    reader: Client, nadia: User, tom: User, article: Article, root: Comment
) -> None:
    mine = say(nadia, article, parent=root)
    choose(reader, root, "leave")
    assert "You have left this conversation" in read(reader.get(path(root))).text
    say(tom, article, "So, @Nadia", parent=mine)
    work()
    assert told(nadia) == []


def test_and_back_to_what_concerns_one(reader: Client, nadia: User, tom: User, article: Article, root: Comment) -> None:
    for action in ("follow", "leave", "follow", "normal"):
        choose(reader, root, action)
    assert not Follow.objects.exists()
    mine = say(nadia, article, parent=root)
    reply = say(tom, article, parent=mine)
    work()
    assert told(nadia) == [("reply", reply.pk)]


def test_twice_is_once(reader: Client, nadia: User, root: Comment) -> None:
    for _ in range(2):
        reader.post(path(root), {"action": "follow"})
    assert Follow.objects.get().reader == nadia


def test_a_reply_leads_to_the_page_of_its_conversation(
    reader: Client, tom: User, article: Article, root: Comment
) -> None:
    reply = say(tom, article, parent=root)
    assertRedirects(reader.get(path(reply)), path(root))


def test_the_settings_list_them_with_the_way_back(
    reader: Client,
    nadia: User,
    tom: User,
    article: Article,
    root: Comment,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    assert "None yet." in read(reader.get(SETTINGS)).text
    choose(reader, root, "follow")
    choose(reader, say(tom, article), "leave")
    with django_assert_num_queries(3):
        page = read(reader.get(SETTINGS))
    assert "followed: you are told of everything there" in page.text
    assert "left: you are told of nothing there" in page.text
    for form in page.all("form"):
        sent = {field["name"]: field["value"] for field in form.all("input")} | {"action": form.one("button")["value"]}
        assertRedirects(reader.post(form["action"], sent), SETTINGS, fetch_redirect_response=False)
    assert not Follow.objects.exists()


def test_a_hidden_comment_s_words_are_not_on_it(reader: Client, mo: User, tom: User, article: Article) -> None:
    root = say(tom, article, "Secretword")
    root.hide(mo, "abuse")
    page = read(reader.get(path(root)))
    assert "Secretword" not in page.text
    assert "Tom" not in page.text


def test_it_is_for_who_is_signed_in(client: Client, root: Comment) -> None:
    for answer in (client.get(path(root)), client.post(path(root), {"action": "follow"}), client.get(SETTINGS)):
        assert answer.status_code == 302
    assert not Follow.objects.exists()


@pytest.mark.parametrize("number", [0, 999, 10**18])
def test_what_is_no_comment_cannot_be_followed(reader: Client, number: int) -> None:
    assert reader.post(f"/c/{number}/follow/", {"action": "follow"}).status_code == 404
