"""The server is killed while correspondents write and readers follow: nobody misses anything or sees it twice."""

import pytest
from django.db import connection

from bench.killed import killed, url_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_readers_of_a_server_that_was_killed_end_with_the_same_page_as_those_who_come_now() -> None:
    name = connection.settings_dict["NAME"]
    faults, _said = killed(url_of(name), correspondents=2, entries=20, each=20, kills=1, pause=0.1)
    assert faults == []
