"""A hundred readers press the same button at the same moment, some of them twice: each counts once."""

import pytest

from accounts.models import User
from articles.models import Article
from bench.crowd import together
from comments.integrity import problems
from comments.models import Comment, Recommendation
from tests.people import make_person, say

PROCESSES = 10
EACH = 10

pytestmark = pytest.mark.django_db(transaction=True)


def press(comment_id: int, reader_ids: list[int], twice: bool) -> list[str]:
    """Recommends as each reader; `twice` takes it back and recommends again."""
    errors = []
    comment = Comment.objects.get(pk=comment_id)
    for reader in User.objects.filter(pk__in=reader_ids):
        try:
            comment.recommend(reader)
            if twice:
                comment.unrecommend(reader)
                comment.recommend(reader)
        except Exception as error:
            errors.append(repr(error))
    return errors


@pytest.mark.parametrize("is_reply", [False, True], ids=["a conversation", "a reply"])
def test_a_hundred_at_once_are_a_hundred(articles: list[Article], people: list[User], is_reply: bool) -> None:
    root = say(people[0], articles[0])
    comment = say(people[1], articles[0], parent=root) if is_reply else root
    readers = [make_person(f"Reader {number}").pk for number in range(PROCESSES * EACH)]
    groups = [readers[start : start + EACH] for start in range(0, len(readers), EACH)]
    answers = together(*[(press, comment.pk, group, number % 2 == 1) for number, group in enumerate(groups)])
    assert answers == [[]] * PROCESSES
    comment.refresh_from_db()
    assert comment.recommends == Recommendation.objects.filter(comment=comment).count() == PROCESSES * EACH
    assert problems(articles[0].pk) == []


def test_one_reader_in_ten_tabs_counts_once(articles: list[Article], people: list[User]) -> None:
    comment = say(people[0], articles[0])
    answers = together(*[(press, comment.pk, [people[1].pk], False) for _ in range(PROCESSES)])
    assert answers == [[]] * PROCESSES
    comment.refresh_from_db()
    assert comment.recommends == 1
