"""A correction says openly what was wrong: on the entry, live, and on a page of all corrections."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from articles.models import Article, Conflict, Correction, Entry, NotAllowed, correct
from tests.people import make_entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(article: Article, carla: User) -> Entry:
    return make_entry(article, "Five people.", author=carla)


def test_the_text_changes_and_the_note_says_what_was_wrong(entry: Entry, carla: User) -> None:
    correct(entry, "It said five people. It was four.", by=carla, based_on=0, text="Four people.")
    assert (entry.text, entry.version) == ("Four people.", 1)
    assert entry.corrected_at == entry.corrections.get().at
    assert entry.corrections.get().note == "It said five people. It was four."


def test_it_takes_one_number(entry: Entry, carla: User) -> None:
    before = Article.objects.get().change
    correct(entry, "Wrong.", by=carla, text="Four people.")
    assert entry.change == Article.objects.get().change == before + 1


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_only_what_readers_see(article: Article, edith: User, state: str) -> None:
    entry = Entry.objects.create(article=article, text="Five.")
    if state == "withdrawn":
        entry.publish()
        entry.withdraw()
    with pytest.raises(NotAllowed, match="Only what readers see can be corrected"):
        correct(entry, "Wrong.", by=edith, text="Four.")


def test_not_without_a_word(entry: Entry, carla: User) -> None:
    with pytest.raises(NotAllowed, match="Say in a sentence what was wrong"):
        correct(entry, "  ", by=carla, text="Four people.")
    assert Entry.objects.get().text == "Five people."


def test_a_conflict_leaves_no_note(entry: Entry, carla: User, edith: User) -> None:
    entry.edit(by=edith, text="Three people.")
    with pytest.raises(Conflict):
        correct(entry, "Wrong.", by=carla, based_on=0, text="Four people.")
    assert not Correction.objects.exists()


def test_another_s_entry_is_an_editor_s(entry: Entry, conny: User) -> None:
    with pytest.raises(PermissionDenied):
        correct(entry, "Wrong.", by=conny, text="Four people.")


def test_of_what_was_withdrawn_nothing_is_listed(entry: Entry, carla: User) -> None:
    correct(entry, "Wrong.", by=carla, text="Four people.")
    assert Correction.objects.public().count() == 1
    entry.withdraw()
    assert Correction.objects.public().count() == 0


def test_the_same_once_more_is_told_once(entry: Entry, carla: User) -> None:
    for _time in range(2):
        correct(entry, "It was four.", by=carla, based_on=0, photographs=[], text="Four people.")
    assert (entry.version, Correction.objects.count()) == (1, 1)
    correct(entry, "It was three.", by=carla, based_on=1, photographs=[], text="Three people.")
    assert Correction.objects.count() == 2
