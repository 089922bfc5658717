"""What readers get from nginx of the pages that are the same for everyone."""

import itertools
import threading
import time
from collections import Counter

import pytest

from tests.deploy.conftest import Read, read
from tests.deploy.nginx import Nginx
from tests.deploy.upstream import SHARED, Answer, Asked, Upstream, shared

pytestmark = pytest.mark.once

PAGE = "/weather/storm/"


def begin_a_second() -> None:
    """Pages end with the second: so what follows has most of one."""
    time.sleep(1.02 - time.time() % 1)


def let_it_expire() -> None:
    time.sleep(2.1)


def encoded(asked: Asked) -> Answer:
    """As the site does: the best of what is accepted, each with a validator of its own."""
    encoding = asked.headers["Accept-Encoding"] or "identity"
    headers = {"Content-Encoding": encoding} if encoding != "identity" else {}
    return shared(encoding.encode(), f'"1-{encoding}"', **headers)


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("gzip, deflate, br, zstd", b"br"),
        ("br", b"br"),
        ("BR;q=1.0, gzip;q=0.8, *;q=0.1", b"br"),
        ("gzip", b"gzip"),
        ("gzip, deflate", b"gzip"),
        ("gzip;q=1.0, br;q=0", b"gzip"),
        ("gzip,br;q=0.0,deflate", b"gzip"),
        ("br;q=0.5, gzip", b"br"),
        ("x-gzip, brotli", b"identity"),
        ("gzip;q=0", b"identity"),
        ("identity", b"identity"),
        ("", b"identity"),
        ("deflate", b"identity"),
    ],
)
def test_each_reader_gets_a_form_that_they_accept(front: Nginx, site: Upstream, accepted: str, expected: bytes) -> None:
    site.answer = encoded
    for others in ("br", "gzip", "identity"):
        read(front.port, PAGE, Accept_Encoding=others)
    answer = read(front.port, PAGE, Accept_Encoding=accepted)
    assert answer.body == expected
    assert answer.headers["Content-Encoding"] == (None if expected == b"identity" else expected.decode())
    assert answer.headers["ETag"] == f'"1-{expected.decode()}"'
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_however_browsers_write_it_the_site_is_asked_once_for_each_form(front: Nginx, site: Upstream) -> None:
    site.answer = encoded
    begin_a_second()
    for accepted in ("gzip, br", "br", "br, gzip", "gzip", "gzip, deflate", "deflate", ""):
        read(front.port, PAGE, Accept_Encoding=accepted)
    assert sorted(asked.headers["Accept-Encoding"] or "" for asked in site.asked) == ["", "br", "gzip"]


def test_what_the_site_says_of_its_page_reaches_the_reader(front: Nginx, site: Upstream) -> None:
    policy = {"Content-Security-Policy": "default-src 'none'", "Content-Type": "text/html; charset=utf-8"}
    site.answer = lambda asked: shared(**policy)
    for _ in range(2):
        answer = read(front.port, PAGE)
        assert answer.headers["Cache-Control"] == SHARED
        assert {name: answer.headers[name] for name in policy} == policy
        assert answer.headers["Server"] == "nginx"
        assert "X-Accel-Expires" not in answer.headers


def test_nginx_itself_says_that_nothing_has_changed(front: Nginx, site: Upstream) -> None:
    begin_a_second()
    page = read(front.port, PAGE)
    for validator in ('"1"', 'W/"1"', '"0", "1"', "*"):
        again = read(front.port, PAGE, If_None_Match=validator)
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", page.headers["ETag"])
    assert read(front.port, PAGE, If_None_Match='"2"').body == page.body
    assert len(site.asked) == 1


def test_a_page_that_is_still_right_is_not_sent_again_by_the_site(front: Nginx, site: Upstream) -> None:
    read(front.port, PAGE)
    let_it_expire()
    again = read(front.port, PAGE)
    assert (again.status, again.body, again.cache) == (200, b"a page", "REVALIDATED")
    assert site.asked[-1].headers["If-None-Match"] == '"1"'
    begin_a_second()
    # Good for another second.
    assert read(front.port, PAGE).cache == "REVALIDATED"
    assert read(front.port, PAGE).cache == "HIT"


def test_asking_for_its_head_is_answered_from_the_same_page(front: Nginx, site: Upstream) -> None:
    begin_a_second()
    head = read(front.port, PAGE, "HEAD")
    page = read(front.port, PAGE)
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(len(page.body)))
    assert (head.headers["ETag"], page.cache) == (page.headers["ETag"], "HIT")
    assert [asked.method for asked in site.asked] == ["GET"]


