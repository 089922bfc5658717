"""The page that this product must serve first, from the export that its newsroom would make."""

import re

import pytest
from justhtml import JustHTML

from articles.models import Article
from comments.models import Comment
from importers.wordpress import read_posts
from tests.importers.wxr import DATA, bring_in, needs_data, parents

PAGE = DATA / "real-page" / "page.wxr.xml"
pytestmark = [pytest.mark.django_db, needs_data]


def words(html: str) -> list[str]:
    return JustHTML(re.sub(r"(</p>|<br>)", r"\1 ", html)).to_text().split()


@pytest.fixture
def page(db: None) -> Article:
    bring_in(PAGE)
    return Article.objects.get()


def test_the_post_is_one_ended_article_in_its_topic(page):
    assert (page.title, page.slug, page.topic.name, page.topic.slug) == (
        "Syria Daily, 7 July 2014",
        "syria-daily-7-july-2014",
        "Syria",
        "syria",
    )
    assert page.state == Article.State.ENDED
    assert page.published_at.isoformat() == "2014-07-07T06:00:00+00:00"
    assert (page.language, page.comment_policy) == ("en", "open")


def test_its_lead_has_seven_paragraphs(page):
    assert page.lead_html.count("<p>") == 7


def test_its_five_headings_are_entries_that_stand_in_their_order(page):
    entries = list(page.entries.published())
    assert [entry.headline.split()[0] for entry in entries] == ["Liwa", "Regime", "Car", "Report:", "Insurgents"]
    assert [entry.html.count("<p>") for entry in entries] == [2, 6, 2, 4, 4]
    assert {entry.byline for entry in entries} == {"The Editor"}
    assert {entry.day.isoformat() for entry in entries} == {"2014-07-07"}


def test_its_ten_comments_keep_their_threads(page):
    assert page.comment_count == 10
    assert page.conversation_count == 6
    assert parents(page) == {"2": "1", "3": "2", "4": "3", "6": "5"}


def test_its_comments_keep_their_names_and_times(page):
    first = Comment.objects.get(imported_from="wordpress:https://worldview.example:comment:1")
    assert (first.name, first.created_at.isoformat()) == ("Reader A", "2014-07-07T10:07:00+00:00")


def test_no_text_is_changed(page):
    post = next(read_posts(PAGE))
    here = page.lead_html + "".join(f"<p>{entry.headline}</p>{entry.html}" for entry in page.entries.all())
    assert words(here) == words(re.sub(r"</h3>", "</h3> ", post.body))
    for comment in Comment.objects.all():
        number = comment.imported_from.rpartition(":")[2]
        source = next(each.body for each in post.comments if each.id == number)
        assert " ".join(words(comment.html)) == " ".join(source.split())
        assert comment.html.count("<p>") == len(source.split("\n\n"))
