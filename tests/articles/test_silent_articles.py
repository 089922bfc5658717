"""A live article that nobody updates asks at its desk, then ends by itself."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from articles.dispatch import ask_or_end, tend
from articles.models import Article, Entry
from tests.people import make_article, make_entry

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def silent(settings: object) -> Article:
    """Since thirteen hours; it asks after twelve."""
    settings.SILENT_HOURS = 12
    return make_article(at=timezone.now() - 13 * HOUR)


def test_it_asks(silent: Article) -> None:
    tend()
    silent.refresh_from_db()
    assert (silent.asks, silent.state) == (True, "live")


def test_one_that_had_an_update_does_not(silent: Article) -> None:
    make_entry(silent)
    tend()
    silent.refresh_from_db()
    assert not silent.asks


def test_after_an_hour_without_a_word_it_ends(silent: Article) -> None:
    tend()
    silent.refresh_from_db()
    ask_or_end(silent, timezone.now() + HOUR / 2)
    assert silent.state == "live"
    ask_or_end(silent, timezone.now() + HOUR)
    assert silent.state == "ended"


@pytest.mark.parametrize("sign", ["entry", "keep_open"])
def test_a_word_keeps_it_open(silent: Article, carla: User, sign: str) -> None:
    tend()
    silent.refresh_from_db()
    stale = Article.objects.get(pk=silent.pk)
    if sign == "entry":
        make_entry(silent)
    else:
        silent.keep_open(by=carla)
    assert not silent.asks
    ask_or_end(stale, timezone.now() + HOUR)
    silent.refresh_from_db()
    assert silent.state == "live"


def test_one_that_was_resumed_starts_anew(silent: Article) -> None:
    silent.end()
    silent.resume()
    tend()
    silent.refresh_from_db()
    assert not silent.asks


def test_zero_means_never(silent: Article, settings: object) -> None:
    settings.SILENT_HOURS = 0
    tend()
    silent.refresh_from_db()
    assert not silent.asks


def test_not_while_something_is_still_to_go_out(silent: Article, carla: User) -> None:
    entry = make_entry(silent)
    Article.objects.update(updated_at=silent.published_at, kept_open_at=None)
    Entry.objects.filter(pk=entry.pk).update(state="scheduled", scheduled_for=timezone.now() + HOUR)
    tend()
    silent.refresh_from_db()
    assert not silent.asks


def test_what_is_written_of_long_ago_is_a_sign_too(silent: Article, carla: User) -> None:
    tend()
    silent.refresh_from_db()
    Entry.objects.post(silent, by=carla, key=uuid4(), text="It began here.", at=timezone.now() - 12 * HOUR)
    assert not silent.asks
