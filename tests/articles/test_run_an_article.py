"""An article's life: draft, live, paused, ended, and live again; its title, its lead and its zone meanwhile."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from articles.models import Article, NotAllowed, Topic
from tests.newsroom.pages import read
from tests.people import make_entry

pytestmark = pytest.mark.django_db

LATE = datetime(2025, 6, 2, 21, 30, tzinfo=UTC)
STATES = ["draft", "live", "paused", "ended"]
ACTIONS: dict[str, Callable[[Article], None]] = {
    "go live": Article.go_live,
    "pause": Article.pause,
    "resume": Article.resume,
    "end": Article.end,
}
ALLOWED = {
    ("draft", "go live"): "live",
    ("live", "pause"): "paused",
    ("live", "end"): "ended",
    ("paused", "resume"): "live",
    ("paused", "end"): "ended",
    ("ended", "resume"): "live",
}
REFUSED = [(state, action) for state in STATES for action in ACTIONS if (state, action) not in ALLOWED]


@pytest.fixture
def draft(db: None) -> Article:
    topic = Topic.objects.create(name="Weather", slug="weather")
    return Article.objects.create(topic=topic, title="Storm", slug="storm", time_zone="Europe/Berlin", language="en")


def bring_to(article: Article, state: str) -> Article:
    if state != "draft":
        article.go_live()
    if state == "paused":
        article.pause()
    elif state == "ended":
        article.end()
    return article


@pytest.mark.parametrize(("state", "action"), ALLOWED)
def test_it_can_be_done_and_takes_one_number(draft: Article, state: str, action: str) -> None:
    article = bring_to(draft, state)
    before = article.change
    ACTIONS[action](article)
    assert article.state == ALLOWED[state, action] == Article.objects.get(pk=article.pk).state
    assert article.change == before + 1


@pytest.mark.parametrize(("state", "action"), REFUSED)
def test_it_cannot_be_done_and_takes_no_number(draft: Article, state: str, action: str) -> None:
    article = bring_to(draft, state)
    before = Article.objects.values().get(pk=article.pk)
    with pytest.raises(NotAllowed, match=f"“Storm” is {state}, so this cannot be done"):
        ACTIONS[action](article)
    assert Article.objects.values().get(pk=article.pk) == before


def test_a_stale_instance_cannot_end_it_twice(draft: Article) -> None:
    article = bring_to(draft, "live")
    stale = Article.objects.get(pk=article.pk)
    article.end()
    with pytest.raises(NotAllowed, match="is ended"):
        stale.end()


@pytest.mark.parametrize(("state", "status"), [("draft", 404), ("live", 200), ("paused", 200), ("ended", 200)])
def test_readers_see_every_article_but_drafts(draft: Article, client: Client, state: str, status: int) -> None:
    article = bring_to(draft, state)
    page = read(client, article.get_absolute_url(), status)
    if status == 200:
        assert page.text(".title .state").lower() == state
        assert article.get_absolute_url() in read(client, "/weather/").attributes("main a", "href")
    else:
        # A story in preparation is not announced by the name of its topic either.
        read(client, "/weather/", 404)
        assert "Weather" not in read(client, "/").text("main")


def test_an_ended_one_says_when_and_a_resumed_one_forgets(draft: Article) -> None:
    draft.go_live()
    draft.end(LATE)
    assert draft.ended_at == LATE
    draft.resume()
    assert draft.ended_at is None


def test_its_time_of_going_live_stays(draft: Article) -> None:
    draft.go_live(LATE)
    draft.end()
    draft.resume()
    assert draft.published_at == LATE


def test_a_new_title_and_lead_are_shown(draft: Article, client: Client) -> None:
    draft.go_live()
    before = draft.change
    draft.edit(title="Storm & flood", lead="The *sea* rises.")
    page = read(client, draft.get_absolute_url())
    assert page.text("h1") == "Storm & flood"
    assert page.text(".lead") == "The sea rises."
    assert (draft.change, draft.lead_html) == (before + 1, "<p>The <em>sea</em> rises.</p>\n")


def test_its_summary_is_the_lead_s_first_paragraph_without_markup(draft: Article) -> None:
    draft.edit(lead="# Now\n\nA *dike* & a [road](https://r.example).\n\nMore.")
    assert draft.summary == "A dike & a road."


def test_a_new_time_zone_moves_its_entries_to_the_days_they_have_there(draft: Article, client: Client) -> None:
    draft.go_live()
    late = make_entry(draft, "Late.", LATE)  # 23:30 in Berlin
    noon = make_entry(draft, "Noon.", LATE.replace(hour=10))
    gone = make_entry(draft, "Gone.", LATE)
    gone.withdraw()
    draft.edit(time_zone="Asia/Tokyo")
    for entry in (late, noon, gone):
        entry.refresh_from_db()
    assert (late.day, noon.day, gone.day) == (date(2025, 6, 3), date(2025, 6, 2), date(2025, 6, 3))
    assert read(client, f"{draft.get_absolute_url()}2025-06-03/").entries() == [late.pk]


def test_a_new_time_zone_is_a_change_of_every_entry_because_all_their_times_read_differently(draft: Article) -> None:
    draft.go_live()
    entries = [make_entry(draft, "Late.", LATE), make_entry(draft, "Noon.", LATE.replace(hour=10))]
    draft.edit(time_zone="Asia/Tokyo")
    for entry in entries:
        entry.refresh_from_db()
        assert entry.change == draft.change


def test_another_edit_leaves_the_entries_alone(draft: Article) -> None:
    draft.go_live()
    entry = make_entry(draft)
    draft.edit(title="Flood")
    assert Article.objects.get(pk=draft.pk).change == entry.change + 1
    entry.refresh_from_db()
    assert entry.change < draft.change


def test_editing_through_a_stale_instance_keeps_what_others_changed(draft: Article) -> None:
    stale = Article.objects.get(pk=draft.pk)
    draft.go_live()
    draft.edit(title="Flood")
    stale.edit(lead="The sea rises.")
    assert (stale.title, stale.state, stale.lead) == ("Flood", "live", "The sea rises.")
    assert stale.change == Article.objects.get(pk=draft.pk).change
