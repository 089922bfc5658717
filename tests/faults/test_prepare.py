"""Processes of one site that begin at once, on a database that has nothing yet."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from bench.servers import ROOT, Postgresql, postgresql
from newsroom.management.commands.prepare import ADVISORY_LOCK

PROCESSES = 4


def prepare(url: str) -> subprocess.Popen[str]:
    environment = os.environ | {"DATABASE_URL": url, "DEBUG": "0", "SECRET_KEY": "only-for-tests", "ALLOWED_HOSTS": "x"}
    command = [sys.executable, "manage.py", "prepare"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)


pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def server() -> Iterator[Postgresql]:
    with postgresql() as server:
        yield server


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "SQLite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    server: Postgresql = request.getfixturevalue("server")
    return server.url("empty")


def test_all_find_it_ready_and_none_fails(empty: str) -> None:
    begun = [prepare(empty) for _ in range(PROCESSES)]
    ended = [(process.communicate(timeout=120)[1], process.returncode) for process in begun]
    assert ended == [("", 0)] * PROCESSES


def test_another_host_that_is_at_it_is_waited_for(server: Postgresql) -> None:
    url = server.url("shared")
    other = psycopg2.connect(url)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        process = prepare(url)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(3)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname = 'articles_article'")
        assert cursor.fetchone() == (0,)
    other.close()
    assert process.wait(60) == 0
