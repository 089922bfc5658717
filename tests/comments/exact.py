"""What must be true of an article's comments at any time, worked out row by row from parents, states and decisions."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from comments.integrity import problems
from comments.models import Comment, Decision, State


def assert_exact(article: Article) -> None:
    """Visible is what is published and lies in no hidden branch; all counters say the same."""
    comments = {comment.pk: comment for comment in Comment.objects.filter(article=article)}
    branches = Decision.objects.filter(comment__article=article, kind=Decision.Kind.HIDE_BRANCH, undone_by=None)
    tops = list(branches.values_list("comment_id", flat=True))

    def hides(comment: Comment | None) -> int:
        return tops.count(comment.pk) + hides(comments.get(comment.parent_id)) if comment else 0

    seen = {pk for pk, comment in comments.items() if comment.state == State.PUBLISHED and not hides(comment)}
    assert {pk for pk, comment in comments.items() if comment.visible} == seen
    for root in comments.values():
        unseen = [c for c in comments.values() if c.tree_id == root.tree_id and c.pk not in seen]
        assert root.invisible == (len(unseen) if root.parent_id is None else 0)
    article.refresh_from_db()
    assert article.comment_count == len(seen)
    assert problems(article.pk) == []


def rows(article: Article) -> list[dict[str, Any]]:
    """Everything about the article's comments that a decision may touch."""
    fields = ("pk", "parent_id", "lft", "rght", "state", "hides", "visible", "hidden_for", "invisible", "text")
    return list(Comment.objects.filter(article=article).order_by("pk").values(*fields))


class Statements(CaptureQueriesContext):
    """The statements of a block, but for those that only begin and end transactions."""

    def __init__(self) -> None:
        super().__init__(connection)

    def __len__(self) -> int:
        marks = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
        return sum(not query["sql"].startswith(marks) for query in self.captured_queries)
