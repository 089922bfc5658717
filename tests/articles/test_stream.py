"""GET /live/12/stream: an open page is told of changes as they happen, and misses none when it comes back."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from articles import channels, live, streams
from articles.models import Article
from newsroom import lookout
from tests.articles.streaming import HAPPENS, Served, ask, ids, serving
from tests.newsroom.bridged import eventually
from tests.people import make_article, make_entry, make_person, say

pytestmark = pytest.mark.django_db(transaction=True)

Serve = Callable[..., Served]
# No test would live to see it.
LONG = 30.0


@pytest.fixture
def serve(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    with serving(monkeypatch) as serve:
        yield serve


@pytest.fixture
def site(serve: Serve) -> Served:
    return serve()


# What a reader is told.


def test_whatever_happens_is_told_as_by_polling(site: Served, client: Client, article: Article) -> None:
    for what, happens in HAPPENS.items():
        shown, gone = make_entry(article, is_key_event=True), make_entry(article, "The bridge is gone.")
        gone.withdraw()
        seen = article.change
        reader = site.read(article)
        happens(article, shown, gone)
        assert reader.event() == ask(client, article, seen) != reader.first, what


def test_neither_the_first_event_nor_what_a_wake_up_brings_waits_for_the_next_look(
    serve: Serve, client: Client, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookout, "LOOK_EVERY", LONG)
    site = serve()
    site.settle(article)
    reader = site.read(article)
    assert reader.first == ask(client, article, article.change)
    assert site.read(article, after=0).first == ask(client, article, 0)
    entry = make_entry(article)
    site.lookout.hear(article.subject)
    assert ids(reader.event()) == [entry.pk]


@pytest.mark.parametrize("ended", [False, True])
def test_who_missed_more_than_one_answer_holds_gets_all_of_it_at_once(
    site: Served, article: Article, monkeypatch: pytest.MonkeyPatch, ended: bool
) -> None:
    monkeypatch.setattr(live, "MOST_ENTRIES", 2)
    entries = [make_entry(article) for _ in range(5)]
    if ended:
        article.end()
        article.edit(comment_policy="closed")
    reader = site.read(article, after=0)
    assert [*ids(reader.first), *ids(reader.event()), *ids(reader.event())] == [entry.pk for entry in entries]
    assert not ended or reader.block() == {}


def test_comments_are_told_at_once_and_then_no_more_often_than_every_so_often(
    site: Served, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "COMMENTS_EVERY", LONG)
    nadia, reader = make_person("Nadia"), site.read(article)
    say(nadia, article)
    assert reader.event()["comments"] == 1
    say(nadia, article)
    say(nadia, article)
    site.settle(article)
    assert not reader.has_more
    # An entry does not wait, and brings them along.
    make_entry(article)
    assert reader.event()["comments"] == 3
    say(nadia, article)
    site.settle(article)
    assert not reader.has_more
    monkeypatch.setattr(channels, "COMMENTS_EVERY", 0)
    assert reader.event()["comments"] == 4


def test_a_silent_line_says_that_it_is_alive(serve: Serve, article: Article, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "BEAT_EVERY", 0.02)
    reader = serve().read(article)
    beat = {"event": "beat", "data": "1"}
    assert [reader.block(), reader.block()] == [beat, beat]
    entry = make_entry(article)
    told = next(block for block in iter(reader.block, {}) if block != beat)
    assert int(told["id"]) == entry.change


# Who comes back.


def test_who_comes_back_misses_nothing_and_is_told_nothing_twice(site: Served, article: Article) -> None:
    reader, told = site.read(article), []
    for number in range(4):
        entry = make_entry(article, f"Number {number}")
        answer = reader.event()
        told += ids(answer)
        reader.leave()
        missed = make_entry(article, f"Missed {number}")
        # The address is still that of the page as it was; the browser says how far it has come.
        reader = site.read(article, after=0, Last_Event_ID=str(answer["change"]))
        told += ids(reader.first)
        assert told[-2:] == [entry.pk, missed.pk]
    assert told == list(article.entries.order_by("pk").values_list("pk", flat=True))


def test_an_ended_article_still_tells_of_comments(site: Served, article: Article) -> None:
    up_to_date = site.read(article)
    article.end()
    ended = up_to_date.event()
    assert (ended["state"], ended["comments"]) == ("ended", 0)
    say(make_person("Nadia"), article)
    assert up_to_date.event()["comments"] == 1
    assert site.read(article).first["comments"] == 1


def test_its_end_with_closed_comments_is_the_last_event_for_all(site: Served, article: Article) -> None:
    article.edit(comment_policy="closed")
    up_to_date, seen = site.read(article), article.change
    make_entry(article)
    up_to_date.event()
    article.end()
    last = up_to_date.event()
    assert (last["state"], last["poll"]) == ("ended", None)
    assert up_to_date.block() == {}
    late = site.read(article, after=seen)
    assert (late.first["state"], len(ids(late.first))) == ("ended", 1)
    assert late.block() == {}
    # The browser comes back once more by itself, and 204 tells it not to.
    assert site.connect(article, "after=0", Last_Event_ID=str(article.change)).refusal() == (204, "")


def test_the_streams_of_an_article_that_is_taken_from_readers_end(site: Served, article: Article) -> None:
    reader = site.read(article)
    Article.objects.filter(pk=article.pk).update(state=Article.State.DRAFT)
    assert reader.block() == {}
    assert site.connect(article, "after=0").refusal()[0] == 404


def test_it_is_gone_also_while_one_of_its_readers_is_slow(site: Served, article: Article) -> None:
    slow, quick = site.read(article), site.read(article)
    slow.stop_taking()
    entry = make_entry(article)
    assert ids(quick.event()) == [entry.pk]
    Article.objects.filter(pk=article.pk).update(state=Article.State.DRAFT)
    assert quick.block() == {}
    assert site.connect(article, f"after={entry.change - 1}").refusal()[0] == 404


# Many readers.


def test_the_database_is_asked_once_for_all_who_need_the_same(site: Served, article: Article) -> None:
    readers = [site.read(article) for _ in range(20)]
    assert site.database.asked == [(article.pk, 1)]
    entry = make_entry(article)
    told = [reader.event() for reader in readers]
    assert (ids(told[0]), told) == ([entry.pk], told[:1] * 20)
    assert site.database.asked == [(article.pk, 1)] * 2
    assert [len(ids(site.read(article, after=after).first)) for after in (0, 1, 2, 0, 1, 2)] == [1, 1, 0] * 2
    assert site.database.asked[2:] == [(article.pk, 0), (article.pk, 2)]


def test_a_reader_of_one_article_hears_nothing_of_another(site: Served, article: Article) -> None:
    here, there = make_entry(article), make_entry(make_article("Another"))
    readers = [site.read(entry.article) for entry in (here, there)]
    there.edit(text="Changed.")
    assert ids(readers[1].event()) == [there.pk]
    here.edit(text="Changed.")
    assert ids(readers[0].event()) == [here.pk]


def test_nobody_asks_on_for_an_article_that_nobody_reads_any_more(site: Served, article: Article) -> None:
    site.read(article).leave()
    make_entry(article)
    site.settle(article)
    assert site.database.asked == [(article.pk, 1)]


def test_a_slow_reader_delays_nobody_and_skips_to_the_newest(site: Served, article: Article) -> None:
    slow, quick = site.read(article), site.read(article)
    slow.stop_taking()
    entries = []
    for number in range(4):
        entries.append(make_entry(article, f"Number {number}"))
        assert ids(quick.event()) == [entries[-1].pk]
    site.database.away = {"frames"}
    slow.take_again()
    # What was on its way already, and then all the rest together, as soon as it can be had.
    assert ids(slow.event()) == [entries[0].pk]
    site.settle(article)
    site.database.away = set()
    assert ids(slow.event()) == [entry.pk for entry in entries[1:]]


def test_who_takes_nothing_is_let_go_and_nobody_else(
    serve: Serve, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "BEAT_EVERY", 0.02)
    monkeypatch.setattr(streams, "LONGEST_SEND", 0.05)
    site = serve(most=2)
    stuck, other = site.read(article), site.read(article)
    stuck.stop_taking()
    eventually(lambda: stuck.is_let_go)
    assert not other.is_let_go
    assert site.read(article).first["change"] == article.change


def test_beyond_what_the_process_holds_readers_are_sent_to_ask_instead(serve: Serve, article: Article) -> None:
    site = serve(most=2)
    first, _second = (site.read(article, address=f"192.0.2.{number}") for number in (1, 2))
    for _ in range(3):
        assert 5 <= site.connect(article, "after=0", address="192.0.2.3").told_to_wait() <= 30
    first.leave()
    assert site.read(article, address="192.0.2.3").first["change"] == article.change


def test_one_household_takes_only_its_share(serve: Serve, article: Article) -> None:
    for one, same, other in (
        ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"),
        ("2001:DB8:1:2::1", "2001:db8:1:2:0:0:0:1", "192.0.2.1"),
        ("", "", "192.0.2.1"),
    ):
        site = serve(most_each=1)
        reader = site.read(article, address=one)
        assert 5 <= site.connect(article, "after=0", address=same).told_to_wait() <= 30
        site.read(article, address=other)
        reader.leave()
        site.read(article, address=same)


def test_readers_of_ipv4_are_not_one_household_behind_an_ipv6_socket(serve: Serve, article: Article) -> None:
    site = serve(most_each=1)
    site.read(article, address="::ffff:192.0.2.1")
    assert site.connect(article, "after=0", address="::ffff:192.0.2.2").head()[0] == 200


def test_who_is_refused_takes_no_place(serve: Serve, article: Article) -> None:
    site = serve(most=1, most_each=1)
    for asked, query in ((Article(pk=0), "after=0"), (article, ""), (article, "after=99")):
        assert site.connect(asked, query).refusal()[0] in (400, 404)
    assert site.read(article).first["change"] == article.change


# What is refused.


def test_what_is_no_change_number_is_refused(site: Served, article: Article) -> None:
    sentence = "Say which change you have seen, as in ?after=12."
    for query in ("", "before=1", *(f"after={number}" for number in ("", "-1", "abc", "1.5", 10**19, "%C2%B2"))):
        assert site.connect(article, query).refusal() == (400, sentence)
        bad_id = query.removeprefix("after=")
        assert site.connect(article, "after=0", Last_Event_ID=bad_id).refusal() == (400, sentence)


def test_a_number_that_the_article_has_not_reached_is_refused(site: Served, article: Article) -> None:
    for query, headers in ((f"after={article.change + 1}", {}), ("after=0", {"Last_Event_ID": str(10**17)})):
        sentence = "This article has not come that far. Load its page anew."
        assert site.connect(article, query, **headers).refusal() == (400, sentence)


def test_a_draft_is_no_more_there_than_what_never_was(site: Served, article: Article) -> None:
    draft = Article.objects.create(topic=article.topic, title="Not yet", slug="n", time_zone="UTC", language="en")
    for missing in (draft, Article(pk=draft.pk + 1), Article(pk=10**18 - 1)):
        for query in ("after=0", "after=99"):
            assert site.connect(missing, query).refusal() == (404, "There is no such article.")
    draft.go_live()
    assert site.read(draft).first["state"] == "live"


# Trouble.


@pytest.mark.parametrize("away", ["versions", "frames"])
def test_while_the_database_is_away_readers_stay_and_new_ones_are_refused(
    site: Served, article: Article, away: str
) -> None:
    reader, other = site.read(article), make_article("Another")
    site.database.away = {away, "frames"}
    entry = make_entry(article)
    assert [site.connect(wanted, "after=0").told_to_wait() for wanted in (article, other)] == [5, 5]
    site.database.away = set()
    assert ids(reader.event()) == [entry.pk]
    assert site.read(other).first["change"] == other.change


def test_when_the_process_ends_every_stream_ends_whole_and_none_begins(site: Served, article: Article) -> None:
    readers = [site.read(article), site.read(article), site.read(make_article("Another"))]
    site.run(site.streams.end)
    for reader in readers:
        assert reader.block() == {}
    assert 5 <= site.connect(article, "after=0").told_to_wait() <= 30
