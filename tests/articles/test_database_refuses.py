"""What must never be is refused by the database itself, whatever code asks for it."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from articles.models import Article, Entry, Topic
from tests.people import make_article, make_entry

pytestmark = pytest.mark.django_db

NOW = timezone.now()
TODAY = NOW.date()


def refused(rows: models.QuerySet[Any], **values: Any) -> bool:
    try:
        with transaction.atomic():
            assert rows.update(**values) == 1
    except IntegrityError:
        return True
    return False


def one(thing: models.Model) -> models.QuerySet[Any]:
    return type(thing)._default_manager.filter(pk=thing.pk)


def test_what_is_right_is_not_refused(article: Article) -> None:
    entry = make_entry(article)
    assert not refused(one(entry), is_pinned=True)
    assert not refused(one(article), change=article.change + 5)
    assert not refused(one(entry), change=article.change + 5)
    assert not refused(one(article), state="ended", ended_at=NOW)


def test_two_pins_in_an_article(article: Article) -> None:
    first, second = make_entry(article), make_entry(article)
    first.pin()
    assert refused(one(second), is_pinned=True)


@pytest.mark.parametrize("state", ["draft", "withdrawn", "scheduled"])
def test_a_pin_on_what_readers_do_not_see(article: Article, state: str) -> None:
    entry = make_entry(article)
    entry.pin()
    assert refused(one(entry), state=state, scheduled_for=NOW)
    assert not refused(one(entry), state=state, scheduled_for=NOW, is_pinned=False)


def test_what_is_scheduled_without_its_time(article: Article) -> None:
    draft = Entry.objects.create(article=article, text="One")
    assert refused(one(draft), state="scheduled")
    assert not refused(one(draft), state="scheduled", scheduled_for=NOW)


@pytest.mark.parametrize("state", ["published", "withdrawn"])
@pytest.mark.parametrize("missing", ["published_at", "day"])
def test_an_entry_without_its_time_or_day(article: Article, state: str, missing: str) -> None:
    entry = make_entry(article)
    assert refused(one(entry), state=state, **{missing: None})


@pytest.mark.parametrize("state", ["published", "withdrawn"])
def test_a_published_entry_without_a_change_number(article: Article, state: str) -> None:
    draft = Entry.objects.create(article=article, text="One")
    assert refused(one(draft), state=state, published_at=NOW, day=TODAY)
    assert not refused(one(draft), state=state, published_at=NOW, day=TODAY, change=article.change)


def test_an_entry_s_change_above_its_article_s(article: Article) -> None:
    entry = make_entry(article)
    assert refused(one(entry), change=article.change + 1)


def test_a_new_entry_with_a_change_above_its_article_s(article: Article) -> None:
    rows = [Entry(article=article, text="One", html="", change=article.change + n) for n in (0, 1)]
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.bulk_create(rows)
    Entry.objects.bulk_create(rows[:1])


def test_an_entry_that_moves_to_an_article_below_its_change(article: Article) -> None:
    entry = make_entry(article)
    assert refused(one(entry), article=make_article("Another", at=NOW))


def test_an_article_s_change_that_goes_down(article: Article) -> None:
    make_entry(article)
    article.refresh_from_db()
    assert refused(one(article), change=article.change - 1)
    assert not refused(one(article), change=article.change)


@pytest.mark.parametrize("state", ["live", "paused", "ended"])
def test_a_public_article_without_the_time_it_went_live(article: Article, state: str) -> None:
    assert refused(one(article), state=state, ended_at=NOW, published_at=None)


def test_an_ended_article_without_a_time(article: Article) -> None:
    assert refused(one(article), state="ended", ended_at=None)


def test_two_articles_at_one_address(article: Article) -> None:
    assert refused(one(make_article("Another")), slug=article.slug)
    elsewhere = Topic.objects.create(name="Sea", slug="sea")
    assert not refused(one(make_article("Third")), slug=article.slug, topic=elsewhere)


def test_two_topics_at_one_address(article: Article) -> None:
    assert refused(one(Topic.objects.create(name="Sea", slug="sea")), slug=article.topic.slug)


@pytest.mark.parametrize("model", [Topic, Article, Entry])
def test_one_foreign_thing_imported_twice(article: Article, model: type[models.Model]) -> None:
    first = {Topic: article.topic, Article: article, Entry: make_entry(article)}[model]
    sea = Topic.objects.create(name="Sea", slug="sea")
    second = {Topic: sea, Article: make_article("Another"), Entry: make_entry(article)}[model]
    assert not refused(one(first), imported_from="wordpress:example:1")
    assert refused(one(second), imported_from="wordpress:example:1")


@pytest.mark.parametrize("thing", ["topic", "article"])
def test_deleting_what_others_stand_on(article: Article, thing: str) -> None:
    make_entry(article)
    with pytest.raises(models.ProtectedError):
        {"topic": article.topic, "article": article}[thing].delete()


def test_the_triggers_stand_whatever_migrations_have_done_to_the_tables() -> None:
    """SQLite forgets a table's triggers when a migration makes it anew."""
    names = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with connection.cursor() as cursor:
        cursor.execute(names[connection.vendor])
        found = {name for (name,) in cursor.fetchall()}
    entry_triggers = {name for name in found if name.startswith("articles_entry_change_in_range")}
    assert len(entry_triggers) == {"sqlite": 2, "postgresql": 1}[connection.vendor]
    assert "articles_article_change_grows" in found
