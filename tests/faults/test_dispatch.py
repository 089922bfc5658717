"""Scheduled entries go out once, however many processes run, one of which is killed, and after the machine slept."""

import os
import signal
import time

import pytest
from django.db import connection
from django.utils import timezone

from articles.models import Article, Entry
from bench.correspondents import dispatch, schedule
from bench.crowd import crowd, together
from bench.killed import url_of
from bench.servers import site, wait_until

PROCESSES, ENTRIES = 4, 200

pytestmark = pytest.mark.django_db(transaction=True)


def assert_each_once(articles: list[Article], number: int) -> None:
    entries = Entry.objects.filter(state="published")
    assert entries.count() == number
    for article in articles:
        article.refresh_from_db()
        numbers = sorted(entries.filter(article=article).values_list("change", flat=True))
        # The first number is that of going live.
        assert numbers == list(range(2, len(numbers) + 2))
        assert article.change == len(numbers) + 1
    for entry in entries:
        assert entry.history.filter(state="published").count() == 1


def test_two_hundred_due_at_once_go_out_once_each_by_four_processes(articles: list[Article]) -> None:
    schedule(articles, ENTRIES, 0.5)
    done = together(*[(dispatch, 20.0) for _ in range(PROCESSES)])
    assert sum(done) == ENTRIES
    assert_each_once(articles, ENTRIES)


def test_one_of_them_is_killed_in_the_midst(articles: list[Article]) -> None:
    schedule(articles, ENTRIES, -1)
    with crowd(*[(dispatch, 20.0) for _ in range(PROCESSES)]) as (victim, *others):
        wait_until(lambda: Entry.objects.filter(state="published").count() >= 10, "The dispatcher")
        victim.kill()
        for other in others:
            other.result()
    assert_each_once(articles, ENTRIES)


def test_the_serving_process_sends_what_came_due_while_it_slept(articles: list[Article]) -> None:
    schedule(articles, 5, 3600)
    with site(url_of(connection.settings_dict["NAME"])) as server:
        os.kill(server.pid, signal.SIGSTOP)
        due = timezone.now()
        Entry.objects.filter(state="scheduled").update(scheduled_for=due)
        time.sleep(2)
        assert not Entry.objects.filter(state="published").exists()
        os.kill(server.pid, signal.SIGCONT)
        wait_until(lambda: Entry.objects.filter(state="published").count() == 5, "The dispatcher")
    assert set(Entry.objects.values_list("published_at", flat=True)) == {due}
    assert_each_once(articles, 5)
