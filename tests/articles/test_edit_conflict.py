"""Two people on one entry: the second save is refused, and nothing is overwritten."""

import pytest

from accounts.models import User
from articles.models import Article, Conflict, Entry
from tests.people import make_entry

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["draft", "published"])
def entry(request: pytest.FixtureRequest, article: Article, carla: User) -> Entry:
    if request.param == "draft":
        return Entry.objects.create(article=article, text="Two roads.", author=carla)
    return make_entry(article, "Two roads.", author=carla)


def test_who_has_read_the_latest_version_saves(entry: Entry, carla: User, edith: User) -> None:
    entry.edit(by=carla, based_on=0, text="Three roads.")
    entry.edit(by=edith, based_on=1, text="Four roads.")
    assert (entry.text, entry.version) == ("Four roads.", 2)


def test_who_has_read_an_older_one_is_refused_and_told_the_newer(entry: Entry, carla: User, edith: User) -> None:
    stale = Entry.objects.get(pk=entry.pk)
    entry.edit(by=edith, based_on=0, text="Three roads.")
    with pytest.raises(Conflict, match="Somebody has changed this since you opened it") as refusal:
        stale.edit(by=carla, based_on=0, text="Five roads.")
    assert (refusal.value.now.text, refusal.value.now.version) == ("Three roads.", 1)
    assert Entry.objects.get(pk=entry.pk).text == "Three roads."


def test_a_refusal_takes_no_number(entry: Entry, carla: User) -> None:
    entry.edit(by=carla, based_on=0, text="Three roads.")
    before = Article.objects.get().change
    with pytest.raises(Conflict):
        entry.edit(by=carla, based_on=0, text="Five roads.")
    assert Article.objects.get().change == before


def test_a_pin_is_no_new_version(article: Article, edith: User) -> None:
    entry = make_entry(article, "Two roads.")
    entry.pin(by=edith)
    entry.edit(by=edith, based_on=0, text="Three roads.")
    assert entry.is_pinned


def test_a_mark_is_one_as_the_form_has_it_too(article: Article, edith: User) -> None:
    entry = make_entry(article, "Two roads.")
    entry.mark(True, by=edith)
    with pytest.raises(Conflict):
        entry.edit(by=edith, based_on=0, text="Three roads.", is_key_event=False)


def test_all_revisions_are_kept_with_who_and_when(entry: Entry, carla: User, edith: User) -> None:
    entry.edit(by=carla, text="Three roads.")
    entry.edit(by=edith, headline="Roads")
    texts = [(r.text, r.headline, r.history_user) for r in entry.history.all()]
    assert texts[:2] == [("Three roads.", "Roads", edith), ("Three roads.", "", carla)]
    assert texts[-1][0] == "Two roads."
