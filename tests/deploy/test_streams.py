"""Open streams through nginx: at once, uncompressed, for as long as they last, and to a process that has room."""

import http.client
import time

import pytest

from tests.deploy.conftest import read
from tests.deploy.nginx import Nginx
from tests.deploy.upstream import Answer, Asked, Upstream

pytestmark = pytest.mark.once

STREAM = "/live/12/stream?after=41"
EVENTS = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}


def streaming(asked: Asked) -> Answer:
    return Answer(200, headers=EVENTS, pieces=[(b"data: 1\n\n", 1.0), (b"data: 2\n\n", 0)])


def full(asked: Asked) -> Answer:
    return Answer(503, b"full", {"Retry-After": "30"})


def test_each_event_arrives_when_it_is_sent(front: Nginx, site: Upstream) -> None:
    site.answer = streaming
    connection = http.client.HTTPConnection("127.0.0.1", front.port, timeout=5)
    began = time.monotonic()
    connection.request("GET", STREAM, headers={"Accept-Encoding": "br, gzip", "Last-Event-ID": "40"})
    response = connection.getresponse()
    assert response.readline() == b"data: 1\n"
    assert time.monotonic() - began < 0.5
    assert response.read() == b"\ndata: 2\n\n"
    assert time.monotonic() - began >= 1
    assert response.headers["Content-Encoding"] is None
    assert response.headers["Content-Type"] == "text/event-stream"
    connection.close()
    assert site.asked[0].headers["Last-Event-ID"] == "40"
    assert site.asked[0].target == STREAM


def test_nothing_of_it_is_kept_and_nobody_is_known_there(front: Nginx, site: Upstream) -> None:
    site.answer = lambda asked: Answer(200, b"data: 1\n\n", EVENTS | {"Cache-Control": "public, max-age=60"})
    for _ in range(2):
        assert read(front.port, STREAM, Cookie="sessionid=nadia").cache == ""
    assert len(site.asked) == 2
    assert "Cookie" not in site.asked[0].headers


def test_who_finds_a_process_full_gets_a_place_in_another(front_of_two: Nginx, sites: list[Upstream]) -> None:
    sites[0].answer, sites[1].answer = full, lambda asked: Answer(200, b"data: 1\n\n", EVENTS)
    for _ in range(6):
        assert read(front_of_two.port, STREAM).body == b"data: 1\n\n"
    # Nobody else goes without because of it.
    for number in range(4):
        assert read(front_of_two.port, f"/me/?{number}").status in (200, 503)
    assert sites[0].asked[-1].target.startswith("/me/")


def test_when_all_are_full_the_reader_is_told_to_come_back(front_of_two: Nginx, sites: list[Upstream]) -> None:
    for site in sites:
        site.answer = full
    for _ in range(4):
        answer = read(front_of_two.port, STREAM)
        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) >= 5


def test_a_stream_ends_at_the_site_when_its_reader_leaves(front: Nginx, site: Upstream) -> None:
    sent: list[float] = []

    def endless(asked: Asked) -> Answer:
        def pieces():  # type: ignore[no-untyped-def]
            while True:
                sent.append(time.monotonic())
                yield b": beat\n\n", 0.05

        return Answer(200, headers=EVENTS, pieces=pieces())  # type: ignore[arg-type]

    site.answer = endless
    connection = http.client.HTTPConnection("127.0.0.1", front.port, timeout=5)
    connection.request("GET", STREAM)
    connection.getresponse().readline()
    connection.close()
    time.sleep(1)
    count = len(sent)
    time.sleep(0.5)
    assert len(sent) == count


@pytest.mark.parametrize("path", ["/live/x/stream", "/live/12/streams", "/live/12/stream/"])
def test_other_addresses_are_no_streams(front: Nginx, site: Upstream, path: str) -> None:
    site.answer = lambda asked: Answer(404, b"")
    assert read(front.port, path).status == 404
