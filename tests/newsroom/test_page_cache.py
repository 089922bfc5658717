"""Pages from memory: made once for everybody, served while they are right, and rather old than not at all."""

import asyncio
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from newsroom import page_cache
from newsroom.bridge import Response
from newsroom.database import database
from newsroom.page import ENCODINGS, SMALL
from newsroom.page_cache import FRESH, MAKE_EVERY
from tests.newsroom.caching import SUBJECT, Clock, Read, Site, at_once, encoded

pytestmark = pytest.mark.once

A_DAY = 86_400.0


def failing(status: int) -> Callable[[dict[str, Any]], Response]:
    return lambda environ: Response(status, encoded({"content-type": "text/plain"}), b"Not now.")


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner
    database.found_back()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(page_cache, "time", clock)
    return clock


@pytest.fixture
def site(runner: asyncio.Runner, clock: Clock) -> Site:
    return Site(runner)


# For how long.


def test_many_who_ask_at_once_cost_one_making(site: Site) -> None:
    answers = at_once(site)
    assert {answer.status for answer in answers} == {200}
    assert {answer.text[:3] for answer in answers} == {"1.0"}
    assert site.made == 1


def test_who_leaves_takes_the_page_from_nobody(site: Site) -> None:
    async def one_leaves() -> Read:
        site.may_go_on.clear()
        first, second = asyncio.create_task(site.asking()), asyncio.create_task(site.asking())
        await asyncio.sleep(0.01)
        first.cancel()
        await asyncio.sleep(0)
        site.may_go_on.set()
        return await second

    assert site.sync(one_leaves()).text.startswith("1.0")
    assert site.made == 1


def test_a_page_is_kept_for_as_long_as_it_is_right_whatever_its_age(site: Site, clock: Clock) -> None:
    first = site.ask()
    # A moment after a look, nobody looks.
    for later, looks in ((A_DAY, 1), (A_DAY, 2), (FRESH / 2, 2)):
        clock.now += later
        assert site.ask() == first
        assert (site.made, site.looks) == (1, looks)


def test_an_outdated_page_is_served_at_once_while_the_next_is_made(site: Site, clock: Clock) -> None:
    site.ask()
    site.version = "2.0"
    clock.now += MAKE_EVERY * 1.5
    site.find()
    site.may_go_on.clear()
    for _ in range(100):
        assert site.ask().text.startswith("1.0")
    site.may_go_on.set()
    site.settle()
    assert site.ask().text.startswith("2.0")
    assert (site.made, site.looks) == (2, 0)


def test_but_not_made_more_often_than_so(site: Site, clock: Clock) -> None:
    site.ask()
    for number in range(2, 6):
        site.version = f"{number}.0"
        clock.now += MAKE_EVERY / 5
        site.find()
        site.ask()
        site.settle()
    assert site.made == 1
    clock.now += MAKE_EVERY / 2
    site.ask()
    site.settle()
    assert site.ask().text.startswith("5.0")
    assert site.made == 2


def test_what_has_not_been_right_for_longer_makes_its_readers_wait_for_the_next(site: Site, clock: Clock) -> None:
    site.ask()
    site.version = "2.0"
    clock.now += FRESH + 0.01
    assert site.ask().text.startswith("2.0")
    assert (site.made, site.looks) == (2, 1)


@pytest.mark.parametrize("header", ["max-age=0", "no-cache"])
def test_who_loads_it_anew_never_gets_an_outdated_one(site: Site, clock: Clock, header: str) -> None:
    first = site.ask(cache_control=header)
    # While it is right nothing is made, and who has it is told so.
    again = site.ask(cache_control=header, if_none_match=first.headers["etag"])
    assert (again.status, site.made, site.looks) == (304, 1, 1)
    site.version = "2.0"
    # Others would not wait for it.
    clock.now += MAKE_EVERY / 2
    assert site.ask().text.startswith("1.0")
    assert site.ask(cache_control=header).text.startswith("2.0")
    assert site.made == 2


@pytest.mark.parametrize(("version", "made"), [("3.0", 3), ("2.0", 2)])
def test_not_even_one_that_was_already_being_made(site: Site, clock: Clock, version: str, made: int) -> None:
    """The 2.0 that was being made is enough where nothing has changed since."""

    async def in_the_middle_of_a_making() -> Read:
        site.may_go_on.clear()
        clock.now += MAKE_EVERY * 1.5
        site.version = "2.0"
        site.find()
        await site.asking()
        await asyncio.sleep(0.01)
        clock.now += 0.1
        site.version = version
        asking = asyncio.create_task(site.asking(cache_control="max-age=0"))
        await asyncio.sleep(0.01)
        site.may_go_on.set()
        return await asking

    site.ask()
    assert site.sync(in_the_middle_of_a_making()).text.startswith(version)
    assert site.made == made


