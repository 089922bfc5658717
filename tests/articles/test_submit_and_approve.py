"""Who does not publish submits; an editor approves, amends or returns it with a note."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import User
from articles.dispatch import publish_due
from articles.models import Article, Conflict, Entry, NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def hers(article: Article, conny: User) -> Entry:
    return Entry.objects.save_draft(article, by=conny, key=uuid4(), text="The pier is closed.")


def test_it_waits_for_an_editor(hers: Entry, conny: User) -> None:
    hers.submit(by=conny)
    assert list(Entry.objects.submitted()) == [hers]


def test_an_editor_publishes_it(hers: Entry, conny: User, edith: User) -> None:
    hers.submit(by=conny)
    hers.publish(by=edith)
    assert (hers.state, hers.author) == ("published", conny)


def test_an_editor_amends_it_first(hers: Entry, conny: User, edith: User) -> None:
    hers.submit(by=conny)
    hers.edit(by=edith, text="The pier is closed until noon.")
    hers.publish(by=edith)
    assert (hers.text, hers.edited_at) == ("The pier is closed until noon.", None)


def test_an_editor_returns_it_with_a_note(hers: Entry, conny: User, edith: User) -> None:
    hers.submit(by=conny)
    hers.send_back("Who says so?", by=edith)
    assert (hers.state, hers.note) == ("draft", "Who says so?")
    hers.edit(by=conny, text="The pier is closed, the port says.")
    hers.submit(by=conny)
    assert (hers.state, hers.note) == ("submitted", "")


def test_not_without_a_note(hers: Entry, conny: User, edith: User) -> None:
    hers.submit(by=conny)
    with pytest.raises(NotAllowed, match="Say what is missing"):
        hers.send_back(" ", by=edith)
    assert Entry.objects.get().state == "submitted"


def test_nothing_is_submitted_empty(hers: Entry, conny: User) -> None:
    hers.edit(by=conny, text="")
    with pytest.raises(NotAllowed, match="nothing to read"):
        hers.submit(by=conny)


def test_whoever_submits_does_not_publish(hers: Entry, conny: User, carla: User) -> None:
    hers.submit(by=conny)
    for person in (conny, carla):
        with pytest.raises(PermissionDenied):
            hers.publish(by=person)
        with pytest.raises(PermissionDenied):
            hers.send_back("No.", by=person)
    assert Entry.objects.get().state == "submitted"


def test_what_readers_see_is_out_of_her_hands(hers: Entry, conny: User, edith: User) -> None:
    hers.submit(by=conny)
    hers.publish(by=edith)
    for action in (
        lambda: hers.edit(by=conny, text="Mine."),
        lambda: hers.withdraw(by=conny),
        lambda: hers.pin(by=conny),
        lambda: hers.mark(True, by=conny),
    ):
        with pytest.raises(PermissionDenied):
            action()
    assert Entry.objects.get().text == "The pier is closed."


def test_what_waits_for_an_editor_stays_as_it_was_read(hers: Entry, conny: User, edith: User) -> None:
    hers.submit(by=conny)
    with pytest.raises(PermissionDenied):
        hers.edit(by=conny, text="Never read.")
    hers.schedule(timezone.now() + timedelta(hours=1), by=edith)
    with pytest.raises(PermissionDenied):
        hers.edit(by=conny, text="Never read.")
    assert Entry.objects.get().text == "The pier is closed."


def test_she_takes_it_back_to_change_it(hers: Entry, conny: User, edith: User) -> None:
    hers.submit(by=conny)
    read = hers.version
    hers.recall(by=conny)
    hers.edit(by=conny, text="The pier is open.")
    hers.submit(by=conny)
    with pytest.raises(Conflict):
        hers.approve(by=edith, based_on=read)
    hers.approve(by=edith, based_on=hers.version)
    assert (hers.state, hers.text) == ("published", "The pier is open.")


def test_a_draft_that_comes_late_changes_nothing(hers: Entry, article: Article, conny: User) -> None:
    hers.submit(by=conny)
    again = Entry.objects.save_draft(article, by=conny, key=hers.key, text="The pier is cl")
    assert (again.state, again.text) == ("submitted", "The pier is closed.")


def test_the_time_that_she_chose_is_kept(article: Article, conny: User, edith: User) -> None:
    noon = timezone.now() + timedelta(hours=3)
    hers = Entry.objects.save_draft(
        article, by=conny, key=uuid4(), text="At noon.", scheduled_for=noon, pin_on_publish=True
    )
    hers.submit(by=conny)
    hers.approve(by=edith)
    assert (hers.state, hers.scheduled_for) == ("scheduled", noon)
    Entry.objects.update(scheduled_for=timezone.now())
    assert publish_due() == 1
    hers.refresh_from_db()
    assert (hers.state, hers.is_pinned) == ("published", True)


def test_a_time_before_it_was_written_is_the_one_it_carries(article: Article, conny: User, edith: User) -> None:
    then = timezone.now() - timedelta(hours=3)
    hers = Entry.objects.save_draft(article, by=conny, key=uuid4(), text="It began.", scheduled_for=then)
    hers.submit(by=conny)
    hers.approve(by=edith)
    assert hers.published_at == then
