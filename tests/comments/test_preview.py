"""Before sending, a reader looks at what a text will look like."""

import pytest
from django.test import Client

from accounts.models import User
from articles.models import Article
from comments.models import Comment
from tests.comments.pages import fields, read, write_path
from tests.people import say

pytestmark = pytest.mark.django_db

TEXT = "> They say it is *closed*.\n\n- It is `open`.\n- See https://example.org"


def preview(client: Client, path: str, text: str):  # type: ignore[no-untyped-def]
    return client.post(path, {"text": text, "preview": "1"})


@pytest.mark.parametrize("signed_in", [True, False])
def test_it_shows_the_small_markdown_and_sends_nothing(
    client: Client, nadia: User, article: Article, signed_in: bool
) -> None:
    if signed_in:
        client.force_login(nadia)
    page = read(preview(client, write_path(article), TEXT))
    shown = page.one("section", "preview")
    for tag, text in (("blockquote", "They say it is closed."), ("em", "closed"), ("li", ""), ("code", "open")):
        assert text in shown.all(tag)[0].text
    (link,) = shown.all("a")
    assert (link["href"], link["rel"]) == ("https://example.org", "nofollow ugc noopener")
    assert fields(page)["text"] == TEXT
    assert not Comment.objects.exists()


def test_a_reply_and_an_edit_are_looked_at_too(client: Client, nadia: User, article: Article) -> None:
    comment = say(nadia, article)
    client.force_login(nadia)
    for path in (f"/c/{comment.pk}/reply/", f"/c/{comment.pk}/edit/"):
        assert read(preview(client, path, TEXT)).one("section", "preview")
    assert Comment.objects.get().text == "I live there."


def test_what_is_wrong_with_it_is_said_at_once(client: Client, nadia: User, article: Article) -> None:
    client.force_login(nadia)
    answer = preview(client, write_path(article), "Hm")
    assert answer.status_code == 200
    assert "Say a little more: 5 at least." in answer.text


def test_markup_in_it_is_harmless(client: Client, article: Article) -> None:
    shown = read(preview(client, write_path(article), "<script>alert(1)</script> <b>")).one("section", "preview")
    assert shown.all("script") == shown.all("b") == []
