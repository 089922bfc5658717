"""GET /live/12/changes?after=41: an open page asks what changed since, and learns just that."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles import live
from articles.models import Article, Entry, correct
from tests.articles.streaming import ask, follow, get, ids
from tests.people import make_article, make_entry, make_person, say

pytestmark = pytest.mark.django_db

MONDAY = datetime(2025, 6, 2, 22, 30, tzinfo=UTC)


# What a page is told.


def test_a_page_that_is_up_to_date_learns_where_it_stands_and_no_more(client: Client, article: Article) -> None:
    make_entry(article).pin()
    parts = {"comment_count": "0 comments"}
    comments = {"comments": 0, "comment_change": 0}
    expected = {"change": article.change, "state": "live", "poll": 5, **comments, "parts": parts}
    assert ask(client, article, article.change) == expected


def test_a_published_entry_is_told_with_its_place_and_day(client: Client, article: Article) -> None:
    seen = article.change
    entry = make_entry(article, "The *dike* holds.", MONDAY)
    answer = ask(client, article, seen)
    (told,) = answer["entries"]
    # In Berlin it is Tuesday.
    assert (told["id"], told["change"], told["place"], told["day"]) == (entry.pk, seen + 1, entry.place, "2025-06-03")
    assert "The <em>dike</em> holds." in told["html"]
    assert "00:30" in answer["parts"]["updated"]
    assert (answer["change"], list(answer["days"])) == (seen + 1, ["2025-06-03"])
    assert not {"gone", "more", "reload"} & set(answer)


def test_an_edited_entry_is_told_anew_and_says_so(client: Client, article: Article) -> None:
    entry, seen = make_entry(article, "Two roads are closed."), article.change
    entry.edit(text="Three roads are closed.")
    (told,) = ask(client, article, seen)["entries"]
    assert re.search("Three roads.*Updated", told["html"], re.DOTALL)
    assert "Two roads" not in told["html"]


def test_of_a_withdrawn_entry_only_the_id_is_told_until_it_is_back(client: Client, article: Article) -> None:
    entry = make_entry(article, "The bridge is gone.", headline="Bridge", is_key_event=True, byline="Carla")
    entry.pin()
    seen = article.change
    entry.withdraw()
    for after in (0, seen):
        response = get(client, article, after)
        answer = response.json()
        assert (answer["gone"], answer["pinned"], answer["parts"]["events"]) == ([entry.pk], None, "")
        # Not a word of it.
        assert not re.search("bridge|carla", response.content.decode().lower())
    entry.restore()
    answer = ask(client, article, seen)
    assert (ids(answer), "gone" in answer) == ([entry.pk], False)
    assert "Bridge" in answer["parts"]["events"]


def test_a_pin_is_told_with_its_html_and_the_entry_that_lost_it_is_told_too(client: Client, article: Article) -> None:
    first, second = make_entry(article, "First."), make_entry(article, "Second.")
    first.pin()
    seen = article.change
    second.pin()
    answer = ask(client, article, seen)
    assert ids(answer) == [first.pk, second.pk]
    assert answer["pinned"]["id"] == second.pk
    assert "Second." in answer["pinned"]["html"]
    second.unpin()
    assert ask(client, article, seen + 1)["pinned"] is None


def test_a_pin_that_stays_is_named_only_beside_entries_and_without_its_html(client: Client, article: Article) -> None:
    pinned = make_entry(article)
    pinned.pin()
    seen = article.change
    article.pause()
    assert "pinned" not in ask(client, article, seen)
    make_entry(article)
    assert ask(client, article, seen)["pinned"] == {"id": pinned.pk}
    pinned.edit(text="Changed.")
    assert "Changed." in ask(client, article, seen)["pinned"]["html"]


def test_key_events_are_told_where_they_may_have_changed(client: Client, article: Article) -> None:
    make_entry(article, is_key_event=True)
    entry = make_entry(article, "A dike breaks.")
    assert "events" not in ask(client, article, entry.change - 1)["parts"]
    for is_key in (True, False):
        entry.edit(is_key_event=is_key)
        events = ask(client, article, entry.change - 1)["parts"]["events"]
        assert ("A dike breaks." in events) == is_key
    make_entry(article, "The dike is mended.", is_key_event=True)
    assert "The dike is mended." in ask(client, article, entry.change)["parts"]["events"]


def test_a_state_is_told_and_how_often_to_ask_from_now_on(client: Client, article: Article) -> None:
    told = []
    for action in (article.pause, article.resume, article.end, lambda: article.edit(comment_policy="closed")):
        seen = article.change
        action()
        answer = ask(client, article, seen)
        told.append((answer["state"], answer["poll"], "entries" in answer))
        assert answer["state"].capitalize() in answer["parts"]["state"]
    assert told == [
        ("paused", 15, False),
        ("live", 5, False),
        # Readers still write, until its comments close.
        ("ended", 30, False),
        ("ended", None, False),
    ]


def test_a_new_title_and_lead_are_told_as_html_and_only_once(client: Client, article: Article) -> None:
    seen = article.change
    article.edit(title="Storm <over> the coast", lead="The *sea* rises.")
    parts = ask(client, article, seen)["parts"]
    assert (parts["title"], parts["lead"]) == ("Storm &lt;over&gt; the coast", "<p>The <em>sea</em> rises.</p>")
    make_entry(article)
    assert not {"title", "lead", "state"} & set(ask(client, article, seen + 1)["parts"])


def test_comments_are_counted_without_a_change_of_the_article(client: Client, article: Article, nadia: User) -> None:
    comment = say(nadia, article)
    answer = ask(client, article, article.change)
    assert (answer["comments"], answer["parts"]) == (1, {"comment_count": "1 comment"})
    comment.withdraw()
    assert ask(client, article, article.change)["comments"] == 0


def test_drafts_and_scheduled_entries_are_never_told(client: Client, article: Article) -> None:
    Entry.objects.create(article=article, text="Not before I know more.").edit(headline="Not yet")
    scheduled = Entry.objects.create(article=article, text="Not before noon.")
    scheduled.schedule(timezone.now() + timedelta(hours=1))
    scheduled.edit(headline="Not today", is_key_event=True)
    article.edit(time_zone="Asia/Tokyo")
    response = get(client, article, 0)
    assert not {"entries", "gone", "days"} & set(response.json())
    assert b"Not" not in response.content


def test_entries_are_told_in_the_order_of_their_changes_and_each_once(client: Client, article: Article) -> None:
    first, second, third = (make_entry(article, at=MONDAY - timedelta(days=n)) for n in range(3))
    second.edit(text="Once.")
    first.edit(text="Once.")
    first.edit(text="Twice.")
    answer = ask(client, article, 0)
    assert ids(answer) == [third.pk, second.pk, first.pk]
    assert [entry["change"] for entry in answer["entries"]] == [4, 5, 7]
    assert sorted(answer["days"]) == ["2025-06-01", "2025-06-02", "2025-06-03"]
    assert "Once" not in answer["entries"][-1]["html"]


def test_the_html_is_that_of_the_page_to_the_byte(client: Client, article: Article, nadia: User) -> None:
    article.edit(lead="The *dikes* & the sea.")
    for number in range(3):
        make_entry(article, f"**Number** {number} & more.", headline='"A"', byline="C & D", is_key_event=number > 0)
    article.entries.last().pin()
    article.entries.first().edit(text="Changed.")
    say(nadia, article)
    page = client.get(article.get_absolute_url()).content.decode()
    answer = ask(client, article, 0)
    assert set(answer["parts"]) == {"state", "title", "lead", "updated", "comment_count", "events"}
    for name, html in (answer["parts"] | {"pinned": answer["pinned"]["html"]}).items():
        assert re.search(rf'data-live="{name}"[^>]*>\s*{re.escape(html)}\s*</', page), name
    assert [entry["html"] in page for entry in answer["entries"]] == [True] * 3
    assert answer["days"].popitem()[1].removesuffix("\n  \n</section>") in page


@pytest.mark.parametrize("accepted", ["en", "de;q=1, en;q=0.5", "ar"])
def test_an_article_speaks_its_own_language_and_shows_its_own_time(client: Client, accepted: str) -> None:
    article = make_article("عاصفة على الساحل", language="ar", time_zone="Asia/Damascus")
    make_entry(article, "السد ما زال صامدا.", MONDAY)
    response = get(client, article, 0, accept_language=accepted)
    answer = response.json()
    assert "مباشر" in answer["parts"]["state"]
    assert "2025-06-03T01:30:00+03:00" in answer["entries"][0]["html"]
    assert "السد" in response.content.decode()


# More than one answer holds.


def test_who_has_missed_much_is_told_everything_once_in_several_answers(
    client: Client, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_ENTRIES", 3)
    entries = [make_entry(article, f"Number {number}") for number in range(7)]
    entries[0].pin()
    entries[1].withdraw()
    entries[6].pin()
    answers = list(follow(client, article))
    told = [[entries.index(Entry(pk=pk)) for pk in ids(answer) + answer.get("gone", [])] for answer in answers]
    # The old pin and the new one changed by one number, so they are told together.
    assert told == [[2, 3, 4], [5, 1], [0, 6]]
    assert [answer["pinned"]["id"] for answer in answers] == [entries[6].pk] * 3
    assert answers[-1]["change"] == article.change


@pytest.mark.parametrize("edited", [{"time_zone": "America/New_York"}, {"language": "ar"}, {"slug": "the-storm"}])
def test_what_lays_the_page_out_anew_is_not_told_in_pieces(
    client: Client, article: Article, edited: dict[str, str]
) -> None:
    for _ in range(4):
        make_entry(article, at=MONDAY)
    article.edit(**edited)
    answer = ask(client, article, article.change - 1)
    assert (answer["change"], answer["reload"]) == (article.change, True)
    assert not answer.keys() & {"entries", "gone", "more"}
    assert "reload" not in ask(client, article, answer["change"])


@pytest.mark.parametrize(("edited", "anew"), [({"slug": "storms"}, True), ({"description": "All of it."}, False)])
def test_nor_is_a_new_address_of_its_topic(
    client: Client, article: Article, edited: dict[str, str], anew: bool
) -> None:
    article.topic.edit(**edited)
    assert ask(client, article, article.change).get("reload", False) == anew


def test_entries_that_share_a_number_and_are_too_many_are_not_told_in_pieces(
    client: Client, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_ENTRIES", 3)
    for _ in range(4):
        make_entry(article)
    article.entries.update(change=article.change)
    answer = ask(client, article, article.change - 1)
    assert (answer["change"], answer["reload"], "more" in answer) == (article.change, True, False)


# What is refused.

BAD = ["", "-1", "abc", "1.5", "1e0", " 1", "0x1", "²", "1,2", "None", 10**30, 10**19, "١"]


@pytest.mark.parametrize("after", BAD)
def test_what_is_no_change_number_is_refused(client: Client, article: Article, after: object) -> None:
    sentence = "Say which change you have seen, as in ?after=12. A page’s own stands in its data-change."
    for response in (get(client, article, after), client.get(f"/live/{article.pk}/changes")):
        assert (response.status_code, response.json()) == (400, {"error": sentence})
        assert response["Cache-Control"] == "private, no-store"


def test_a_number_that_the_article_has_not_reached_is_refused(client: Client, article: Article) -> None:
    sentence = "This article has not come that far. Load its page anew."
    for after in (article.change + 1, 10**17):
        response = get(client, article, after)
        assert (response.status_code, response.json()) == (400, {"error": sentence})
        assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("after", ["0", "99", "abc", ""])
def test_a_draft_is_no_more_there_than_what_never_was(client: Client, article: Article, after: str) -> None:
    draft = Article.objects.create(topic=article.topic, title="Not yet", slug="n", time_zone="UTC", language="en")
    answers = [get(client, Article(pk=pk), after) for pk in (draft.pk, draft.pk + 1, 10**30)]
    for answer in answers:
        assert (answer.status_code, answer.json()) == (404, {"error": "There is no such article."})
        assert answer.headers == answers[1].headers


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_only_read(client: Client, article: Article, method: str) -> None:
    assert getattr(client, method)(f"/live/{article.pk}/changes?after=0").status_code == 405


# What it costs, and for whom it is kept.


def test_the_newest_answer_is_kept_for_two_seconds_and_an_older_one_for_a_minute(
    client: Client, article: Article, nadia: User
) -> None:
    client.force_login(nadia)
    for after, seconds in ((article.change, 2), (0, 60)):
        response = get(client, article, after)
        assert response["Cache-Control"].startswith(f"public, max-age={seconds}, ")
        assert re.fullmatch(r'"[^"]+"', response["ETag"])
        assert (bool(response.cookies), "Vary" in response) == (False, False)


@pytest.mark.parametrize("behind", [0, 2])
def test_who_has_the_answer_gets_none_until_it_is_another(
    client: Client, article: Article, behind: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_entry(article, is_key_event=True).pin()
    after = article.change - behind
    first = get(client, article, after)
    with django_assert_num_queries(1):
        again = get(client, article, after, if_none_match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert (again["ETag"], again["Cache-Control"]) == (first["ETag"], first["Cache-Control"])
    for happens in (article.pause, lambda: say(make_person("Nadia"), article)):
        happens()
        seen, again = again["ETag"], get(client, article, after, if_none_match=again["ETag"])
        assert (again.status_code, again["ETag"] == seen) == (200, False)


@pytest.mark.parametrize("count", [40, 400])
def test_an_answer_takes_as_many_queries_in_a_long_article_as_in_a_short_one(
    client: Client, article: Article, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Article.objects.filter(pk=article.pk).update(change=count)
    shown = {"article": article, "state": Entry.State.PUBLISHED, "published_at": MONDAY, "day": MONDAY.date()}
    Entry.objects.bulk_create(Entry(**shown, text="One", change=n, is_key_event=True) for n in range(1, count + 1))
    for after, queries in ((count, 1), (count - 5, 4), (0, 4)):
        with django_assert_num_queries(queries):
            answer = ask(client, article, after)
        assert len(ids(answer)) == min(count - after, 100)


def test_a_mark_taken_away_is_told(client: Client, article: Article) -> None:
    entry = make_entry(article, "A dike breaks.", is_key_event=True)
    entry.mark(False)
    assert "A dike breaks." not in ask(client, article, entry.change - 1)["parts"]["events"]


def test_the_folded_copy_says_what_the_entry_says(client: Client, article: Article) -> None:
    entry = make_entry(article, "A dike breaks.", label="unconfirmed")
    entry.pin()
    correct(entry, "It was <b>another</b> dike.", text="A dike breaks at Norden.")
    told = ask(client, article, entry.change - 1)["pinned"]["html"]
    page = client.get(article.get_absolute_url()).content.decode()
    for copy in (told, page[page.index('data-live="pinned"') : page.index('class="entry')]):
        assert "Unconfirmed" in copy
        assert "It was &lt;b&gt;another&lt;/b&gt; dike." in copy
