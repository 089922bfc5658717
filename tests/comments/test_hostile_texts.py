"""Whatever people send as text, name, quote, report or search: it comes back as it was typed, and does nothing.

All 8,188 payloads and 515 strings as texts, names and quotes; the pages that cost more with a part of them.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from articles.models import Article
from comments.models import Comment, Report
from newsroom import markup
from tests.comments.pages import Element, comments_path, read
from tests.people import say

HOSTILE = Path(settings.BASE_DIR).parent / "shared" / "data" / "hostile"
# Addresses that do something by being followed or loaded.
ALIVE = re.compile(r"\s*(javascript|vbscript|data)\s*:", re.IGNORECASE)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not HOSTILE.exists(), reason="the hostile texts are not beside the repository"),
]


def payloads() -> list[str]:
    texts = [text for name in ("xss.json", "naughty-strings.json") for text in json.loads((HOSTILE / name).read_text())]
    return [text for text in dict.fromkeys(map(markup.tidy, texts)) if text]


def plant(author: User, article: Article, texts: list[str]) -> list[Comment]:
    """A conversation for each, past the form: thousands through it would be minutes."""
    first = Comment.objects.count() + 1
    comments = [
        Comment(
            article=article,
            author=author,
            name=text[:40],
            text=text,
            html=markup.comment_html(text),
            number=first + number,
            tree_id=first + number,
            lft=1,
            rght=2,
            level=0,
        )
        for number, text in enumerate(texts)
    ]
    Comment.objects.bulk_create(comments, batch_size=500)
    Article.objects.filter(pk=article.pk).update(comment_count=len(comments), conversation_count=len(comments))
    return comments


def assert_inert(page: Element) -> None:
    """No script but the site's own files, nothing that is called, no address that does something."""
    for element in page.all():
        assert not any(name.startswith("on") for name in element.attributes), element.attributes
        assert element.name not in ("iframe", "object", "embed", "base", "svg", "math", "style")
        for name in ("href", "src", "action", "formaction", "xlink:href"):
            assert not ALIVE.match(element.attributes.get(name, "")), element.attributes
    for script in page.all("script"):
        assert script["src"].startswith("/static/")
        assert script.raw == ""


def pages(client: Client, article: Article) -> "list[Element]":
    found = [read(client.get(comments_path(article)))]
    while following := found[-1].links("More conversations"):
        found.append(read(client.get(comments_path(article) + following[0])))
    return found


@pytest.mark.once
@pytest.mark.parametrize("frame", ["{}", "> {}"], ids=["text", "quote"])
def test_each_as_a_text_and_a_name(client: Client, nadia: User, article: Article, frame: str) -> None:
    texts = [markup.tidy(frame.format(text)) for text in payloads()]
    comments = plant(nadia, article, texts)
    shown = [box for page in pages(client, article) for box in page.all("article", "comment")]
    assert len(shown) == len(comments)
    for comment, box in zip(reversed(comments), shown, strict=True):
        assert_inert(box)
        assert box.all("bdi")[0].text == " ".join(comment.name.split())
    assert list(Comment.objects.order_by("pk").values_list("text", flat=True)) == texts


@pytest.mark.once
def test_each_page_around_them_is_inert_too(client: Client, nadia: User, article: Article) -> None:
    plant(nadia, article, payloads()[::20])
    for page in pages(client, article):
        assert_inert(page)


def test_what_was_sent_through_the_form_comes_back_equal(client: Client, nadia: User, article: Article) -> None:
    client.force_login(nadia)
    path = f"{comments_path(article)}new/"
    for text in payloads()[::80]:
        sent = f"{text} – and so on"
        answer = client.post(path, {"text": sent})
        comment = Comment.objects.order_by("-pk")[0]
        assert (answer.status_code, comment.text) == (302, markup.tidy(sent))
        assert_inert(read(client.get(f"/c/{comment.pk}/mine/")))
        edit = read(client.get(f"/c/{comment.pk}/edit/"))
        assert edit.one("textarea").raw.lstrip("\r\n") == comment.text.replace("\r\n", "\n")


def test_each_as_a_refused_text_comes_back_in_the_form(client: Client, article: Article, nadia: User) -> None:
    article.edit(comment_policy=Article.CommentPolicy.CLOSED)
    client.force_login(nadia)
    for text in payloads()[::40]:
        page = read(client.post(f"{comments_path(article)}new/", {"text": f"{text} – and so on"}))
        assert_inert(page)
        assert markup.tidy(page.one("textarea").raw) == markup.tidy(f"{text} – and so on")


def test_each_as_a_report_and_a_moderator_s_page(client: Client, tom: User, mo: User, article: Article) -> None:
    client.force_login(mo)
    for text in payloads()[::40]:
        comment = say(tom, article, f"{text} – and so on")
        comment.report("other", text, address_hash="a")
        assert_inert(read(client.get(f"/c/{comment.pk}/moderate/")))
        assert Report.objects.get(comment=comment).text == text


@pytest.mark.parametrize("path", ["comment", "report", "decision"])
def test_each_in_the_admin_and_as_what_is_searched_there(
    client: Client, tom: User, mo: User, article: Article, path: str
) -> None:
    texts = payloads()[::80]
    for comment in plant(tom, article, texts):
        Report.objects.create(comment=comment, reason="other", text=comment.text, reporter=tom)
        comment.hide(mo, "abuse", note=comment.text[:2000])
    client.force_login(mo)
    for text in texts:
        answer: Any = client.get(f"/admin/comments/{path}/", {"q": text})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text.lower()
        searched = re.search(r'name="q" value="([^"]*)"', answer.text)
        assert searched, text
