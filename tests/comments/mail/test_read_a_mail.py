"""A mail says who, where and what, leads there, and whatever people typed does nothing in it."""

import json
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core import mail

from accounts.models import User
from articles.models import Article
from comments import mailing
from comments.models import Comment
from tests.comments.mail.message import part, sent
from tests.comments.pages import without_marks
from tests.comments.test_text_survives import HOSTILE_NAME, NAUGHTY
from tests.people import say
from tests.working import minutes_pass, work

EXPECTED = {"html", "head", "meta", "title", "body", "h1", "p", "a", "blockquote", "hr"}


def test_it_says_who_where_and_what_and_leads_there(root: Comment, reply: Comment) -> None:
    minutes_pass(5)
    message = sent()
    assert message["To"] == "nadia@example.org"
    assert without_marks(str(mail.outbox[0].subject)) == "[The Gazette] Tom has answered you on “Storm over the coast”."
    for kind in ("text/plain", "text/html"):
        said = without_marks(part(message, kind))
        assert "Tom has answered you on “Storm over the coast”." in said
        assert "The dike holds." in said
        assert f"https://news.example/c/{reply.pk}/#c{reply.pk}" in said
        assert "https://news.example/accounts/notifications/" in said
        assert "You asked The Gazette to tell you by mail." in said


def test_it_speaks_the_site_s_language_whatever_the_article_s(settings: Any, article: Article, reply: Comment) -> None:
    settings.LANGUAGE_CODE = "ar"
    minutes_pass(5)
    assert 'lang="ar" dir="rtl"' in part(sent(), "text/html")


def test_holiday_replies_are_not_wanted(reply: Comment) -> None:
    minutes_pass(5)
    assert sent()["Auto-Submitted"] == "auto-generated"


def test_a_subject_is_one_line_whatever_the_site_is_called(
    settings: Any, tom: User, article: Article, root: Comment
) -> None:
    settings.SITE_NAME = "The\r\nBcc: everybody@example.org\nGazette"
    User.objects.filter(pk=tom.pk).update(name="Tom\r\nBcc: all@example.org")
    tom.refresh_from_db()
    say(tom, article, parent=root)
    work()
    minutes_pass(5)
    assert sent()["Bcc"] is None
    assert "\n" not in mail.outbox[0].subject
    assert mail.outbox[0].recipients() == ["nadia@example.org"]


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.hrefs: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _value in attrs]
        self.hrefs += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def assert_inert(message: Any) -> Page:
    page = Page(part(message, "text/html"))
    assert set(page.tags) <= EXPECTED
    assert set(page.attributes) <= {"href", "lang", "dir", "charset"}
    assert all(href.startswith("https://news.example/") for href in page.hrefs)
    return page


def test_markup_in_names_and_texts_is_shown_as_it_was_typed(tom: User, article: Article, root: Comment) -> None:
    User.objects.filter(pk=tom.pk).update(name=HOSTILE_NAME)
    tom.refresh_from_db()
    say(tom, article, "<script>alert(1)</script> & {{ settings.SECRET_KEY }}", parent=root)
    work()
    minutes_pass(5)
    page = assert_inert(sent())
    assert HOSTILE_NAME in page.text
    assert "<script>alert(1)</script> & {{ settings.SECRET_KEY }}" in page.text
    assert "<script>alert(1)</script> & {{ settings.SECRET_KEY }}" in part(sent(), "text/plain")


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the hostile texts are not beside the repository")
def test_every_naughty_string_can_be_a_text_and_a_name(
    monkeypatch: pytest.MonkeyPatch, tom: User, article: Article, root: Comment
) -> None:
    monkeypatch.setattr(mailing, "MOST_IN_A_MAIL", 1000)
    texts = json.loads(NAUGHTY.read_text())
    for text in texts:
        reply = say(tom, article, f"{text} .....", parent=root)
        Comment.objects.filter(pk=reply.pk).update(name=reply.text[:40])
    work()
    minutes_pass(5)
    assert assert_inert(sent()).tags.count("blockquote") > len(texts) * 0.9
