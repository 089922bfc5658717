"""A correspondent publishes: readers see the entry from now on, and the article counts one change."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.models import Article, Entry, NotAllowed
from tests.newsroom.pages import read
from tests.people import make_article, make_entry

pytestmark = pytest.mark.django_db


def draft(article: Article, text: str = "The dike holds.") -> Entry:
    return Entry.objects.create(article=article, text=text)


def test_readers_see_it_and_nothing_before(article: Article, client: Client) -> None:
    entry = draft(article)
    assert read(client, article.get_absolute_url()).entries() == []
    entry.publish()
    assert read(client, article.get_absolute_url()).entries() == [entry.pk]


def test_it_carries_the_article_s_next_change_number(article: Article) -> None:
    before = article.change
    first, second = make_entry(article), make_entry(article)
    assert (first.change, second.change) == (before + 1, before + 2)
    assert Article.objects.get(pk=article.pk).change == before + 2


def test_it_says_when_in_the_article_s_own_day(article: Article) -> None:
    entry = make_entry(article, at=datetime(2025, 6, 2, 22, 30, tzinfo=UTC))
    assert entry.published_at == datetime(2025, 6, 2, 22, 30, tzinfo=UTC)
    assert entry.day == date(2025, 6, 3)  # half past midnight in Berlin


def test_the_article_says_when_it_was_last_updated(article: Article) -> None:
    entry = make_entry(article)
    assert Article.objects.get(pk=article.pk).updated_at == entry.published_at


def test_an_older_one_that_is_imported_does_not_turn_the_article_s_clock_back(article: Article) -> None:
    latest = make_entry(article)
    make_entry(article, at=timezone.now() - timedelta(days=3))
    assert Article.objects.get(pk=article.pk).updated_at == latest.published_at


def test_the_caller_s_instances_are_up_to_date_afterwards(article: Article) -> None:
    entry = draft(article)
    entry.publish()
    assert (entry.state, entry.change) == (Entry.State.PUBLISHED, article.change)
    assert article.change == Article.objects.get(pk=article.pk).change


def test_it_takes_few_statements(article: Article, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    entry = draft(article)
    # Savepoint in a test, the number, the article, the entry, its photographs, their two updates, its revision.
    with django_assert_num_queries(9):
        entry.publish()


def test_a_paused_article_takes_entries(article: Article) -> None:
    article.pause()
    assert make_entry(article).state == Entry.State.PUBLISHED


def test_entries_wait_in_a_draft_article_until_it_goes_live(client: Client, article: Article) -> None:
    waiting = Article.objects.create(topic=article.topic, title="Later", slug="later", time_zone="UTC", language="en")
    entry = make_entry(waiting)
    read(client, entry.get_absolute_url(), 404)
    waiting.go_live()
    read(client, entry.get_absolute_url())


@pytest.mark.parametrize("action", ["publish", "withdraw"])
def test_an_entry_is_not_published_twice(article: Article, action: str) -> None:
    entry = make_entry(article)
    if action == "withdraw":
        entry.withdraw()
    with pytest.raises(NotAllowed, match=r"The dike holds.” is (published|withdrawn), so this cannot be done"):
        entry.publish()


def test_a_stale_instance_cannot_publish_what_was_published_meanwhile(article: Article) -> None:
    entry = draft(article)
    stale = Entry.objects.get(pk=entry.pk)
    entry.publish()
    with pytest.raises(NotAllowed):
        stale.publish()
    assert Entry.objects.get(pk=entry.pk).change == entry.change


def test_an_ended_article_takes_no_more(article: Article) -> None:
    article.end()
    entry = draft(article)
    with pytest.raises(NotAllowed, match=r"This article has ended\. Resume it first, then publish."):
        entry.publish()
    article.resume()
    entry.publish()
    assert entry.state == Entry.State.PUBLISHED


def test_no_entry_comes_from_the_future(article: Article) -> None:
    with pytest.raises(NotAllowed, match="This time is in the future"):
        draft(article).publish(timezone.now() + timedelta(minutes=1))


def test_a_refusal_takes_no_number_and_changes_nothing(article: Article) -> None:
    article.end()
    entry = draft(article)
    before = Article.objects.get(pk=article.pk).change
    with pytest.raises(NotAllowed):
        entry.publish()
    assert Article.objects.get(pk=article.pk).change == before
    assert Entry.objects.get(pk=entry.pk).state == entry.state == Entry.State.DRAFT


def test_an_entry_that_takes_part_in_nothing_else_leaves_other_articles_alone(article: Article, carla: User) -> None:
    other = make_article("Another")
    before = Article.objects.values().get(pk=other.pk)
    make_entry(article, author=carla)
    assert Article.objects.values().get(pk=other.pk) == before
