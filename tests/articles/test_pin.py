"""One entry stands on top of its article, beside its place among the others."""

import pytest
from django.test import Client

from articles.models import Article, Entry, NotAllowed
from tests.newsroom.pages import read
from tests.people import make_article, make_entry

pytestmark = pytest.mark.django_db


def test_the_pinned_entry_stands_on_top_and_in_its_place(article: Article, client: Client) -> None:
    entries = [make_entry(article, f"Number {number}") for number in range(3)]
    entries[0].pin()
    page = read(client, article.get_absolute_url())
    assert "Number 0" in page.text(".pinned")
    assert page.entries() == [entries[2].pk, entries[1].pk, entries[0].pk]


def test_a_new_pin_takes_the_place_of_the_old_one(article: Article) -> None:
    first, second = make_entry(article), make_entry(article)
    first.pin()
    second.pin()
    first.refresh_from_db()
    assert (first.is_pinned, second.is_pinned) == (False, True)
    # Both have changed for readers, and with one number.
    assert first.change == second.change == Article.objects.get(pk=article.pk).change


def test_unpinned_nothing_stands_on_top(article: Article, client: Client) -> None:
    entry = make_entry(article)
    entry.pin()
    entry.unpin()
    assert read(client, article.get_absolute_url()).text(".pinned[hidden]") == ""
    assert entry.change == Article.objects.get(pk=article.pk).change


def test_it_stands_on_the_first_page_only(article: Article, client: Client) -> None:
    entries = [make_entry(article, f"Number {number}") for number in range(52)]
    entries[0].pin()
    first = read(client, article.get_absolute_url())
    assert first.all(".pinned")
    (link,) = first.attributes('nav a[rel="next"]', "href")
    assert read(client, article.get_absolute_url() + link).all(".pinned") == []


def test_each_article_has_its_own(article: Article) -> None:
    here, there = make_entry(article), make_entry(make_article("Another"))
    here.pin()
    there.pin()
    assert Entry.objects.filter(is_pinned=True).count() == 2


def test_pinning_is_no_edit(article: Article) -> None:
    entry = make_entry(article)
    entry.pin()
    assert entry.edited_at is None


def test_a_draft_cannot_be_pinned_and_the_old_pin_stays(article: Article) -> None:
    pinned, draft = make_entry(article), Entry.objects.create(article=article, text="One")
    pinned.pin()
    with pytest.raises(NotAllowed, match="“One” is draft"):
        draft.pin()
    assert Entry.objects.get(is_pinned=True) == pinned