def test_nobody_waits_for_a_look_that_is_older_than_the_page(site: Site, clock: Clock) -> None:
    site.find()
    site.version = "2.0"
    clock.now += 0.1
    site.ask()
    clock.now += MAKE_EVERY * 2
    assert site.ask().text.startswith("2.0")
    site.settle()
    assert site.made == 1


# What goes wrong.


WRONG: dict[str, Callable[[Site], object]] = {
    "its making fails": lambda site: setattr(site, "answer", failing(500)),
    "its making finds the database away": lambda site: setattr(site, "answer", failing(503)),
    "its making takes long": lambda site: site.may_go_on.clear(),
    "the look-out finds the database away": lambda site: setattr(site, "away", True),
    "the look takes long": lambda site: setattr(site, "look", lambda name: asyncio.sleep(30)),
    "the database is known to be away": lambda site: database.found_away(),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_old_page_is_better_than_none(site: Site, clock: Clock, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setattr(page_cache, "PATIENCE", 0.02)
    site.ask()
    site.version = "2.0"
    clock.now += A_DAY
    WRONG[wrong](site)
    for _ in range(3):
        answer = site.ask()
        assert (answer.status, answer.text[:3]) == (200, "1.0")
    # Nobody waits for a look of which it is known that it fails.
    assert (site.looks == 0) == (wrong in ("the look takes long", "the database is known to be away"))
    # Once all is well it is forgotten; and what took too long for these is there for the next.
    vars(site).pop("look", None)
    site.answer, site.away = site.page, False
    site.may_go_on.set()
    database.found_back()
    site.settle()
    assert site.ask().text.startswith("2.0")
    assert wrong != "its making takes long" or site.made == 2


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_what_is_no_page_is_told_and_not_kept(site: Site, status: int) -> None:
    site.answer = failing(status)
    for times in (1, 2):
        answer = site.ask()
        assert (answer.status, answer.body, site.made) == (status, b"Not now.", times)
    assert site.ask(method="HEAD").body == b""


def test_a_page_that_is_no_more_is_forgotten(site: Site, clock: Clock) -> None:
    site.ask()
    site.version, site.answer = "2.0", failing(404)
    clock.now += A_DAY
    assert site.ask().status == 404
    database.found_away()
    assert site.ask().status == 404


def test_a_page_that_is_gone_is_kept_as_gone(site: Site) -> None:
    gone = encoded({"x-page-subject": f"{SUBJECT} 1.0", "cache-control": "public, max-age=1"})
    site.answer = lambda environ: Response(410, gone, b"It was withdrawn.")
    for _ in range(3):
        answer = site.ask(if_none_match='"r.1.0"')
        assert (answer.status, answer.body) == (410, b"It was withdrawn.")
        assert not answer.headers.keys() & {"etag", "x-page-subject"}
    assert site.made == 1


@pytest.mark.parametrize("header", [{"set-cookie": "seen=1"}, {"vary": "Accept, Cookie"}])
def test_a_personal_page_is_not_kept_and_somebody_is_told(site: Site, caplog: Any, header: dict[str, str]) -> None:
    site.answer = lambda environ: site.page(environ, **header)
    assert [site.ask().status, site.ask().status] == [200, 200]
    assert site.made == 2
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    assert f"A page about {SUBJECT} 1.0 is personal" in caplog.text


def test_it_tells_nobody_what_was_meant_for_somebody_else(site: Site) -> None:
    site.answer = lambda environ: site.page(environ, **{"set-cookie": "seen=1"})
    assert not site.ask().headers.keys() & {"set-cookie", "x-page-subject"}


# Which page.


def test_what_the_page_does_not_depend_on_makes_no_other(site: Site) -> None:
    same = ["order=oldest&after=5", "utm_source=mail&after=5&order=oldest", "after=5&fbclid=x&order=oldest&before="]
    assert len({site.ask(f"/weather/storm/?{query}").text for query in same}) == 1
    assert [asked["QUERY_STRING"] for asked in site.asked] == ["after=5&order=oldest"]


def test_what_it_depends_on_makes_another(site: Site) -> None:
    queries = ["", "?order=oldest", "?sort=best", "?after=5", "?before=5"]
    others = [{"target": f"/weather/storm/{query}"} for query in queries]
    others += [{"target": "/weather/calm/"}, others[0] | {"host": "there"}, others[0] | {"scheme": "https"}]
    assert len({site.ask(**other).text for other in others * 2}) == len(others) == site.made


def test_whoever_asks_the_page_is_made_for_nobody(site: Site) -> None:
    private = {"cookie": "sessionid=nadia", "authorization": "Basic bmFkaWE=", "accept_language": "ar"}
    site.ask(**private, x_forwarded_for="192.0.2.1", if_none_match='"r.1.0"', accept_encoding="br")
    (asked,) = site.asked
    assert {name: value for name, value in asked.items() if name.startswith("HTTP_")} == {"HTTP_HOST": "here"}
    assert (asked["REQUEST_METHOD"], asked["REMOTE_ADDR"], asked["wsgi.input"].read()) == ("GET", "", b"")


@pytest.mark.parametrize("target", ["/me/", "/admin/", "/c/1/reply/", "/no/such/page/at/all/"])
def test_other_pages_are_handed_on(site: Site, target: str) -> None:
    assert site.ask(target).body == b"of your own"
    assert (site.handed_on, site.made) == ([target], 0)


# How it is sent.


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"),
        ("gzip;q=1.0, br;q=0.1", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.000, gzip; q=0.5", "gzip"),
        ("br;q=0,gzip;q=0.0", ""),
        ("", ""),
    ],
)
def test_it_is_sent_as_the_reader_likes_it(site: Site, accepted: str, sent: str) -> None:
    plain = site.ask()
    answer = site.ask(accept_encoding=accepted)
    assert "x-page-subject" not in answer.headers
    assert answer.headers.get("content-encoding", "") == sent
    assert answer.headers["vary"] == "Accept-Encoding"
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert answer.text == plain.body.decode()
    assert (len(answer.body) < len(plain.body) / 4) == bool(sent)
    head = site.ask(method="HEAD", accept_encoding=accepted)
    assert (head.status, head.headers, head.body) == (200, answer.headers, b"")
    assert [asked["REQUEST_METHOD"] for asked in site.asked] == ["GET"]


def test_what_fits_into_one_packet_is_not_compressed(site: Site) -> None:
    site.answer = lambda environ: site.page(environ, SMALL - 1)
    assert "content-encoding" not in site.ask(accept_encoding="br").headers
    site.answer = lambda environ: site.page(environ, SMALL)
    assert site.ask("/weather/", accept_encoding="br").headers["content-encoding"] == "br"


def test_each_encoding_has_its_own_name_and_every_one_of_them_is_known(site: Site) -> None:
    tags = [site.ask(accept_encoding=encoding).headers["etag"] for encoding in ENCODINGS]
    assert tags == ['"r.1.0-br"', '"r.1.0-gzip"', '"r.1.0"']
    said = {"cache-control": "public, max-age=1", "vary": "Accept-Encoding"}
    for encoding, own in zip(ENCODINGS, tags, strict=True):
        for tag in tags:
            for known in (tag, f"W/{tag}", f'"another", {tag}'):
                answer = site.ask(accept_encoding=encoding, if_none_match=known)
                assert (answer.status, answer.body) == (304, b"")
                assert answer.headers == said | {"etag": own}
    for unknown in ('"r.2.0"', "r.1.0", '"r.1.0-zstd"', ""):
        assert site.ask(if_none_match=unknown).status == 200
    assert site.made == 1


# How many.


@pytest.mark.parametrize("how", [{}, {"cache_control": "max-age=0"}])
def test_memory_has_a_bound_and_what_was_asked_for_last_stays(runner: asyncio.Runner, how: dict[str, str]) -> None:
    site = Site(runner, most_bytes=7_000)
    about = encoded({"x-page-subject": f"{SUBJECT} 1.0"})
    for target in ("/weather/a/", "/weather/b/", "/weather/c/", "/weather/a/", "/weather/d/"):
        site.ask(target, **how)
        assert site.pages._bytes == sum(page.size for page in site.pages._pages.values()) <= 7_000
    assert [key[2] for key in site.pages._pages] == ["/weather/c/", "/weather/a/", "/weather/d/"]
    # One that is larger than all of it is served, and not kept.
    site.answer = lambda environ: Response(200, about, random.randbytes(9_000))
    assert [site.ask("/e/").status, site.ask("/e/").status] == [200, 200]
    assert (site.made, site.pages._bytes, len(site.pages._pages)) == (6, 0, 0)
