"""Pages in Redis: what one process has made, the others take; without Redis each makes its own."""

import asyncio
import os
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import redis

from newsroom import far_pages, page_cache
from newsroom.bridge import Response
from newsroom.far_pages import KEPT, FarPages
from tests.newsroom.caching import PATIENCE, Site, at_once

pytestmark = pytest.mark.once

URL = os.environ.get("TEST_REDIS_URL", "")
needs_redis = pytest.mark.skipif(not URL, reason="TEST_REDIS_URL is not set")


def another_release(monkeypatch: pytest.MonkeyPatch) -> None:
    name = uuid.uuid4().hex
    monkeypatch.setattr(far_pages, "release", lambda: name)


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Iterator[asyncio.Runner]:
    """Each test has a release of its own, so none finds another's pages."""
    another_release(monkeypatch)
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def here(runner: asyncio.Runner) -> Iterator[Site]:
    with with_redis(runner, URL) as site:
        yield site


@pytest.fixture
def there(runner: asyncio.Runner) -> Iterator[Site]:
    """Another process."""
    with with_redis(runner, URL) as site:
        yield site


@contextmanager
def with_redis(runner: asyncio.Runner, url: str) -> Iterator[Site]:
    far = FarPages(url)
    yield Site(runner, far)
    far.close()
    far._redis.close()


def keys(site: Site) -> list[bytes]:
    return site.pages._far._redis.keys(f"newsroom:page:{far_pages.release()}:*")


@needs_redis
def test_a_process_takes_what_another_has_made(here: Site, there: Site) -> None:
    assert here.ask(accept_encoding="br") == there.ask(accept_encoding="br")
    assert here.ask() == there.ask()
    assert (here.made, there.made) == (1, 0)
    (key,) = keys(here)
    assert 0 < here.pages._far._redis.ttl(key) <= KEPT


@needs_redis
def test_but_not_what_is_outdated(here: Site, there: Site) -> None:
    here.ask()
    there.version = "2.0"
    assert there.ask().text.startswith("2.0")
    assert (here.made, there.made) == (1, 1)


@needs_redis
def test_nor_what_another_release_has_made(here: Site, there: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    here.ask()
    another_release(monkeypatch)
    there.ask()
    assert (here.made, there.made) == (1, 1)


@needs_redis
def test_of_many_processes_one_makes_the_page(here: Site, there: Site) -> None:
    here.find()
    there.find()
    assert {read.text[:3] for read in at_once(here, there)} == {"1.0"}
    assert here.made + there.made == 1


@needs_redis
def test_even_of_what_nobody_has_asked_for_before(here: Site, there: Site) -> None:
    assert {read.text[:3] for read in at_once(here, there, readers=1)} == {"1.0"}
    assert here.made + there.made == 1


@needs_redis
@pytest.mark.parametrize("for_ever", [False, True])
def test_a_process_that_died_over_a_page_holds_it_up_for_so_long_and_no_longer(
    here: Site, monkeypatch: pytest.MonkeyPatch, for_ever: bool
) -> None:
    for module in (far_pages, page_cache):
        monkeypatch.setattr(module, "LONGEST_MAKING", 0.2)
    far = here.pages._far
    assert here.sync(far.begin(("http", "here", "/", "")))
    (lock,) = keys(here)
    assert 0 < far._redis.pttl(lock) <= 200
    if for_ever:
        far._redis.persist(lock)
    began = time.monotonic()
    assert here.ask().status == 200
    assert 0.1 < time.monotonic() - began < PATIENCE
    assert here.made == 1


@needs_redis
def test_a_making_that_fails_lets_the_next_begin(here: Site, there: Site) -> None:
    here.answer = lambda environ: Response(500, [], b"")
    assert here.ask().status == 500
    assert keys(here) == []
    assert there.ask().status == 200


@needs_redis
def test_what_redis_has_forgotten_is_made_again_by_who_needs_it(here: Site, there: Site) -> None:
    first = here.ask()
    here.pages._far._redis.delete(*keys(here))
    assert here.ask() == there.ask() == first
    assert (here.made, there.made) == (1, 1)


@needs_redis
@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\xff\xfe\n\xff",
        b"null\n",
        b"[]\n",
        b"{}\n",
        b'{"bodies": {}, "headers": []}\n',
        b'{"bodies": {"br": "long"}, "headers": []}\nbody',
        b'{"bodies": [], "headers": []}\n',
        b'{"bodies": {}, "headers": [[1, 2]]}\n',
    ],
)
def test_whatever_else_is_there_counts_for_nothing(here: Site, there: Site, garbage: bytes) -> None:
    here.ask()
    here.pages._far._redis.set(*keys(here), garbage)
    assert there.ask().status == 200
    assert there.made == 1


# Without Redis.


@pytest.fixture
def hanging() -> Iterator[socket.socket]:
    """It takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        yield listening


@pytest.fixture(params=["refuses", "hangs"])
def away(request: Any, runner: asyncio.Runner, hanging: socket.socket) -> Iterator[Site]:
    port = hanging.getsockname()[1]
    if request.param == "refuses":
        hanging.close()
    with with_redis(runner, f"redis://127.0.0.1:{port}/0") as site:
        yield site


def test_without_redis_pages_are_made_and_kept_all_the_same(away: Site, caplog: Any) -> None:
    for _ in range(3):
        assert [away.ask(f"/{place}/").status for place in "abc"] == [200] * 3
    assert away.made == 3
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "Redis is away" in caplog.text


def test_one_in_a_while_tries_whether_it_is_back(away: Site, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    tries = []
    get = away.pages._far._get
    away.pages._far._get = lambda key: tries.append(key) or get(key)
    for place in "abc":
        away.ask(f"/{place}/")
    assert len(tries) == 1
    away.pages._far._try_again_at = 0
    for place in "def":
        away.ask(f"/{place}/")
    assert len(tries) == 2
    # Nobody is told the same twice.
    assert len(caplog.records) == 1


def test_many_who_ask_for_different_pages_at_once_do_not_wait_one_after_the_other(
    runner: asyncio.Runner, hanging: socket.socket
) -> None:
    async def ask() -> None:
        await asyncio.gather(*(site.asking(f"/{number}/") for number in range(12)))

    with with_redis(runner, f"redis://127.0.0.1:{hanging.getsockname()[1]}/0") as site:
        tries = []
        get = site.pages._far._get
        site.pages._far._get = lambda key: tries.append(key) or get(key)
        site.sync(ask())
    assert len(tries) <= 2, "Each of the threads should try once."


@needs_redis
def test_when_it_is_back_pages_are_shared_again(here: Site, there: Site) -> None:
    back = here.pages._far._redis
    here.pages._far._redis = redis.Redis.from_url("redis://127.0.0.1:1/0")
    assert here.ask("/a/").status == 200
    here.pages._far._redis, here.pages._far._try_again_at = back, 0
    here.ask("/b/")
    there.ask("/b/")
    assert (here.made, there.made) == (2, 0)
