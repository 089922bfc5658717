"""A correspondent corrects an entry: readers see the new text and when it was changed."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from articles.models import Article, Entry
from tests.newsroom.pages import read
from tests.people import make_entry

pytestmark = pytest.mark.django_db

PAST = datetime(2025, 6, 2, 9, tzinfo=UTC)


def number(article: Article) -> int:
    return Article.objects.get(pk=article.pk).change


def test_readers_see_the_new_text_and_that_it_was_updated(article: Article, client: Client) -> None:
    entry = make_entry(article, "Two roads are closed.", PAST)
    assert "Updated" not in read(client, entry.get_absolute_url()).text("main")
    entry.edit(text="*Three* roads are closed.", headline="Roads")
    for address in (article.get_absolute_url(), entry.get_absolute_url()):
        main = read(client, address).text("main")
        assert "Three roads are closed." in main
        assert "Roads" in main
        assert "Two" not in main
        assert "Updated" in main


def test_it_takes_the_next_number_and_keeps_its_place(article: Article) -> None:
    entry, newer = make_entry(article, at=PAST), make_entry(article)
    entry.edit(text="Changed.")
    assert entry.change == newer.change + 1 == number(article)
    assert entry.published_at == PAST
    assert list(article.entries.published()) == [newer, entry]


def test_the_article_was_updated_then(article: Article) -> None:
    entry = make_entry(article, at=PAST)
    entry.edit(text="Changed.")
    assert Article.objects.get(pk=article.pk).updated_at == entry.edited_at != PAST


def test_the_html_follows_the_text_and_only_the_text(article: Article) -> None:
    entry = make_entry(article, "*One*")
    entry.edit(text="**Two**\r\n\x00")
    entry.refresh_from_db()
    assert (entry.text, entry.html) == ("**Two**", "<p><strong>Two</strong></p>\n")
    entry.edit(headline="A headline", is_key_event=True, byline="C.")
    entry.refresh_from_db()
    assert (entry.text, entry.html) == ("**Two**", "<p><strong>Two</strong></p>\n")


def test_editing_a_draft_takes_no_number_and_leaves_no_mark(article: Article) -> None:
    draft = Entry.objects.create(article=article, text="One")
    before = number(article)
    draft.edit(text="*Two*", headline="A headline")
    draft.refresh_from_db()
    assert (draft.text, draft.html, draft.headline) == ("*Two*", "<p><em>Two</em></p>\n", "A headline")
    assert (draft.change, draft.edited_at, number(article)) == (0, None, before)


def test_a_draft_that_was_published_meanwhile_is_edited_as_published(article: Article) -> None:
    draft = Entry.objects.create(article=article, text="One")
    Entry.objects.get(pk=draft.pk).publish()
    draft.edit(text="Two")
    assert (draft.state, draft.text) == (Entry.State.PUBLISHED, "Two")
    assert draft.change == number(article)
    assert draft.edited_at is not None


def test_two_who_edit_different_fields_keep_both(article: Article) -> None:
    entry = make_entry(article, "Text", headline="Headline")
    mine, yours = Entry.objects.get(pk=entry.pk), Entry.objects.get(pk=entry.pk)
    mine.edit(text="My text")
    yours.edit(headline="Your headline")
    entry.refresh_from_db()
    assert (entry.text, entry.headline) == ("My text", "Your headline")
    assert (yours.text, yours.html) == (entry.text, entry.html)


@pytest.mark.parametrize("action", ["edit", "pin", "unpin", "withdraw"])
def test_a_stale_instance_never_writes_old_values_back(article: Article, action: str) -> None:
    entry = make_entry(article, "Old text", headline="Old headline")
    stale = Entry.objects.select_related("article").get(pk=entry.pk)
    entry.edit(text="New text", headline="New headline", is_key_event=True)
    article.edit(title="New title")
    getattr(stale, action)(**({"byline": "C."} if action == "edit" else {}))
    entry.refresh_from_db()
    assert (entry.text, entry.html) == ("New text", "<p>New text</p>\n")
    assert (entry.headline, entry.is_key_event) == ("New headline", True)
    assert Article.objects.get(pk=article.pk).title == "New title"


def test_what_was_edited_while_withdrawn_says_so_when_it_is_back(article: Article) -> None:
    entry = make_entry(article)
    entry.withdraw()
    entry.edit(text="Nothing holds.")
    assert entry.state == Entry.State.WITHDRAWN
    entry.restore()
    assert entry.edited_at is not None


def test_editing_what_is_withdrawn_does_not_say_the_article_was_updated(article: Article) -> None:
    entry = make_entry(article)
    entry.withdraw()
    before = Article.objects.get(pk=article.pk).updated_at
    entry.edit(text="Nothing holds.")
    assert Article.objects.get(pk=article.pk).updated_at == before


def test_an_edit_that_fails_half_way_leaves_no_trace(article: Article) -> None:
    entry = make_entry(article, "Old")
    before = Article.objects.values().get(pk=article.pk)
    with pytest.raises(Exception, match=r"is_key_event|null|NULL"):
        entry.edit(text="New", is_key_event=None)
    assert Article.objects.values().get(pk=article.pk) == before
    assert Entry.objects.get(pk=entry.pk).text == "Old"
