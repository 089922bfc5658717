"""One form sent many times at once (a double click, a phone that tries again) makes one comment."""

import uuid

import pytest

from accounts.models import User
from articles.models import Article
from bench.crowd import together
from comments.integrity import problems
from comments.models import Comment
from tests.people import say

PROCESSES = 10
TIMES_EACH = 5

pytestmark = pytest.mark.django_db(transaction=True)


def send(article_id: int, author_id: int, parent_id: int | None, key: uuid.UUID) -> list[int]:
    article, author = Article.objects.get(pk=article_id), User.objects.get(pk=author_id)
    parent = Comment.objects.get(pk=parent_id) if parent_id else None
    return [
        Comment.objects.post(article, "Is the bridge open?", author=author, parent=parent, key=key).pk
        for _ in range(TIMES_EACH)
    ]


@pytest.mark.parametrize("is_reply", [False, True], ids=["a conversation", "a reply"])
def test_the_same_form_sent_fifty_times_at_once_makes_one_comment(
    articles: list[Article], people: list[User], is_reply: bool
) -> None:
    article = articles[0]
    before = [say(people[1], article)] if is_reply else []
    parent_id = before[0].pk if before else None
    key = uuid.uuid4()
    answers = together(*[(send, article.pk, people[0].pk, parent_id, key) for _ in range(PROCESSES)])
    assert len({pk for answer in answers for pk in answer}) == 1
    assert Comment.objects.count() == len(before) + 1
    article.refresh_from_db()
    assert (article.comment_count, article.conversation_count) == (len(before) + 1, 1)
    assert problems(article.pk) == []
