"""The site's own processes behind nginx, on SQLite: what readers, correspondents and operators rely on."""

import gzip
import http.client
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import brotli
import pytest

from bench.desk import Desk
from bench.servers import Site
from bench.servers import site as serving
from tests.deploy.conftest import read
from tests.deploy.nginx import NGINX, ROOT, Nginx, nginx

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def processes(place: Path) -> Iterator[list[Site]]:
    if not NGINX:
        pytest.skip("nginx is not installed")
    database = f"sqlite:///{place}/site.sqlite3"
    with serving(database, BEHIND_PROXY="1") as first, serving(database, BEHIND_PROXY="1") as second:
        yield [first, second]


@pytest.fixture(scope="module")
def desk(place: Path, processes: list[Site]) -> Iterator[Desk]:
    with Desk(f"sqlite:///{place}/site.sqlite3") as desk:
        yield desk


@pytest.fixture(scope="module")
def running(place: Path, processes: list[Site]) -> Iterator[Nginx]:
    with nginx(place / "nginx", [process.port for process in processes], ROOT / "var" / "static") as running:
        yield running


@pytest.fixture
def path(desk: Desk) -> str:
    """An article's."""
    return str(desk.ask("article", entries=5)["path"])


def shown(body: bytes) -> int:
    (change,) = re.findall(rb'data-change="(\d+)" data-state', body)
    return int(change)


def test_the_page_is_the_same_in_each_form_and_nginx_keeps_it(running: Nginx, path: str) -> None:
    plain = read(running.port, path)
    zipped = read(running.port, path, Accept_Encoding="gzip")
    best = read(running.port, path, Accept_Encoding="gzip, br")
    assert plain.status == 200
    assert gzip.decompress(zipped.body) == brotli.decompress(best.body) == plain.body
    assert len({answer.headers["ETag"] for answer in (plain, zipped, best)}) == 3
    for answer in (plain, zipped, best):
        assert not answer.headers["ETag"].startswith("W/")
        assert answer.headers["Cache-Control"].startswith("public, max-age=1,")
        assert "Set-Cookie" not in answer.headers
    again = read(running.port, path, Accept_Encoding="br", If_None_Match=best.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    assert read(running.port, path, Accept_Encoding="br").cache in ("HIT", "EXPIRED", "REVALIDATED")


def test_what_the_page_names_comes_from_the_disk_for_good(running: Nginx, path: str) -> None:
    page = read(running.port, path).body.decode()
    files = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    assert files
    for file in files:
        answer = read(running.port, file, Accept_Encoding="br")
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "public, max-age=315360000, immutable"), file
        assert answer.headers["Content-Encoding"] == "br" or file.endswith(".svg")


def test_a_reader_signs_in_through_nginx_and_sees_their_own(running: Nginx, desk: Desk) -> None:
    session = desk.ask("reader", name=f"nadia{time.time_ns()}")
    mine = read(running.port, "/me/", Cookie=f"sessionid={session}")
    nobody = read(running.port, "/me/")
    assert json.loads(mine.body)["name"].startswith("Nadia")
    assert json.loads(nobody.body)["name"] is None
    for answer in (mine, nobody):
        assert "no-store" in answer.headers["Cache-Control"]


def test_a_form_is_believed_from_this_site_only(running: Nginx) -> None:
    form = read(running.port, "/accounts/login/password/")
    cookie = form.headers["Set-Cookie"].partition(";")[0]
    (token,) = re.findall(rb'name="csrfmiddlewaretoken" value="(\w+)"', form.body)
    sent = urlencode({"csrfmiddlewaretoken": token.decode(), "login": "x", "password": "y"}).encode()
    kind = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    assert read(running.port, "/accounts/login/password/", "POST", sent, Origin=running.url, **kind).status in (
        200,
        422,
    )
    assert (
        read(running.port, "/accounts/login/password/", "POST", sent, Origin="http://evil.example", **kind).status
        == 403
    )


def test_a_new_entry_is_on_the_page_within_two_seconds(running: Nginx, desk: Desk, path: str) -> None:
    article = int(re.findall(rb'data-article="(\d+)"', read(running.port, path).body)[0])
    for _ in range(3):
        told = desk.ask("publish", article=article)
        while shown(read(running.port, path).body) < told["change"]:
            assert time.time() - told["ended"] < 2
            time.sleep(0.02)


def test_a_stream_speaks_at_once_and_tells_what_is_published(running: Nginx, desk: Desk, path: str) -> None:
    page = read(running.port, path).body
    article = int(re.findall(rb'data-article="(\d+)"', page)[0])
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=5)
    began = time.monotonic()
    connection.request("GET", f"/live/{article}/stream?after={shown(page)}")
    response = connection.getresponse()
    assert response.status == 200
    assert response.headers["Content-Type"].startswith("text/event-stream")
    response.readline()
    assert time.monotonic() - began < 1.5
    told = desk.ask("publish", article=article)
    while f"id: {told['change']}" not in (line := response.readline().decode()):
        assert line
        assert time.time() - told["ended"] < 2
    connection.close()


@contextmanager
def reading(running: Nginx, path: str) -> Iterator[list[int]]:
    """Somebody reads all the time until the end of the block; with the statuses that they get."""
    statuses: list[int] = []
    ended = threading.Event()

    def reader() -> None:
        while not ended.is_set():
            statuses.append(read(running.port, path).status)
            statuses.append(read(running.port, "/me/").status)
            time.sleep(0.01)

    thread = threading.Thread(target=reader)
    thread.start()
    try:
        yield statuses
    finally:
        ended.set()
        thread.join()


def test_the_processes_may_die_and_come_back(running: Nginx, processes: list[Site], path: str) -> None:
    """One is killed while somebody reads all the time, then both; then they are started again."""
    with reading(running, path) as statuses:
        time.sleep(0.5)
        processes[0].kill()
        time.sleep(2)
    assert set(statuses) == {200}

    before = read(running.port, path).body
    processes[1].kill()
    time.sleep(2.1)
    for _ in range(3):
        assert read(running.port, path).body == before
    assert read(running.port, "/me/").status == 503

    for process in processes:
        process.start()
    time.sleep(3.1)
    assert read(running.port, path).status == 200
    assert read(running.port, path).cache in ("HIT", "REVALIDATED", "EXPIRED")
    assert read(running.port, "/me/").status == 200


def test_restarting_one_after_the_other_is_not_noticed(running: Nginx, processes: list[Site], path: str) -> None:
    with reading(running, path) as statuses:
        for process in processes:
            process.restart()
            # Until nginx asks it again: docs/deploy.md, "A new release".
            time.sleep(4)
    assert set(statuses) == {200}
    assert len(statuses) > 100
