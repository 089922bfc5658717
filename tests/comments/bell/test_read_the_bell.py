"""A reader opens the bell's page: what is new leads to its place, and is seen from then on."""

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertRedirects

from accounts.models import User
from articles.models import Article
from comments.models import Comment, Notice
from newsroom import markup
from tests.comments.bell.pages import BELL, bell, items
from tests.comments.pages import read
from tests.comments.test_text_survives import HOSTILE_NAME, NAUGHTY
from tests.people import make_article, say
from tests.working import headers, work


def test_it_is_for_who_is_signed_in(client: Client) -> None:
    assertRedirects(client.get(BELL), f"/accounts/login/?next={BELL}", fetch_redirect_response=False)
    assert client.post(BELL, {"upto": 5}).status_code == 302


def test_it_leads_to_each_comment_in_its_place_newest_first(
    client: Client, nadia: User, tom: User, article: Article, root: Comment
) -> None:
    first, second = say(tom, article, "First.", parent=root), say(tom, article, "Then @Nadia")
    work()
    page = bell(client, nadia)
    links = [link for link in page.links() if link.startswith("/c/")]
    assert links == [f"/c/{second.pk}/#c{second.pk}", f"/c/{first.pk}/#c{first.pk}"]
    assert "Tom has named you on “Storm over the coast”." in items(page)[0]
    assert "Then @Nadia" in items(page)[0]
    assert "Tom has answered you on “Storm over the coast”." in items(page)[1]


def test_a_text_that_was_hidden_since_does_not_appear(
    client: Client, nadia: User, tom: User, mo: User, article: Article, root: Comment
) -> None:
    reply = say(tom, article, "Secretword", parent=root)
    work()
    assert "Secretword" in bell(client, nadia).text
    reply.hide(mo, "abuse")
    assert "Secretword" not in bell(client, nadia).text
    assert Notice.objects.unseen_count(nadia) == 0


def test_others_news_are_not_on_it(client: Client, nadia: User, tom: User, article: Article, root: Comment) -> None:
    say(tom, article, "For Nadia.", parent=root)
    work()
    assert "Nothing yet." in bell(client, tom).text


def test_opening_it_in_a_browser_marks_what_it_shows_as_seen(
    client: Client, nadia: User, tom: User, article: Article, root: Comment
) -> None:
    say(tom, article, parent=root)
    work()
    assert Notice.objects.unseen_count(nadia) == 1
    page = bell(client, nadia, headers=headers())
    assert len(page.all("li", "unseen")) == 1
    assert Notice.objects.unseen_count(nadia) == 0
    assert bell(client, nadia).all("li", "unseen") == []


@pytest.mark.parametrize(
    "sent",
    [
        {},
        headers(**{"sec-purpose": "prefetch"}),
        headers(**{"sec-purpose": "prefetch;prerender"}),
        {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
    ],
)
def test_what_nobody_looks_at_marks_nothing(
    client: Client, nadia: User, tom: User, article: Article, root: Comment, sent: dict[str, str]
) -> None:
    say(tom, article, parent=root)
    work()
    bell(client, nadia, headers=sent)
    assert Notice.objects.unseen_count(nadia) == 1


def test_the_button_marks_all_that_stood_there_and_nothing_newer(
    client: Client, nadia: User, tom: User, article: Article, root: Comment
) -> None:
    say(tom, article, parent=root)
    work()
    upto = bell(client, nadia).one("form").all("input")[-1]["value"]
    say(tom, article, parent=root)
    work()
    assertRedirects(client.post(BELL, {"upto": upto}), BELL)
    assert Notice.objects.unseen_count(nadia) == 1


@pytest.mark.parametrize("upto", ["", "x", "-1", "9" * 30])
def test_a_damaged_form_marks_nothing(
    client: Client, nadia: User, tom: User, article: Article, root: Comment, upto: str
) -> None:
    say(tom, article, parent=root)
    work()
    client.force_login(nadia)
    assert client.post(BELL, {"upto": upto}).status_code == 302
    assert Notice.objects.unseen_count(nadia) == 1


def test_nobody_marks_another_s(client: Client, nadia: User, tom: User, article: Article, root: Comment) -> None:
    say(tom, article, parent=root)
    work()
    client.force_login(tom)
    client.post(BELL, {"upto": Notice.objects.get().pk})
    assert Notice.objects.unseen_count(nadia) == 1


def test_it_goes_on_page_by_page_with_as_many_queries(
    client: Client, nadia: User, tom: User, root: Comment, django_assert_max_num_queries: Any
) -> None:
    for number in range(4):
        article = make_article(f"Storm {number}")
        for _ in range(20):
            say(tom, article, "As @Nadia said.")
    work()
    client.force_login(nadia)
    seen: list[str] = []
    address = BELL
    while address:
        with django_assert_max_num_queries(8):
            page = read(client.get(address, headers=headers()))
        seen += [link for link in page.links() if link.startswith("/c/")]
        address = (page.links("Older") or [""])[0] and BELL + page.links("Older")[0]
    assert len(seen) == len(set(seen)) == 80


def test_how_much_is_unseen_is_one_query(
    nadia: User, tom: User, article: Article, root: Comment, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        say(tom, article, parent=root)
    work()
    with django_assert_num_queries(1):
        assert Notice.objects.unseen_count(nadia) == 3


# Hostile


def test_markup_in_names_titles_and_texts_is_shown_as_it_was_typed(
    client: Client, nadia: User, tom: User, root: Comment
) -> None:
    User.objects.filter(pk=tom.pk).update(name=HOSTILE_NAME)
    tom.refresh_from_db()
    say(tom, make_article("<script>alert(2)</script>"), "@Nadia <script>alert(1)</script>")
    work()
    page = bell(client, nadia)
    assert HOSTILE_NAME in items(page)[0]
    assert "<script>alert(1)</script>" in items(page)[0]
    assert "“<script>alert(2)</script>”" in items(page)[0]
    assert len(page.all("script")) == 1


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the hostile texts are not beside the repository")
def test_every_naughty_string_can_be_a_text_and_a_name(
    client: Client, nadia: User, tom: User, article: Article, root: Comment
) -> None:
    for text in json.loads(NAUGHTY.read_text()):
        reply = say(tom, article, f"{text} .....", parent=root)
        Comment.objects.filter(pk=reply.pk).update(name=markup.tidy(text)[:40])
    work()
    client.force_login(nadia)
    address = BELL
    while address:
        page = read(client.get(address))
        assert len(page.all("script")) == 1
        assert [e for e in page.all() if any(name.startswith("on") for name in e.attributes)] == []
        address = (page.links("Older") or [""])[0] and BELL + page.links("Older")[0]
