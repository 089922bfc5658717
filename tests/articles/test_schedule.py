"""An entry goes out by itself at its time: once, and late rather than never."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from accounts.models import User
from articles.dispatch import MOST_AT_ONCE, publish_due
from articles.forms import as_form
from articles.models import Article, Entry, NotAllowed
from tests.newsroom.pages import read

pytestmark = pytest.mark.django_db
NOON = timezone.now() + timedelta(hours=3)


@pytest.fixture
def at_noon(article: Article, carla: User) -> Entry:
    return Entry.objects.post(article, by=carla, key=uuid4(), text="At noon.", at=NOON)


class at:
    """What happens by itself at a time."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __enter__(self) -> None:
        self.clock = patch("django.utils.timezone.now", return_value=self.moment)
        self.clock.start()

    def __exit__(self, *_error: object) -> None:
        self.clock.stop()


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    yield
    patch.stopall()


def test_readers_see_nothing_before_its_time(article: Article, at_noon: Entry, client: Client) -> None:
    assert (at_noon.state, at_noon.change, at_noon.scheduled_for) == ("scheduled", 0, NOON)
    with at(NOON - timedelta(seconds=1)):
        assert publish_due() == 0
    read(client, at_noon.get_absolute_url(), 404)
    assert Article.objects.get().change == article.change


def test_it_goes_out_at_its_time_with_the_next_number(article: Article, at_noon: Entry, client: Client) -> None:
    with at(NOON):
        assert publish_due() == 1
    at_noon.refresh_from_db()
    assert (at_noon.state, at_noon.published_at) == ("published", NOON)
    assert at_noon.change == Article.objects.get().change == article.change + 1
    assert read(client, article.get_absolute_url()).entries() == [at_noon.pk]


def test_once(at_noon: Entry) -> None:
    stale = Entry.objects.get(pk=at_noon.pk)
    with at(NOON):
        assert [publish_due(), publish_due(), stale.publish_due(NOON)] == [1, 0, False]
    assert Article.objects.get().change == Entry.objects.get().change


def test_after_the_machine_slept_it_goes_out_at_once(at_noon: Entry) -> None:
    with at(NOON + timedelta(hours=8)):
        assert publish_due() == 1
    assert Entry.objects.get().published_at == NOON


def test_many_go_out_in_the_order_of_their_times(article: Article, carla: User) -> None:
    for number in range(MOST_AT_ONCE + 5):
        Entry.objects.post(
            article, by=carla, key=uuid4(), text=f"{number}", at=NOON + timedelta(seconds=(number * 7) % 60)
        )
    with at(NOON + timedelta(minutes=2)):
        assert [publish_due(), publish_due(), publish_due()] == [MOST_AT_ONCE, 5, 0]
    times = list(Entry.objects.order_by("change").values_list("published_at", flat=True))
    assert times == sorted(times)


def test_it_is_put_off_or_taken_back_until_then(at_noon: Entry, carla: User) -> None:
    at_noon.schedule(NOON + timedelta(hours=1), by=carla)
    with at(NOON):
        assert publish_due() == 0
    at_noon.unschedule(by=carla)
    assert at_noon.state == "draft"
    with at(NOON + timedelta(hours=2)):
        assert publish_due() == 0


def test_or_published_at_once(at_noon: Entry, carla: User) -> None:
    at_noon.publish(by=carla)
    assert at_noon.published_at < NOON
    with at(NOON):
        assert publish_due() == 0


def test_what_has_gone_out_cannot_be_taken_back(at_noon: Entry, carla: User) -> None:
    with at(NOON):
        publish_due()
    with pytest.raises(NotAllowed, match="is published"):
        at_noon.unschedule(by=carla)


def test_it_is_edited_until_then(at_noon: Entry, carla: User) -> None:
    at_noon.edit(by=carla, text="At twelve.")
    with at(NOON):
        publish_due()
    at_noon.refresh_from_db()
    assert (at_noon.html, at_noon.edited_at) == ("<p>At twelve.</p>\n", None)


def test_in_an_article_that_has_ended_it_becomes_a_draft_and_says_why(article: Article, at_noon: Entry) -> None:
    article.end()
    with at(NOON):
        assert publish_due() == 0
    at_noon.refresh_from_db()
    assert (at_noon.state, at_noon.note) == ("draft", "This article has ended. Resume it first, then publish.")


def test_a_time_that_has_passed_is_refused(article: Article, carla: User) -> None:
    draft = Entry.objects.save_draft(article, by=carla, key=uuid4(), text="Late.")
    with pytest.raises(NotAllowed, match="This time has passed"):
        draft.schedule(timezone.now() - timedelta(seconds=1), by=carla)


def test_a_hold_is_a_schedule_of_seconds(article: Article, carla: User) -> None:
    entry = Entry.objects.post(article, by=carla, key=uuid4(), text="Wait.", hold=10)
    assert entry.state == "scheduled"
    assert timedelta(seconds=8) < entry.scheduled_for - timezone.now() <= timedelta(seconds=10)
    again = Entry.objects.post(article, by=carla, key=entry.key, text="Wait.", hold=10)
    assert (again.pk, again.scheduled_for) == (entry.pk, entry.scheduled_for)


def test_who_does_not_publish_does_not_schedule(article: Article, conny: User) -> None:
    with pytest.raises(PermissionDenied):
        Entry.objects.post(article, by=conny, key=uuid4(), text="At noon.", at=NOON)
    assert not Entry.objects.exists()


def test_a_pin_waits_with_it(article: Article, carla: User) -> None:
    held = Entry.objects.post(article, by=carla, key=uuid4(), text="At noon.", at=NOON, pin=True)
    assert not held.is_pinned
    with at(NOON):
        publish_due()
    held.refresh_from_db()
    assert held.is_pinned


def test_its_time_is_in_the_form_again(article: Article, carla: User) -> None:
    later = Entry.objects.save_draft(article, by=carla, key=uuid4(), text="At noon.", scheduled_for=NOON)
    assert as_form(later)["at"] == f"{NOON.astimezone(article.zone):%Y-%m-%dT%H:%M}"


def test_without_a_time_it_goes_out_now(at_noon: Entry, article: Article, carla: User) -> None:
    again = Entry.objects.post(article, by=carla, key=at_noon.key, text="At noon.")
    assert again.state == "published"


def test_sent_once_more_it_still_waits(at_noon: Entry, article: Article, carla: User) -> None:
    again = Entry.objects.post(article, by=carla, key=at_noon.key, text="At noon.", at=NOON)
    assert (again.state, again.scheduled_for) == ("scheduled", NOON)


def test_one_that_fails_holds_up_no_other(article: Article, carla: User, caplog: pytest.LogCaptureFixture) -> None:
    first, second = (
        Entry.objects.post(article, by=carla, key=uuid4(), text=f"{n}", at=NOON + timedelta(seconds=n))
        for n in range(2)
    )
    publish = Entry.publish_due

    def broken(entry: Entry, now: datetime) -> bool:
        if entry.pk == first.pk:
            raise ValueError("a fault")
        return publish(entry, now)

    with at(NOON + timedelta(minutes=1)), patch.object(Entry, "publish_due", broken):
        assert publish_due() == 1
    second.refresh_from_db()
    assert second.state == "published"
    assert "a fault" in caplog.text
