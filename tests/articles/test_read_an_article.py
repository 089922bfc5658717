"""A reader follows a live blog: by day, newest first or oldest first, fifty entries a page, in its own time."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from articles.models import Article, Entry
from tests.newsroom.pages import Page, read, read_on
from tests.people import make_article, make_entry, say

pytestmark = pytest.mark.django_db

MONDAY = datetime(2025, 6, 2, 9, tzinfo=UTC)


def write(article: Article, number: int, step: timedelta = timedelta(minutes=1)) -> list[int]:
    """Entries, and their ids as they should be read: newest first."""
    return [make_entry(article, f"Number {n}", MONDAY + n * step).pk for n in range(number)][::-1]


def clocks(page: Page) -> list[str]:
    return page.texts("article.entry .when time")


def moments(page: Page) -> list[str]:
    return page.attributes("article.entry .when time", "datetime")


def test_entries_stand_under_their_day_newest_first(article: Article, client: Client) -> None:
    ids = write(article, 6, timedelta(hours=12))
    page = read(client, article.get_absolute_url())
    assert page.entries() == ids
    assert page.texts("section.day h2") == ["Wednesday 4 June 2025", "Tuesday 3 June 2025", "Monday 2 June 2025"]
    assert [len(section.query("article.entry")) for section in page.all("section.day")] == [2, 2, 2]


def test_oldest_first_is_the_other_way_round(article: Article, client: Client) -> None:
    ids = write(article, 4, timedelta(hours=12))
    page = read(client, f"{article.get_absolute_url()}?order=oldest")
    assert page.entries() == ids[::-1]
    assert page.texts("section.day h2") == ["Monday 2 June 2025", "Tuesday 3 June 2025"]


def test_each_order_links_to_the_other(article: Article, client: Client) -> None:
    write(article, 1)
    base = article.get_absolute_url()
    assert read(client, base).attributes(".order a", "href") == [f"{base}?order=oldest"]
    assert read(client, f"{base}?order=oldest").attributes(".order a", "href") == [base]


def test_the_days_are_linked_with_their_number_of_entries(article: Article, client: Client) -> None:
    write(article, 5, timedelta(hours=12))
    page = read(client, article.get_absolute_url())
    assert page.texts("nav .jump a") == ["4 June 1", "3 June 2", "2 June 2"]
    for address in page.attributes("nav .jump a", "href"):
        read(client, address)


def test_key_events_are_linked(article: Article, client: Client) -> None:
    write(article, 3)
    entry = make_entry(article, "A dike breaks.", MONDAY, is_key_event=True)
    page = read(client, article.get_absolute_url())
    (link,) = page.attributes(".events a", "href")
    assert link.startswith(f"{article.get_absolute_url()}?after=")
    address, _hash, place = link.partition("#")
    there = read(client, address)
    assert there.attributes(".entry", "id")[0] == place == f"e{entry.pk}"


def test_an_article_of_a_lead_alone_shows_it_and_an_empty_one_says_so(client: Client) -> None:
    page = read(client, make_article(lead="Words.").get_absolute_url())
    assert page.text(".lead") == "Words."
    assert "Nothing has been reported here yet." not in page.text("main")
    empty = read(client, make_article().get_absolute_url())
    assert "Nothing has been reported here yet." in empty.text("main")


@pytest.mark.parametrize("order", ["", "?order=oldest"])
@pytest.mark.parametrize("step", [timedelta(minutes=1), timedelta(0)], ids=["apart", "in the same second"])
@pytest.mark.parametrize("number", [50, 51, 120])
def test_fifty_a_page_without_gap_or_repeat_there_and_back(
    article: Article, client: Client, number: int, step: timedelta, order: str
) -> None:
    ids = write(article, number, step)
    ids = ids[::-1] if order else ids
    address = article.get_absolute_url() + order
    there = [page.entries() for page in read_on(client, address)]
    assert [entry for page in there for entry in page] == ids
    assert {len(page) for page in there[:-1]} <= {50}
    assert len(there) == -(-number // 50)


@pytest.mark.parametrize("order", ["", "?order=oldest"])
def test_entries_brought_in_out_of_order_keep_their_times_order(article: Article, client: Client, order: str) -> None:
    # Three to a second, their seconds mixed: neither the time nor the id alone says what comes next.
    entries = [make_entry(article, at=MONDAY + timedelta(seconds=n * 7 % 120 // 3)) for n in range(120)]
    ids = [entry.pk for entry in sorted(entries, key=lambda e: (e.published_at, e.pk), reverse=not order)]
    seen = [entry for page in read_on(client, article.get_absolute_url() + order) for entry in page.entries()]
    assert seen == ids


@pytest.mark.parametrize("order", ["", "?order=oldest"])
def test_the_way_back_shows_all_of_them_too(article: Article, client: Client, order: str) -> None:
    ids = write(article, 120, timedelta(0))
    ids = ids[::-1] if order else ids
    *_, last = read_on(client, article.get_absolute_url() + order)
    (link,) = last.attributes('nav a[rel="prev"]', "href")
    back = [page.entries() for page in read_on(client, article.get_absolute_url() + link, "prev")]
    assert [entry for page in reversed(back) for entry in page] == ids[:100]


def test_entries_that_arrive_or_go_meanwhile_shift_nothing(article: Article, client: Client) -> None:
    ids = write(article, 120)
    pages = read_on(client, article.get_absolute_url())
    seen = next(pages).entries()
    for _ in range(7):
        make_entry(article, "News.")
    Entry.objects.get(pk=ids[49]).withdraw()  # the one that the next page hangs on
    Entry.objects.get(pk=ids[10]).withdraw()
    for page in pages:
        seen += page.entries()
    assert seen == ids


def test_the_head_names_the_neighbours_too(article: Article, client: Client) -> None:
    write(article, 120)
    _first, second, _third = read_on(client, article.get_absolute_url())
    for rel in ("prev", "next"):
        assert second.attribute(f'link[rel="{rel}"]', "href") == second.attribute(f'nav a[rel="{rel}"]', "href")


@pytest.mark.parametrize(
    "cursor",
    ["x", "1", "1~2~3", "~", "1~x", "nan~1", f"{10**31}~1", f"1~{2**63}", f"-{10**20}~1", "%00", "1~1%27--", "é~1"],
)
@pytest.mark.parametrize("direction", ["after", "before"])
@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_a_page_that_was_never_given_out_is_not_found(
    article: Article, client: Client, cursor: str, direction: str, order: str
) -> None:
    read(client, f"{article.get_absolute_url()}?order={order}&{direction}={cursor}", 404)


def test_beyond_the_last_entry_there_is_no_page(article: Article, client: Client) -> None:
    write(article, 3)
    base = article.get_absolute_url()
    read(client, f"{base}?after=0~0", 404)
    read(client, f"{base}?order=oldest&before=0~0", 404)


def test_its_size_changes_nothing_in_the_number_of_queries(
    article: Article, client: Client, nadia: object, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    entries = [make_entry(article, byline="Carla", is_key_event=True) for _ in range(3)]
    entries[0].pin()
    say(nadia, article)  # type: ignore[arg-type]
    # The article with its topic, a page of entries, the days, the pin, the key events, two for the conversations.
    with django_assert_num_queries(7):
        client.get(article.get_absolute_url())
    for _ in range(60):
        make_entry(article, byline="Carla", is_key_event=True)
    with django_assert_num_queries(7):
        client.get(article.get_absolute_url())


@pytest.mark.parametrize(
    ("zone", "clock", "moment"),
    [
        ("Europe/Berlin", "11:00 CEST", "2025-06-02T11:00:00+02:00"),
        ("UTC", "09:00 UTC", "2025-06-02T09:00:00+00:00"),
        ("America/New_York", "05:00 EDT", "2025-06-02T05:00:00-04:00"),
        ("Europe/Istanbul", "12:00 UTC+3", "2025-06-02T12:00:00+03:00"),
        ("America/Sao_Paulo", "06:00 UTC-3", "2025-06-02T06:00:00-03:00"),
        ("Asia/Kathmandu", "14:45 UTC+5:45", "2025-06-02T14:45:00+05:45"),
    ],
)
def test_times_are_the_article_s_and_say_their_zone(client: Client, zone: str, clock: str, moment: str) -> None:
    article = make_article(time_zone=zone)
    make_entry(article, at=MONDAY)
    page = read(client, article.get_absolute_url())
    assert (clocks(page), moments(page)) == ([clock], [moment])


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (  # 26 October 2025: the clocks go back, and there are two 02:30s
            datetime(2025, 10, 26, 0, 30, tzinfo=UTC),
            ["02:30 CEST", "02:30 CET", "03:30 CET"],
        ),
        (  # 30 March 2025: they go forward, and there is none
            datetime(2025, 3, 30, 0, 30, tzinfo=UTC),
            ["01:30 CET", "03:30 CEST", "04:30 CEST"],
        ),
    ],
    ids=["autumn", "spring"],
)
def test_the_night_when_the_clocks_change(
    article: Article, client: Client, first: datetime, expected: list[str]
) -> None:
    ids = [make_entry(article, at=first + timedelta(hours=hour)).pk for hour in range(3)]
    page = read(client, f"{article.get_absolute_url()}?order=oldest")
    assert page.entries() == ids
    assert clocks(page) == expected
    assert len(set(moments(page))) == 3
    assert len(page.all("section.day")) == 1


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("Asia/Tokyo", datetime(2025, 6, 2, 14, 59, 59, tzinfo=UTC), ("2025-06-02", "2025-06-03")),
        ("America/New_York", datetime(2025, 6, 3, 3, 59, 59, tzinfo=UTC), ("2025-06-02", "2025-06-03")),
        ("Asia/Kathmandu", datetime(2025, 6, 2, 18, 14, 59, tzinfo=UTC), ("2025-06-02", "2025-06-03")),
        ("Europe/Berlin", datetime(2025, 10, 26, 22, 59, 59, tzinfo=UTC), ("2025-10-26", "2025-10-27")),
    ],
)
def test_a_new_day_begins_at_the_article_s_midnight(
    client: Client, zone: str, before: datetime, after: tuple[str, str]
) -> None:
    article = make_article(time_zone=zone)
    last = make_entry(article, "Last of the day.", before)
    first = make_entry(article, "First of the next.", before + timedelta(seconds=1))
    assert (str(last.day), str(first.day)) == after
    page = read(client, article.get_absolute_url())
    assert page.attributes("section.day h2", "id") == [f"d{after[1]}", f"d{after[0]}"]
    assert clocks(page)[0].startswith("00:00")
    assert clocks(page)[1].startswith("23:59")


@pytest.mark.parametrize("address", ["/weather/none/", "/none/storm/", "/weather/storm%00/", "/weather/st*rm/"])
def test_an_article_that_is_none_is_not_found(client: Client, address: str) -> None:
    make_article(slug="storm")
    read(client, "/weather/storm/")
    read(client, address, 404)


def test_an_address_without_its_last_slash_leads_to_it(client: Client) -> None:
    make_article(slug="storm")
    response = client.get("/weather/storm")
    assert (response.status_code, response["Location"]) == (301, "/weather/storm/")
