"""A form sent twice makes one comment; a changed text is a new one; an answer that got lost is found again."""

import uuid

from accounts.models import User
from articles.models import Article
from comments.models import Comment


def test_the_same_text_with_the_same_key_is_one_comment(nadia: User, article: Article) -> None:
    key = uuid.uuid4()
    first = Comment.objects.post(article, "I saw it.", author=nadia, key=key)
    assert Comment.objects.post(article, "I saw it. ", author=nadia, key=key) == first


def test_who_goes_back_and_changes_the_text_says_something_new(nadia: User, article: Article) -> None:
    key = uuid.uuid4()
    Comment.objects.post(article, "I saw it.", author=nadia, key=key)
    Comment.objects.post(article, "I saw it twice.", author=nadia, key=key)
    assert Comment.objects.count() == 2


def test_a_repeat_finds_its_comment_although_the_article_has_closed(nadia: User, article: Article) -> None:
    key = uuid.uuid4()
    first = Comment.objects.post(article, "I saw it.", author=nadia, key=key)
    article.edit(comment_policy=Article.CommentPolicy.CLOSED)
    assert Comment.objects.post(article, "I saw it.", author=nadia, key=key) == first
