"""What is somebody's own: asked of the site each time, by each for themselves, and sent there once."""

import threading
import time

import pytest

from tests.deploy.conftest import Read, read
from tests.deploy.nginx import Nginx
from tests.deploy.upstream import Answer, Asked, Upstream, private

pytestmark = pytest.mark.once

PLACES = ["/me/", "/accounts/you/", "/admin/", "/c/7/mine/", "/c/7/reply/", "/weather/storm/comments/new/"]


def whose(asked: Asked) -> Answer:
    return private(f"for {asked.headers['Cookie']}".encode())


@pytest.mark.parametrize("place", PLACES)
def test_each_gets_their_own(front: Nginx, site: Upstream, place: str) -> None:
    site.answer = whose
    for name in ("nadia", "tom", "nadia"):
        answer = read(front.port, place, Cookie=name)
        assert answer.body == f"for {name}".encode()
        assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("place", PLACES)
def test_nobody_waits_for_somebody_else_s(front: Nginx, site: Upstream, place: str) -> None:
    seconds = 0.5
    site.answer = lambda asked: Answer(200, asked.headers["Cookie"].encode(), seconds=seconds)
    found: dict[str, Read] = {}
    readers = [
        threading.Thread(target=lambda name=name: found.update({name: read(front.port, place, Cookie=name)}))
        for name in "abcdef"
    ]
    began = time.monotonic()
    for thread in readers:
        thread.start()
    for thread in readers:
        thread.join()
    assert time.monotonic() - began < 2 * seconds
    assert {name: answer.body.decode() for name, answer in found.items()} == {name: name for name in "abcdef"}


@pytest.mark.parametrize("place", ["/me/", "/weather/storm/", "/live/12/stream", "/static/no-such-file.css"])
def test_what_a_reader_claims_about_the_way_here_is_overwritten(front: Nginx, site: Upstream, place: str) -> None:
    lies = {
        "X_Forwarded_For": "203.0.113.9, 203.0.113.10",
        "X_Forwarded_Proto": "https",
        "X_Forwarded_Host": "evil.example",
        "X_Forwarded_Port": "1",
        "X_Real_IP": "203.0.113.9",
        "Forwarded": "for=203.0.113.9",
    }
    read(front.port, place, **lies)
    (asked,) = site.asked
    assert asked.headers.get_all("X-Forwarded-For") == ["127.0.0.1"]
    assert asked.headers.get_all("X-Forwarded-Proto") == ["http"]
    for name in ("X-Forwarded-Host", "X-Forwarded-Port", "X-Real-IP", "Forwarded"):
        assert name not in asked.headers
    assert asked.headers.get_all("Host") == [f"127.0.0.1:{front.port}"]


def test_nothing_private_is_compressed(front: Nginx, site: Upstream) -> None:
    """BREACH: the length of a compressed page tells what stands beside what an attacker put into it."""
    site.answer = lambda asked: private(b"secret " * 1000, **{"Content-Type": "text/html"})
    answer = read(front.port, "/me/", Accept_Encoding="gzip, br")
    assert answer.headers["Content-Encoding"] is None
    assert "Accept-Encoding" not in site.asked[0].headers


def test_a_photograph_of_thirty_megabytes_fits_and_more_does_not(front: Nginx, site: Upstream) -> None:
    site.answer = lambda asked: private(str(len(asked.body)).encode())
    size = 30 * 2**20
    assert read(front.port, "/admin/", "POST", bytes(size)).body == str(size).encode()
    refused = read(front.port, "/admin/", "POST", Content_Length=str(size + 1))
    assert refused.status == 413
    assert len(site.asked) == 1


@pytest.mark.parametrize("place", PLACES)
def test_what_failed_half_way_is_not_sent_again(front_of_two: Nginx, sites: list[Upstream], place: str) -> None:
    for site in sites:
        site.answer = lambda asked: Answer(hangs_up=True)
    answer = read(front_of_two.port, place, "POST", b"text=hello")
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "5"
    assert b"what you have written is still there" in answer.body
    assert sum(len(site.asked) for site in sites) == 1


@pytest.mark.parametrize("place", PLACES)
def test_what_was_not_sent_yet_goes_to_another_process(front_of_two: Nginx, sites: list[Upstream], place: str) -> None:
    dead, alive = sites
    dead.die()
    for number in range(6):
        assert read(front_of_two.port, place, "POST", b"text=%d" % number).status == 200
    assert [asked.body for asked in alive.asked] == [b"text=%d" % number for number in range(6)]


def test_a_connection_that_the_site_closes_meanwhile_costs_nobody_their_text(front: Nginx, site: Upstream) -> None:
    """Each has a connection of its own, so there is none that could have been closed."""
    for _ in range(5):
        read(front.port, "/me/", "POST", b"text=hello")
    assert {asked.headers["Connection"] for asked in site.asked} == {"close"}