def test_other_queries_and_hosts_are_other_pages(front: Nginx, site: Upstream) -> None:
    site.answer = lambda asked: shared(f"{asked.headers['Host']} {asked.target}".encode())
    for host, target in itertools.product(["news.example", "other.example"], [PAGE, f"{PAGE}?order=oldest"]):
        assert read(front.port, target, Host=host).body == f"{host} {target}".encode()


def test_no_page_is_older_than_a_second_here_and_only_one_reader_waits_for_it(front: Nginx, site: Upstream) -> None:
    """While it changes all the time and takes a while to make."""
    making = 0.1

    def made_now(asked: Asked) -> Answer:
        now = time.time()
        return Answer(
            200, str(now).encode(), {"Cache-Control": SHARED, "ETag": f'"{now}"', "Vary": "Accept-Encoding"}, making
        )

    site.answer = made_now
    found: list[tuple[str, float, float]] = []
    begin_a_second()
    read(front.port, PAGE)
    end = time.time() + 4.5

    def reader() -> None:
        while (began := time.time()) < end:
            page = read(front.port, PAGE)
            found.append((page.cache, time.time() - float(page.body), time.time() - began))

    readers = [threading.Thread(target=reader) for _ in range(4)]
    for thread in readers:
        thread.start()
    for thread in readers:
        thread.join()
    assert max(age for _cache, age, _waited in found) < 1.5
    caches = Counter(cache for cache, _age, _waited in found)
    assert caches.keys() == {"HIT", "UPDATING", "EXPIRED"}
    assert caches["EXPIRED"] == len(site.asked) - 1
    print(caches, len(site.asked), [f for f in found if f[2] > 0.08])
    assert caches["EXPIRED"] <= 5


def test_a_page_that_nobody_has_asked_for_in_a_while_is_fetched_again(front: Nginx, site: Upstream) -> None:
    numbers = itertools.count()
    site.answer = lambda asked: shared(f"{(number := next(numbers))}".encode(), f'"{number}"')
    assert read(front.port, PAGE).body == b"0"
    time.sleep(1.6)
    assert read(front.port, PAGE).body in (b"1", b"2")


def test_of_many_who_come_first_one_asks_the_site(front: Nginx, site: Upstream) -> None:
    site.answer = lambda asked: Answer(200, b"new", {"Cache-Control": "public, max-age=60"}, 0.3)
    found: list[Read] = []
    readers = [threading.Thread(target=lambda: found.append(read(front.port, PAGE))) for _ in range(8)]
    for thread in readers:
        thread.start()
    for thread in readers:
        thread.join()
    assert [page.body for page in found] == [b"new"] * 8
    assert len(site.asked) == 1


def test_the_same_changes_are_fetched_once_for_everybody(front: Nginx, site: Upstream) -> None:
    def changes(asked: Asked) -> Answer:
        seconds = 60 if asked.target.endswith("=1") else 2
        said = f"public, max-age={seconds}, stale-while-revalidate={seconds}, stale-if-error=600"
        return Answer(200, asked.target.encode(), {"Cache-Control": said})

    site.answer = changes
    for _ in range(3):
        for after in (1, 41):
            assert read(front.port, f"/live/12/changes?after={after}").body.endswith(b"=%d" % after)
    assert Counter(asked.target for asked in site.asked)["/live/12/changes?after=1"] == 1
    let_it_expire()
    assert read(front.port, "/live/12/changes?after=41").cache in ("EXPIRED", "REVALIDATED")
    assert read(front.port, "/live/12/changes?after=1").cache == "HIT"


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_gone_within_two_seconds_and_stays_so_without_the_site(
    front: Nginx, site: Upstream, status: int
) -> None:
    read(front.port, PAGE)
    said = {"Cache-Control": SHARED} if status == 410 else {}
    site.answer = lambda asked: Answer(status, b"gone", said)
    let_it_expire()
    assert read(front.port, PAGE).status == status
    site.die()
    let_it_expire()
    assert read(front.port, PAGE).status in (status, 503)


def test_a_page_with_a_cookie_is_not_kept(front: Nginx, site: Upstream) -> None:
    """Which would be a mistake of the site."""
    site.answer = lambda asked: shared(**{"Set-Cookie": "a=1"})
    read(front.port, PAGE)
    assert read(front.port, PAGE).cache == "MISS"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_what_is_no_reading_goes_to_the_site_each_time(front: Nginx, site: Upstream, method: str) -> None:
    site.answer = lambda asked: shared() if asked.method == "GET" else Answer(405)
    read(front.port, PAGE)
    for _ in range(2):
        assert read(front.port, PAGE, method, b"text=hello").status == 405
    assert [asked.method for asked in site.asked[1:]] == [method, method]
