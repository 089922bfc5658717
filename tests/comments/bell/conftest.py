"""What Nadia wrote, of which others make news."""

import pytest

from accounts.models import User
from articles.models import Article
from comments.models import Comment
from tests.people import say


@pytest.fixture
def root(nadia: User, article: Article) -> Comment:
    return say(nadia, article)
