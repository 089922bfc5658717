"""Each piece of news is mailed once: by several workers at once, by ones that are killed, and past a mail server that
is away. The one window in which a mail may come twice has the same Message-ID both times."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from articles.models import Article
from bench.crowd import crowd, together
from bench.killed import url_of
from bench.servers import site, wait_until
from comments import mailing
from comments.models import Notice
from newsroom import worker
from tests.faults.mail_server import MailServer, mail_server
from tests.people import make_person, say
from tests.working import wants_mail, work

READERS, WORKERS = 12, 4

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def readers(transactional_db: None, articles: list[Article]) -> list[User]:
    """Each has been answered twice, which is due to be mailed."""
    tom = make_person("Tom")
    readers = [wants_mail(make_person(f"Reader {number}")) for number in range(READERS)]
    for number, reader in enumerate(readers):
        root = say(reader, articles[number % len(articles)])
        for _ in range(2):
            say(tom, root.article, parent=root)
    work()
    Notice.objects.update(mail_at=timezone.now())
    mailing.enqueue_due(timezone.now())
    return readers


def work_for(seconds: float, port: int) -> int:
    """A worker's process: does what is due until all is done, and tries again soon. How many tasks it did."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.SITE_URL = "https://news.example"
    worker.FIRST_PAUSE = worker.LONGEST_PAUSE = timedelta(seconds=0.2)
    mailing.AWAY_FOR = 0.1
    end, done = time.monotonic() + seconds, 0
    while time.monotonic() < end and Notice.objects.filter(mail_at__isnull=False, done_at=None).exists():
        ran = worker.run_due()
        done += ran
        if not ran:
            time.sleep(0.05)
    return done


def left() -> int:
    return Notice.objects.filter(mail_at__isnull=False, done_at=None).count()


def ten_minutes_pass() -> None:
    """And the tasks of killed workers are taken up."""
    for notice in Notice.objects.exclude(taken_at=None):
        Notice.objects.filter(pk=notice.pk).update(taken_at=notice.taken_at - timedelta(minutes=10))
    DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).update(status=TaskResultStatus.READY)
    mailing.enqueue_due(timezone.now())


def test_several_workers_at_once_mail_each_reader_once(readers: list[User], server: MailServer) -> None:
    # Each has its task more than once, too.
    for reader in readers:
        mailing.tasks.mail.enqueue(reader.pk)
    together(*[(work_for, 20.0, server.port) for _ in range(WORKERS)])
    assert sorted(str(message["To"]) for message in server.got) == sorted(reader.email for reader in readers)
    assert len(set(server.ids())) == READERS
    assert left() == 0


def test_while_the_mail_server_refuses_nothing_is_lost_and_then_each_is_sent_once(
    readers: list[User], server: MailServer
) -> None:
    server.mode = "refuses"
    with crowd(*[(work_for, 30.0, server.port) for _ in range(2)]) as workers:
        wait_until(lambda: server.connections >= 6, "The workers")
        assert server.got == []
        assert left() == 2 * READERS
        server.mode = "takes"
        for one in workers:
            one.result()
    assert sorted(str(message["To"]) for message in server.got) == sorted(reader.email for reader in readers)
    assert left() == 0


def test_a_worker_killed_with_a_mail_on_its_way_sends_the_same_again_and_all_others_once(
    readers: list[User], server: MailServer
) -> None:
    server.mode = "hangs"
    with crowd((work_for, 30.0, server.port)) as (victim,):
        assert server.hung.wait(20)
        victim.kill()
    server.mode = "takes"
    server.ended.set()
    assert len(server.got) == 1
    together((work_for, 3.0, server.port), (work_for, 3.0, server.port))
    assert len(server.got) == READERS
    # Its mail is taken again, and nobody else's.
    assert left() == 2
    ten_minutes_pass()
    together((work_for, 20.0, server.port), (work_for, 20.0, server.port))
    assert left() == 0
    assert len(server.got) == READERS + 1
    assert len(set(server.ids())) == READERS
    assert server.ids()[-1] == server.ids()[0]
    assert server.got[-1].as_string().count("answered") == server.got[0].as_string().count("answered")


def test_workers_killed_one_after_the_other_lose_none(readers: list[User], server: MailServer) -> None:
    for number in range(4):
        with crowd(*[(work_for, 20.0, server.port) for _ in range(2)]) as (victim, other):
            time.sleep(0.05 * number)
            victim.kill()
            other.kill()
        ten_minutes_pass()
    together(*[(work_for, 20.0, server.port) for _ in range(2)])
    assert left() == 0
    assert {str(message["To"]) for message in server.got} == {reader.email for reader in readers}
    assert len(set(server.ids())) == READERS


def test_the_serving_process_mails_what_is_due(readers: list[User], server: MailServer) -> None:
    with site(url_of(connection.settings_dict["NAME"]), EMAIL_URL=f"smtp://127.0.0.1:{server.port}"):
        wait_until(lambda: left() == 0, "The worker")
    assert len(server.got) == READERS
    assert all("http://127.0.0.1" in str(message["List-Unsubscribe"]) for message in server.got)


def test_a_mail_server_that_hangs_holds_up_neither_pages_nor_the_end_of_the_process(
    readers: list[User], server: MailServer
) -> None:
    server.mode = "hangs"
    with site(url_of(connection.settings_dict["NAME"]), EMAIL_URL=f"smtp://127.0.0.1:{server.port}") as serving:
        assert server.hung.wait(20)
        assert serving.terminate() < 4
