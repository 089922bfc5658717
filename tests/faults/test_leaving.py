"""Somebody leaves, and the worker that erases them is killed in the midst: another goes on, and nothing is left."""

import pytest

from accounts.models import User
from articles.models import Article
from bench.crowd import crowd, together
from bench.servers import wait_until
from comments import leaving
from comments.models import Comment, State
from tests.comments.exact import assert_exact
from tests.people import say

COMMENTS = 120

pytestmark = pytest.mark.django_db(transaction=True)


def erase(person_id: int) -> None:
    leaving.COMMENTS_AT_ONCE = 5
    leaving.erase_person(person_id)


def erased() -> int:
    return Comment.objects.filter(state=State.ERASED).count()


@pytest.fixture
def nadia(people: list[User], articles: list[Article]) -> User:
    nadia, tom = people[:2]
    roots = [say(tom, article) for article in articles]
    for number in range(COMMENTS):
        mine = say(nadia, roots[number % 3].article, f"Canary {number}", parent=roots[number % 3])
        if number % 3 == 0:
            say(tom, mine.article, "Tom answers.", parent=mine)
    leaving.leave(nadia)
    return nadia


def test_killed_three_times_it_is_finished_by_the_next(nadia: User, articles: list[Article]) -> None:
    for kills in range(1, 4):
        with crowd((erase, nadia.pk)) as (victim,):
            wait_until(lambda least=kills * COMMENTS // 5: erased() >= least, "The eraser")
            victim.kill()
        assert erased() > 0
        for article in articles:
            assert_exact(article)
    together((erase, nadia.pk))
    assert not User.objects.filter(pk=nadia.pk).exists()
    assert not Comment.objects.filter(text__contains="Canary").exists()
    assert Comment.objects.filter(text="Tom answers.").count() == COMMENTS // 3
    for article in articles:
        assert_exact(article)


def test_two_workers_at_once_leave_nothing_and_break_nothing(nadia: User, articles: list[Article]) -> None:
    together(*[(erase, nadia.pk) for _ in range(3)])
    assert not User.objects.filter(pk=nadia.pk).exists()
    assert erased() == COMMENTS
    for article in articles:
        assert_exact(article)
