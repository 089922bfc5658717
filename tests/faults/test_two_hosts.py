"""A site on two hosts that share PostgreSQL and Redis: one is cut off, then the other is killed, under load.

Each host is a network namespace, and so are those of the data and of the readers, who come through the shipped nginx.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench.copies import differences, loaded
from bench.desk import Desk
from bench.hosts import Host, network, why_not
from bench.readers import Readers
from bench.servers import Site, postgresql, postgresql_programs, redis, site
from tests.deploy.nginx import NGINX, wait_for, write

pytestmark = pytest.mark.once

STREAMS, POLLERS = 30, 30
ENTRIES = 20
# A browser waits forty seconds for a silent stream and fifteen for an answer. Here something is published all the time.
READERS = {"pace": 0.2, "silence": 3.0, "answer_within": 3.0}


@dataclass
class Setting:
    hosts: dict[str, Host]
    sites: dict[str, Site]
    desks: dict[str, Desk]
    story: dict[str, Any]

    def address(self, name: str) -> str:
        return f"http://{self.hosts[name].address}:{self.sites[name].port}"


@pytest.fixture
def setting() -> Iterator[Setting]:
    if reason := why_not():
        pytest.skip(reason)
    if not postgresql_programs():
        pytest.skip("PostgreSQL is not installed")
    with ExitStack() as stack:
        hosts = stack.enter_context(network("data", "left", "right", "readers"))
        with hosts["data"].inside():
            url = stack.enter_context(postgresql(hosts["data"].address)).url("newsroom")
            bus = stack.enter_context(redis(hosts["data"].address)).url
        sites, desks = {}, {}
        for name in ("left", "right"):
            with hosts[name].inside():
                environment = {"HOST": "0.0.0.0", "ALLOWED_HOSTS": "*", "REDIS_URL": bus, "LOG_LEVEL": "ERROR"}  # noqa: S104
                environment["SITE_URL"] = "https://news.example"
                sites[name] = stack.enter_context(site(url, BEHIND_PROXY="1", **environment))
            desks[name] = stack.enter_context(Desk(url, before=hosts[name].within, REDIS_URL=bus))
        yield Setting(hosts, sites, desks, desks["left"].ask("article", entries=3))


@contextmanager
def front(folder: Path, here: Host, behind: list[tuple[str, int]]) -> Iterator[str]:
    """The shipped nginx before these; its address for the readers on its host."""
    with here.inside():
        port, _tls_port = write(folder, [1], folder, tls=False)
        servers = "".join(f"server {address}:{number} max_fails=1 fail_timeout=2s;\n" for address, number in behind)
        (folder / "newsroom" / "processes.conf").write_text(servers)
        arguments = ["-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log", "-g", "daemon off;"]
        process = subprocess.Popen([str(NGINX), *arguments], stderr=subprocess.DEVNULL)
        with ExitStack() as stack:
            stack.callback(process.wait, 10)
            stack.callback(process.terminate)
            wait_for(port)
            yield f"http://127.0.0.1:{port}"


def shown(setting: Setting, name: str, change: int, seconds: float = 20) -> dict[str, Any]:
    """The page as this host serves it, once it shows a change."""
    end = time.monotonic() + seconds
    with setting.hosts["readers"].inside():
        while True:
            # 503: it has just been connected again, and does not know yet that the database is back.
            with suppress(OSError, AssertionError):
                page = loaded(setting.address(name), setting.story["path"])
                if page["change"] >= change:
                    return page
            if time.monotonic() > end:
                pytest.fail(f"{name} does not show change {change} within {seconds} s")
            time.sleep(0.1)


def test_readers_of_a_host_that_is_cut_off_or_killed_go_on_at_the_other_and_miss_nothing(
    setting: Setting, tmp_path: Path
) -> None:
    left, right = setting.hosts["left"], setting.hosts["right"]
    behind = [(host.address, setting.sites[name].port) for name, host in (("left", left), ("right", right))]
    with ExitStack() as stack:
        addresses = [setting.address("left"), setting.address("right")]
        if NGINX:
            folder = tmp_path / "nginx"
            folder.mkdir()
            addresses = [stack.enter_context(front(folder, setting.hosts["readers"], behind))]
        where = addresses, setting.story["article"], setting.story["path"]
        readers = stack.enter_context(Readers(*where, before=setting.hosts["readers"].within, **READERS))
        readers.join(streams=STREAMS, pollers=POLLERS)

        write_on(setting, "right", 1)
        time.sleep(1)
        left.cut_off()
        setting.desks["right"].answer()
        cut_off = setting.desks["right"].ask("where", article=setting.story["article"])["change"]
        assert readers.behind(cut_off, 30) == 0
        left.connect()
        # It finds the database again, and what it has missed.
        shown(setting, "left", cut_off)

        write_on(setting, "left", 2)
        time.sleep(1)
        setting.sites["right"].kill()
        setting.desks["left"].answer()
        told = setting.desks["left"].ask("where", article=setting.story["article"])
        assert readers.behind(told["change"], 30) == 0

        report, fresh = readers.report(), shown(setting, "left", told["change"])
        assert report["faults"] == []
        assert fresh["change"] == told["change"] > cut_off > setting.story["change"]
        assert len(fresh["entries"]) > ENTRIES
        for page, _number in report["pages"]:
            assert differences(page, fresh) == []


def write_on(setting: Setting, name: str, seed: int) -> None:
    """A correspondent there begins to work, for some seconds."""
    setting.desks[name].tell("work", article=setting.story["article"], entries=ENTRIES, seed=seed, pause=0.1)
