"""An entry is taken back: its place is empty, its address says so, and it can return exactly as it was."""

import pytest
from django.test import Client

from accounts.models import User
from articles.models import Article, Entry, NotAllowed
from tests.newsroom.pages import read
from tests.people import make_entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(article: Article) -> Entry:
    make_entry(article, "Before.")
    entry = make_entry(article, "The bridge is gone.", headline="Bridge", is_key_event=True)
    make_entry(article, "After.")
    return entry


def pages_with_it(client: Client, entry: Entry) -> list[str]:
    base = entry.article.get_absolute_url()
    archive = f"/{entry.day:%Y/%m/%d}/"
    addresses = ["/", base, f"{base}?order=oldest", f"{base}{entry.day}/", archive]
    return [address for address in addresses if "Bridge" in read(client, address).html]


def test_no_page_shows_a_withdrawn_entry(client: Client, entry: Entry) -> None:
    assert len(pages_with_it(client, entry)) == 5
    entry.withdraw()
    assert pages_with_it(client, entry) == []


def test_its_address_says_that_it_is_gone_and_where_the_rest_is(client: Client, entry: Entry) -> None:
    entry.withdraw()
    page = read(client, entry.get_absolute_url(), 410)
    assert page.text("h1") == "This entry has been withdrawn"
    assert entry.article.get_absolute_url() in page.attributes("main a", "href")
    assert "bridge" not in page.html.lower()
    assert page.attribute('meta[name="robots"]', "content") == "noindex"


def test_restored_it_stands_where_it_stood(client: Client, entry: Entry) -> None:
    before = read(client, entry.article.get_absolute_url()).entries()
    published_at = entry.published_at
    entry.withdraw()
    entry.restore()
    assert read(client, entry.article.get_absolute_url()).entries() == before
    assert (entry.published_at, entry.edited_at) == (published_at, None)
    assert len(pages_with_it(client, entry)) == 5


def test_each_takes_a_number_so_that_open_pages_learn_of_it(entry: Entry) -> None:
    start = Article.objects.get(pk=entry.article_id).change
    entry.withdraw()
    assert entry.change == start + 1
    entry.restore()
    assert entry.change == start + 2 == Article.objects.get(pk=entry.article_id).change


def test_withdrawing_the_pinned_entry_takes_the_pin_and_restoring_does_not_bring_it_back(entry: Entry) -> None:
    entry.pin()
    entry.withdraw()
    assert not Entry.objects.filter(is_pinned=True).exists()
    entry.restore()
    assert not Entry.objects.filter(is_pinned=True).exists()


@pytest.mark.parametrize("action", ["withdraw", "pin", "publish"])
def test_a_withdrawn_entry_cannot_be(entry: Entry, action: str) -> None:
    entry.withdraw()
    with pytest.raises(NotAllowed, match="“Bridge” is withdrawn"):
        getattr(entry, action)()


def test_a_published_entry_cannot_be_restored(entry: Entry) -> None:
    with pytest.raises(NotAllowed, match="“Bridge” is published"):
        entry.restore()


@pytest.mark.parametrize("action", ["withdraw", "restore", "pin"])
def test_nothing_is_taken_back_that_readers_never_saw(article: Article, action: str) -> None:
    draft = Entry.objects.create(article=article, text="One")
    before = Article.objects.get(pk=article.pk).change
    with pytest.raises(NotAllowed, match="“One” is draft"):
        getattr(draft, action)()
    assert Article.objects.get(pk=article.pk).change == before


def test_two_who_withdraw_the_same_entry_withdraw_it_once(entry: Entry) -> None:
    other = Entry.objects.get(pk=entry.pk)
    entry.withdraw()
    with pytest.raises(NotAllowed):
        other.withdraw()
    assert Article.objects.get(pk=entry.article_id).change == entry.change


def test_what_was_emptied_meanwhile_is_not_restored(article: Article, edith: User) -> None:
    entry = make_entry(article)
    entry.withdraw(by=edith)
    entry.edit(by=edith, text="")
    with pytest.raises(NotAllowed, match="nothing to read"):
        entry.restore(by=edith)
