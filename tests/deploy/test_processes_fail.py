"""Processes die and come back; readers of shared pages notice nothing of it."""

import threading
import time
from pathlib import Path

import pytest

from tests.deploy.conftest import read
from tests.deploy.nginx import Nginx, free_port, nginx
from tests.deploy.test_shared_pages import PAGE, let_it_expire
from tests.deploy.upstream import Answer, Upstream, private, shared, upstream

pytestmark = pytest.mark.once


@pytest.mark.parametrize("place", [PAGE, "/me/", "/live/12/changes?after=1"])
def test_with_one_of_two_dead_nobody_gets_an_error(front_of_two: Nginx, sites: list[Upstream], place: str) -> None:
    sites[0].die()
    for number in range(20):
        query = "&" if "?" in place else "?"
        began = time.monotonic()
        assert read(front_of_two.port, f"{place}{query}n={number}").status == 200
        assert time.monotonic() - began < 0.5
    assert len(sites[1].asked) == 20


def test_a_process_that_dies_while_it_answers_is_replaced_by_another(
    front_of_two: Nginx, sites: list[Upstream]
) -> None:
    sites[0].answer = lambda asked: Answer(hangs_up=True)
    for number in range(6):
        assert read(front_of_two.port, f"{PAGE}?after={number}").status == 200


def test_a_dead_process_is_asked_again_when_it_is_back(tmp_path: Path, static: Path) -> None:
    port = free_port()
    with upstream() as alive, nginx(tmp_path / "nginx", [port, alive.port], static) as front:
        for _ in range(4):
            assert read(front.port, "/me/").status == 200
        with upstream(port) as back:
            time.sleep(3.5)
            for _ in range(4):
                assert read(front.port, "/me/").status == 200
            assert back.asked


def test_without_any_process_readers_keep_their_pages(front: Nginx, site: Upstream) -> None:
    site.answer = lambda asked: shared(b"before", '"before"')
    read(front.port, PAGE)
    port = site.port
    site.die()
    let_it_expire()
    for _ in range(3):
        answer = read(front.port, PAGE)
        assert (answer.status, answer.body) == (200, b"before")
    assert read(front.port, PAGE, If_None_Match='"before"').status == 304
    assert read(front.port, "/never/asked-for/").status == 503
    with upstream(port) as back:
        back.answer = lambda asked: shared(b"after", '"after"')
        let_it_expire()
        assert read(front.port, PAGE).body == b"after"


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_site_that_fails_is_no_reason_to_show_readers_an_error(front: Nginx, site: Upstream, status: int) -> None:
    read(front.port, PAGE)
    site.answer = lambda asked: Answer(status, b"failed")
    let_it_expire()
    assert read(front.port, PAGE).body == b"a page"
    # It is said where there is nothing better.
    assert read(front.port, "/never/asked-for/").status >= 500


def test_a_site_that_hangs_lets_all_but_one_read_on(front: Nginx, site: Upstream) -> None:
    """For as long as the page says it may be shown while it is fetched; then they wait with it."""
    read(front.port, PAGE)
    site.answer = lambda asked: Answer(200, b"late", seconds=0.5)
    time.sleep(1.02 - time.time() % 1)
    first = threading.Thread(target=read, args=(front.port, PAGE))
    first.start()
    time.sleep(0.1)
    began = time.monotonic()
    answer = read(front.port, PAGE)
    assert (answer.body, answer.cache) == (b"a page", "UPDATING")
    assert time.monotonic() - began < 0.3
    first.join()


def test_what_is_private_says_that_the_site_is_away(front: Nginx, site: Upstream) -> None:
    site.answer = lambda asked: private()
    site.die()
    answer = read(front.port, "/me/")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
