"""The database goes away under load, in each of the ways it can: on a PostgreSQL of the test's own."""

from collections.abc import Iterator

import pytest

from bench.away import WAYS, Scene, scene
from bench.copies import differences, loaded
from bench.readers import Readers
from bench.servers import postgresql_programs

pytestmark = pytest.mark.once

AWAY_SECONDS = 2.5
# What matters here is that everybody is answered, and by what; how soon is measured by bench.away.
SLOWEST, HEALED_WITHIN = 8.0, 15.0


@pytest.fixture(scope="module")
def site() -> Iterator[Scene]:
    if not postgresql_programs():
        pytest.skip("PostgreSQL is not installed")
    with scene(MOST_STREAMS_PER_ADDRESS="1000") as running:
        yield running


@pytest.mark.parametrize("way", WAYS)
def test_readers_get_their_pages_and_writers_their_text_back_while_the_database(site: Scene, way: str) -> None:
    outage = site.outage(way, AWAY_SECONDS, reads=50, writes=4)
    assert outage.faults(SLOWEST, HEALED_WITHIN) == []
    assert len(outage.reads) > 50
    assert len(outage.writes) > 2


def test_open_pages_outlast_every_outage_and_miss_nothing(site: Scene) -> None:
    story = site.desk.ask("article", entries=3)
    with Readers([site.site.address], story["article"], story["path"], pace=0.2) as readers:
        readers.join(streams=20, pollers=20)
        for way in WAYS:
            site.desk.ask("publish", article=story["article"])
            back = site.take_away(way)
            try:
                # Nobody can have heard of the entry without the database, so this only waits.
                readers.behind(story["change"] + 99, 1.5)
            finally:
                back()
            told = site.desk.ask("publish", article=story["article"])
        assert readers.behind(told["change"], 30) == 0
        report, fresh = readers.report(), loaded(site.site.address, story["path"])
        assert report["faults"] == []
        assert [differences(page, fresh) for page, _number in report["pages"]] == [[]]
        # A stream outlasts it: no reader had to come back.
        assert report["open"] == 20
        assert report["met"].get("stream 200", 0) == 0
