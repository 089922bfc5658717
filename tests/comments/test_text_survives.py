"""What a reader typed is given back after a sign-in and after a form grew old, and any text at all can be posted."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.asserts import assertRedirects

from accounts.models import User
from articles.models import Article
from comments.forms import SHORTEST_TEXT
from comments.models import Comment
from newsroom import characters, markup
from tests.comments.pages import Element, box, comments_path, fields, read, send, write_path
from tests.people import make_entry, say

TEXT = "The water stands at the second step."
NAUGHTY = Path(settings.BASE_DIR).parent / "shared" / "data" / "hostile" / "naughty-strings.json"
HOSTILE_NAME = """</title><b>"Nadia" & 'co'"""


def assert_only_the_site_s_own_scripts(page: Element) -> None:
    for script in page.all("script"):
        assert script["src"].startswith("/static/")
        assert script.raw == ""


# Signed out meanwhile


def sign_in(client: Client, address: str) -> Any:
    """With a password; by a code: tests/accounts/test_write_first_sign_in_after.py."""
    address = address.replace("/accounts/login/", "/accounts/login/password/")
    return client.post(address, {"login": "nadia", "password": "secret"})


def test_a_visitor_is_told_that_the_text_waits_over_the_sign_in(client: Client, article: Article) -> None:
    assert "You will be asked to sign in; your text waits." in read(client.get(write_path(article))).text


@pytest.mark.parametrize("query", ["", "?entry="])
def test_a_text_sent_signed_out_is_there_after_the_sign_in(
    client: Client, nadia: User, article: Article, query: str
) -> None:
    path = write_path(article) + (query and f"{query}{make_entry(article).pk}")
    to_sign_in = send(client, path, TEXT)
    assert to_sign_in.status_code == 302
    assert not Comment.objects.exists()
    back = sign_in(client, to_sign_in.url)
    assertRedirects(back, path, fetch_redirect_response=False)
    page = read(client.get(back.url))
    assert fields(page)["text"] == TEXT
    client.post(path, fields(page))
    assert Comment.objects.get().text == TEXT


def test_a_reply_sent_signed_out_waits_too(client: Client, nadia: User, tom: User, article: Article) -> None:
    root = say(tom, article)
    to_sign_in = send(client, f"/c/{root.pk}/reply/", TEXT)
    back = sign_in(client, to_sign_in.url)
    assert back.url == f"/c/{root.pk}/reply/"
    assert fields(read(client.get(back.url)))["text"] == TEXT


def test_the_text_waits_until_it_is_sent_however_often_the_page_is_loaded(
    client: Client, nadia: User, article: Article
) -> None:
    sign_in(client, send(client, write_path(article), TEXT).url)
    client.head(write_path(article))
    for _ in range(3):
        page = read(client.get(write_path(article)))
        assert fields(page)["text"] == TEXT
    client.post(write_path(article), fields(page))
    assert fields(read(client.get(write_path(article))))["text"] == ""


def test_the_text_waits_on_its_own_page_only(client: Client, nadia: User, tom: User, article: Article) -> None:
    root = say(tom, article)
    sign_in(client, send(client, write_path(article), TEXT).url)
    assert fields(read(client.get(f"/c/{root.pk}/reply/")))["text"] == ""


def test_somebody_else_at_the_same_desk_does_not_find_it(
    client: Client, nadia: User, tom: User, article: Article
) -> None:
    sign_in(client, send(client, write_path(article), TEXT).url)
    client.logout()
    client.force_login(tom)
    assert fields(read(client.get(write_path(article))))["text"] == ""


# A form that grew old


def test_a_form_with_an_old_token_gives_the_text_back_ready_to_send(nadia: User, article: Article) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(nadia)
    old = fields(read(client.get(write_path(article)))) | {"text": f"{TEXT} </textarea>"}
    client.cookies["csrftoken"] = "x" * 32  # Another tab has signed in meanwhile.
    refused = client.post(write_path(article), old)
    assert refused.status_code == 403
    assert "no-store" in refused["Cache-Control"]
    page = read(refused)
    assert "Please send it again" in page.one("h1").text
    assert page.one("form")["action"] == write_path(article)
    assert fields(page)["text"] == old["text"]
    assert fields(page)["key"] == old["key"]
    assert not Comment.objects.exists()
    assert client.post(write_path(article), fields(page)).status_code == 302
    assert Comment.objects.get().text == old["text"]


def test_a_form_of_another_site_is_refused(nadia: User, article: Article) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(nadia)
    assert client.post(write_path(article), {"text": TEXT}).status_code == 403
    assert not Comment.objects.exists()


# Any text, any name


@pytest.fixture
def hostile(nadia: User, article: Article) -> Comment:
    User.objects.filter(pk=nadia.pk).update(name=HOSTILE_NAME)
    nadia.refresh_from_db()
    return say(nadia, article, "<script>alert(1)</script> <!-- & -->")


@pytest.mark.parametrize("path", ["", "reply/", "mine/", "moderate/"])
def test_markup_in_names_and_texts_is_shown_as_it_was_typed(
    client: Client, nadia: User, ada: User, hostile: Comment, path: str
) -> None:
    client.force_login(nadia if path == "mine/" else ada)
    page = read(client.get(f"/c/{hostile.pk}/{path}"))
    assert path == "mine/" or HOSTILE_NAME in page.text
    assert "<script>alert(1)</script>" in page.text
    assert_only_the_site_s_own_scripts(page)


def test_markup_in_a_name_is_harmless_in_the_conversation(
    client: Client, tom: User, article: Article, hostile: Comment
) -> None:
    reply = say(tom, article, parent=hostile)
    page = read(client.get(comments_path(article)))
    assert box(page, hostile).one("bdi").text == HOSTILE_NAME
    assert box(page, reply).one("span", "answers").text == f"to {HOSTILE_NAME}"


def test_characters_that_no_page_may_hold_are_left_out(client: Client, nadia: User, article: Article) -> None:
    client.force_login(nadia)
    assert send(client, write_path(article), "a\x00b\x1bc\x08de").status_code == 302
    assert Comment.objects.get().text == "abcde"


@pytest.mark.parametrize(
    "text", ["***", "---", "#", "> >", "[1]: http://example.org", "[](http://example.org)", "``` <b>"]
)
def test_what_is_nothing_in_markdown_is_shown_as_it_was_typed(
    client: Client, nadia: User, article: Article, text: str
) -> None:
    comment = say(nadia, article, text)
    assert box(read(client.get(comments_path(article))), comment).one("div", "text").text == text


@pytest.mark.parametrize("text", ["\u200b", "\u200b \u2060", "\ufeff\n\u00a0", "\u202e"], ids=ascii)
def test_characters_that_nobody_sees_are_no_comment(client: Client, nadia: User, article: Article, text: str) -> None:
    client.force_login(nadia)
    answer = client.post(write_path(article), {"text": text})
    assert answer.status_code == 422
    assert "There is no text yet." in answer.text
    assert not Comment.objects.exists()


def test_a_damaged_key_does_not_keep_a_comment_back(client: Client, nadia: User, article: Article) -> None:
    client.force_login(nadia)
    client.post(write_path(article), {"text": "Here.", "key": "0fd2-broken"})
    assert Comment.objects.get().key is None


def has_something_to_see(text: str) -> bool:
    return any(unicodedata.category(character)[0] not in "CZ" for character in markup.tidy(text))


def long_enough(text: str) -> str:
    short = characters.count(markup.tidy(text)) < SHORTEST_TEXT and has_something_to_see(text)
    return f"{text} " * SHORTEST_TEXT if short else text


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the hostile texts are not beside the repository")
def test_every_naughty_string_can_be_a_text_and_a_name_and_every_page_stays_whole(
    client: Client, nadia: User, article: Article
) -> None:
    client.force_login(nadia)
    texts = [long_enough(text) for text in json.loads(NAUGHTY.read_text())]
    for text in texts:
        answer = client.post(write_path(article), {"text": text})
        assert answer.status_code == (302 if has_something_to_see(text) else 422), text
    kept = [markup.tidy(text) for text in texts if has_something_to_see(text)]
    comments = list(Comment.objects.order_by("pk"))
    assert [comment.text for comment in comments] == kept
    for comment in comments:
        comment.name = comment.text[:40]
    Comment.objects.bulk_update(comments, ["name"], batch_size=100)
    pages = _all_pages(client, article)
    names = [" ".join(bdi.raw.split()) for page in pages for bdi in page.all("bdi")]
    assert names == [" ".join(text[:40].split()) for text in reversed(kept)]
    for page in pages:
        assert_only_the_site_s_own_scripts(page)
        assert [e for e in page.all() if any(name.startswith("on") for name in e.attributes)] == []
    read(client.get(article.get_absolute_url()))


def _all_pages(client: Client, article: Article) -> "list[Element]":
    pages = [read(client.get(comments_path(article)))]
    while following := pages[-1].links("More conversations"):
        pages.append(read(client.get(comments_path(article) + following[0])))
    return pages
