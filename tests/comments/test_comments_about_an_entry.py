"""A conversation says which entry it is about, and an entry how many comments there are about it."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.models import Article, Entry
from comments.models import Comment
from tests.comments.pages import Element, box, comments_path, read
from tests.people import make_entry, say


def about(author: User, entry: Entry, text: str = "I saw it.") -> Comment:
    return Comment.objects.post(entry.article, text, author=author, entry=entry)


def link_of(page: Element, entry: Entry) -> Element:
    """The entry's way to what readers say about it."""
    (shown,) = [element for element in page.all("article", "entry") if element["id"] == f"e{entry.pk}"]
    return shown.all("p", "meta")[0].all("a")[-1]


@pytest.fixture
def entry(article: Article) -> Entry:
    return make_entry(article, headline="The dike <holds>")


def test_the_head_of_a_conversation_names_the_entry_on_pages_of_the_article(
    client: Client, nadia: User, article: Article, entry: Entry
) -> None:
    root = about(nadia, entry)
    reply = say(nadia, article, parent=root)
    for path in (article.get_absolute_url(), comments_path(article)):
        page = read(client.get(path))
        assert box(page, root).links("The dike <holds>") == [entry.get_absolute_url()]
        assert box(page, reply).all("span", "about") == []
    assert box(read(client.get(entry.get_absolute_url())), root).all("span", "about") == []


def test_an_entry_without_headline_is_named_by_its_words(client: Client, nadia: User, article: Article) -> None:
    root = about(nadia, make_entry(article, "The bridge is *closed*."))
    assert box(read(client.get(comments_path(article))), root).one("span", "about").text == "on The bridge is closed."


def test_a_withdrawn_entry_is_not_named(client: Client, nadia: User, article: Article, entry: Entry) -> None:
    root = about(nadia, entry)
    entry.withdraw()
    page = client.get(comments_path(article))
    assert box(read(page), root).all("span", "about") == []
    assert "dike" not in page.text


def test_an_entry_counts_its_comments_and_leads_to_them(
    client: Client, nadia: User, mo: User, article: Article, entry: Entry
) -> None:
    new = f"{article.get_absolute_url()}comments/new/?entry={entry.pk}"
    paths = (article.get_absolute_url(), f"{article.get_absolute_url()}{entry.day}/", f"/{entry.day:%Y/%m/%d}/")
    for path in paths:
        link = link_of(read(client.get(path)), entry)
        assert (link.text, link["href"]) == ("Comment on this", new)
    root = about(nadia, entry)
    say(nadia, article, parent=root)
    say(nadia, article)
    for path in paths:
        link = link_of(read(client.get(path)), entry)
        assert (link.text, link["href"]) == ("2 comments", f"{entry.get_absolute_url()}#comments")
    root.hide(mo, "spam")
    assert link_of(read(client.get(paths[0])), entry).text == "1 comment"
    page = read(client.get(entry.get_absolute_url()))
    assert page.one("section", "conversations").one("h2").text == "1 comment on this entry"


def test_a_closed_article_s_entries_invite_nobody(client: Client, article: Article, entry: Entry) -> None:
    article.edit(comment_policy=Article.CommentPolicy.CLOSED)
    assert "Comment on this" not in read(client.get(article.get_absolute_url())).text


@pytest.mark.parametrize("entries", [1, 15])
def test_the_names_of_entries_take_one_query(
    client: Client, nadia: User, article: Article, django_assert_num_queries: DjangoAssertNumQueries, entries: int
) -> None:
    for number in range(entries):
        about(nadia, make_entry(article, headline=f"Entry {number}"))
    with django_assert_num_queries(4):
        client.get(comments_path(article))
    with django_assert_num_queries(8):
        client.get(article.get_absolute_url())
