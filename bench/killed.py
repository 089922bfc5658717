"""A server is killed and started again while correspondents write and readers follow: is anything lost?"""

import time
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from bench.copies import differences, loaded
from bench.crowd import crowd
from bench.desk import article, where, work
from bench.readers import Readers
from bench.servers import site

# All readers of a bench come from one address.
CROWD = {"MOST_STREAMS_PER_ADDRESS": "10000", "LOG_LEVEL": "ERROR"}


def url_of(name: str) -> str:
    """Of another database on the server that the settings name."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()


def killed(
    url: str,
    *,
    correspondents: int,
    entries: int,
    each: int,
    kills: int,
    pause: float = 0.2,
) -> tuple[list[str], str]:
    """Correspondents work while the server is killed and started again. What any reader's page then shows otherwise
    than a fresh one, and what happened in numbers."""
    with ExitStack() as stack:
        server = stack.enter_context(site(url, **CROWD))
        story = article(3)
        # Readers who wait half as long as browsers come back while the correspondents still write.
        more: dict[str, Any] = {"pace": 0.5}
        readers = stack.enter_context(Readers([server.address], story["article"], story["path"], **more))
        readers.join(streams=each, pollers=each)
        calls = [(work, story["article"], entries, seed, pause) for seed in range(correspondents)]
        began = time.monotonic()
        working = stack.enter_context(crowd(*calls))
        for _ in range(kills):
            time.sleep(pause * entries / (kills + 1))
            server.kill()
            time.sleep(0.2)
            server.start()
        changes = sum(member.result() for member in working)
        took = time.monotonic() - began
        told = where(story["article"])
        behind = readers.behind(told["change"], 60)
        fresh, report = loaded(server.address, story["path"]), readers.report()
    faults = report["faults"] + [f"{behind} readers are behind"] * bool(behind)
    if told["change"] != story["change"] + changes or fresh["change"] != told["change"]:
        faults.append(f"{changes} changes, but the page went from {story['change']} to {fresh['change']}")
    for page, number in report["pages"]:
        faults += [f"{number} readers: {difference}" for difference in differences(page, fresh)]
    met = report["met"]
    lost = met.get("stream 200", 0)
    said = (
        f"{changes} changes within {took:.0f} s, {len(fresh['entries'])} entries at the end, {lost} streams broken off"
    )
    return faults, said
