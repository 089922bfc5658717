"""Large conversations, past the model: through it they would be a minute of some tests."""

from typing import Any

from django.db.models import F

from accounts.models import User
from articles.models import Article
from comments.integrity import problems
from comments.models import MAX_LEVEL, Comment, State


def plant(author: User, article: Article, answers: list[int], state: State = State.PUBLISHED) -> list[Comment]:
    """A conversation. `answers` says of each reply which comment before it (0 is the root) it stands below."""
    said: dict[str, Any] = {"author": author, "name": author.name, "text": "I live there.", "state": state}
    comments = [Comment.objects.bring_in(Comment(**said), article)]
    replies: dict[int, list[int]] = {}
    for place, above in enumerate(answers, start=1):
        replies.setdefault(above, []).append(place)
        level = comments[above].level + 1
        assert level <= MAX_LEVEL
        comments.append(Comment(article=article, tree_id=comments[0].tree_id, level=level, **said))
    _number(comments, replies, 0, 1)
    for level in range(1, max(comment.level for comment in comments) + 1):
        here = [place for place, comment in enumerate(comments) if comment.level == level]
        for place in here:
            comments[place].parent = comments[answers[place - 1]]
        Comment.objects.bulk_create([comments[place] for place in here])
    unseen = len(comments) if state != State.PUBLISHED else 0
    Comment.objects.filter(pk=comments[0].pk).update(rght=comments[0].rght, invisible=unseen)
    seen = len(answers) if state == State.PUBLISHED else 0
    Article.objects.filter(pk=article.pk).update(comment_count=F("comment_count") + seen)
    return comments


def assert_planted(article: Article) -> None:
    """As whole as if readers had written it."""
    assert problems(article.pk) == []


def _number(comments: list[Comment], replies: dict[int, list[int]], place: int, number: int) -> int:
    """Gives lft and rght to a comment and all below it; returns the next number."""
    comments[place].lft = number
    number += 1
    for reply in replies.get(place, []):
        number = _number(comments, replies, reply, number)
    comments[place].rght = number
    return number + 1
