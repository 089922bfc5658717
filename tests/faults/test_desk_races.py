"""The desk in a hurry: many saves of one entry, and one form sent many times, at the same moment."""

import uuid
from contextlib import suppress

import pytest

from accounts.models import User
from articles.models import Article, Conflict, Entry, NotAllowed
from bench.correspondents import save_stale, send_form
from bench.crowd import together
from tests.people import make_entry, make_person

PROCESSES = 10
ROUNDS = 60

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def carla(people: list[User]) -> User:
    """A correspondent; the test before has emptied the table of groups, so a superuser's rights."""
    carla = make_person("Carla")
    carla.is_staff = carla.is_superuser = True
    carla.save()
    return carla


@pytest.mark.parametrize("state", ["draft", "published"])
def test_of_a_hundred_stale_saves_one_is_taken_and_nothing_overwritten(
    articles: list[Article], carla: User, state: str
) -> None:
    article = articles[0]
    entry = Entry.objects.create(article=article, text="Two roads.", author=carla)
    if state == "published":
        entry.publish()
    before = Article.objects.get(pk=article.pk).change
    answers = together(*[(save_stale, entry.pk, carla.pk, process) for process in range(PROCESSES)])
    taken = [text for answer in answers for text in answer]
    entry.refresh_from_db()
    assert taken == [entry.text]
    assert entry.version == 1
    assert Article.objects.get(pk=article.pk).change == before + (state == "published")
    assert entry.history.filter(version=1).count() == 1


def send(article_id: int, person_id: int, key: uuid.UUID, process: int) -> list[int]:
    """The same composer form five times, its drafts between. One of two processes has the draft first."""
    article, person, sent = Article.objects.get(pk=article_id), User.objects.get(pk=person_id), []
    for number in range(5):
        if (process + number) % 2:
            Entry.objects.save_draft(article, by=person, key=key, text="The dike")
        sent.append(Entry.objects.post(article, by=person, key=key, text="The dike holds.").pk)
    return sent


def test_one_form_sent_fifty_times_at_once_is_one_entry(articles: list[Article], carla: User) -> None:
    article, key = articles[0], uuid.uuid4()
    before = Article.objects.get(pk=article.pk).change
    answers = together(*[(send_form, article.pk, carla.pk, key) for _ in range(PROCESSES)])
    assert len({pk for answer in answers for pk in answer}) == 1
    entry = Entry.objects.get()
    assert (entry.text, entry.version) == ("The dike holds.", 0)
    assert Article.objects.get(pk=article.pk).change == before + 1 == entry.change


def test_drafts_on_their_way_meanwhile_take_nothing_back(articles: list[Article], carla: User) -> None:
    make_entry(articles[0])
    key = uuid.uuid4()
    together(*[(send, articles[0].pk, carla.pk, key, process) for process in range(PROCESSES)])
    entry = Entry.objects.get(key=key)
    assert (entry.text, entry.state) == ("The dike holds.", "published")
    assert Entry.objects.count() == 2


def save_late(article_id: int, person_id: int, keys: list[uuid.UUID]) -> None:
    article, person = Article.objects.get(pk=article_id), User.objects.get(pk=person_id)
    for key in keys:
        Entry.objects.save_draft(article, by=person, key=key, text="The dike hol")


def post_each(article_id: int, person_id: int, keys: list[uuid.UUID]) -> None:
    article, person = Article.objects.get(pk=article_id), User.objects.get(pk=person_id)
    for key in keys:
        Entry.objects.post(article, by=person, key=key, text="The dike holds.")


def test_no_draft_overwrites_what_goes_out_at_the_same_moment(articles: list[Article], carla: User) -> None:
    article, keys = articles[0], [uuid.uuid4() for _ in range(ROUNDS)]
    for key in keys:
        Entry.objects.save_draft(article, by=carla, key=key, text="The dike")
    together((save_late, article.pk, carla.pk, keys), (post_each, article.pk, carla.pk, keys))
    assert set(Entry.objects.values_list("text", "state", "edited_at")) == {("The dike holds.", "published", None)}


def amend_each(article_id: int, person_id: int, keys: list[uuid.UUID]) -> None:
    article, person = Article.objects.get(pk=article_id), User.objects.get(pk=person_id)
    for key in keys:
        with suppress(Conflict):
            Entry.objects.post(article, by=person, key=key, based_on=0, text="The dike holds, says the mayor.")


def approve_each(person_id: int, keys: list[uuid.UUID]) -> None:
    person = User.objects.get(pk=person_id)
    for key in keys:
        with suppress(NotAllowed):
            Entry.objects.select_related("article__topic").get(key=key).approve(by=person, based_on=0)


def test_who_amends_and_who_approves_never_wait_for_each_other(articles: list[Article], carla: User) -> None:
    article, keys = articles[0], [uuid.uuid4() for _ in range(ROUNDS)]
    for key in keys:
        Entry.objects.save_draft(article, by=carla, key=key, text="The dike holds.").submit(by=carla)
    # A deadlock would be an error of one of them.
    together((amend_each, article.pk, carla.pk, keys), (approve_each, carla.pk, keys))
    assert Entry.objects.published().count() == ROUNDS
    numbers = sorted(Entry.objects.values_list("change", flat=True))
    assert len(set(numbers)) == ROUNDS
