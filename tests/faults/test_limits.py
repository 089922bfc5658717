"""A script that sends many comments at the same moment gets one of them in."""

import pytest

from accounts.models import User
from articles.models import Article
from bench.crowd import together
from comments.limits import TooMuch
from comments.models import Comment

PROCESSES = 8

pytestmark = pytest.mark.django_db(transaction=True)


def send(article_id: int, author_id: int, number: int) -> str:
    from django.conf import settings  # noqa: PLC0415 -- of this process

    settings.LIMIT_READERS = True
    try:
        article, author = Article.objects.get(pk=article_id), User.objects.get(pk=author_id)
        Comment.objects.post(article, f"Number {number}.", author=author)
    except TooMuch:
        return "wait"
    return "sent"


def test_one_in_ten_seconds_also_when_all_are_sent_at_once(articles: list[Article], people: list[User]) -> None:
    answers = together(*[(send, articles[n % 3].pk, people[0].pk, n) for n in range(PROCESSES)])
    assert sorted(answers) == ["sent"] + ["wait"] * (PROCESSES - 1)
    assert Comment.objects.count() == 1
