"""What a composer sends is one entry, however often it is sent: a double click, a retry, a flaky line."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.models import Article, Conflict, Entry, NotAllowed
from tests.people import make_entry

pytestmark = pytest.mark.django_db


def test_it_is_published_at_once(article: Article, carla: User) -> None:
    entry = Entry.objects.post(article, by=carla, key=uuid4(), text="The *dike* holds.", byline="Carla")
    assert (entry.state, entry.author, entry.html) == ("published", carla, "<p>The <em>dike</em> holds.</p>\n")
    assert entry.change == article.change == Article.objects.get().change
    assert Article.objects.get().updated_at == entry.published_at


def test_sent_again_it_is_the_same(article: Article, carla: User) -> None:
    key = uuid4()
    first = Entry.objects.post(article, by=carla, key=key, text="Once.")
    again = Entry.objects.post(article, by=carla, key=key, text="Once.")
    assert (again.pk, again.change, again.version) == (first.pk, first.change, 0)
    assert Entry.objects.count() == 1


def test_another_story_in_the_same_form_does_not_overwrite_the_first(article: Article, carla: User) -> None:
    key = uuid4()
    Entry.objects.post(article, by=carla, key=key, text="One.")
    with pytest.raises(Conflict):
        Entry.objects.post(article, by=carla, key=key, text="Another story.")
    entry = Entry.objects.get()
    assert (entry.text, entry.version, entry.edited_at) == ("One.", 0, None)


def test_its_draft_is_what_goes_out(article: Article, carla: User) -> None:
    key = uuid4()
    draft = Entry.objects.save_draft(article, by=carla, key=key, text="On")
    assert (draft.state, draft.change) == ("draft", 0)
    Entry.objects.save_draft(article, by=carla, key=key, text="One.")
    entry = Entry.objects.post(article, by=carla, key=key, text="One. Two.")
    assert (entry.pk, entry.state, entry.text) == (draft.pk, "published", "One. Two.")


def test_a_draft_that_comes_late_changes_nothing(article: Article, carla: User) -> None:
    key = uuid4()
    entry = Entry.objects.post(article, by=carla, key=key, text="One. Two.")
    Entry.objects.save_draft(article, by=carla, key=key, text="One.")
    entry.refresh_from_db()
    assert (entry.text, entry.state, entry.version) == ("One. Two.", "published", 0)


def test_nobody_takes_another_s_form_over(article: Article, carla: User, conny: User) -> None:
    key = uuid4()
    Entry.objects.save_draft(article, by=carla, key=key, text="Mine.")
    for sent in (Entry.objects.save_draft, Entry.objects.post):
        with pytest.raises(PermissionDenied):
            sent(article, by=conny, key=key, text="Mine now.")
    assert Entry.objects.get().text == "Mine."


def test_it_may_be_pinned_as_it_goes_out(article: Article, carla: User) -> None:
    old = make_entry(article)
    old.pin()
    entry = Entry.objects.post(article, by=carla, key=uuid4(), text="Above all.", pin=True)
    old.refresh_from_db()
    assert (entry.is_pinned, old.is_pinned) == (True, False)
    assert old.change == entry.change


def test_a_time_that_has_passed_is_the_time_it_carries(article: Article, carla: User) -> None:
    latest, at = make_entry(article), timezone.now() - timedelta(hours=2)
    entry = Entry.objects.post(article, by=carla, key=uuid4(), text="Earlier.", at=at)
    assert entry.published_at == at
    assert Article.objects.get().updated_at == latest.published_at


def test_an_ended_article_refuses_and_nothing_is_kept(article: Article, carla: User) -> None:
    article.end()
    with pytest.raises(NotAllowed, match="Resume it first"):
        Entry.objects.post(article, by=carla, key=uuid4(), text="Too late.")
    assert not Entry.objects.exists()


def test_nothing_to_read_is_not_published(article: Article, carla: User) -> None:
    with pytest.raises(NotAllowed, match="There is nothing to read yet"):
        Entry.objects.post(article, by=carla, key=uuid4(), text="  ")
    assert not Entry.objects.exists()


@pytest.mark.parametrize("entries", [4, 40])
def test_it_takes_as_many_statements_in_a_long_article_as_in_a_short_one(
    article: Article, carla: User, entries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(entries):
        make_entry(article)
    carla = User.objects.get(pk=carla.pk)
    # The form's key, two for rights, savepoint in a test, number, article, entry, revision.
    with django_assert_num_queries(9):
        Entry.objects.post(article, by=carla, key=uuid4(), text="One.")


def test_a_draft_on_its_way_does_not_overwrite_what_went_out(article: Article, carla: User) -> None:
    key = uuid4()
    draft = Entry.objects.save_draft(article, by=carla, key=key, text="The dike")
    Entry.objects.post(article, by=carla, key=key, text="The dike holds.")
    # As one does that had read it as a draft.
    assert draft.edit_draft(by=carla, based_on=0, text="The dike hol") is False
    entry = Entry.objects.get()
    assert (entry.text, entry.edited_at) == ("The dike holds.", None)
