"""A site that sends mail, a reader who wants it, and a reply to mail."""

from typing import Any

import pytest

from accounts.models import User
from articles.models import Article
from comments import mailing
from comments.models import Comment
from tests.people import say
from tests.working import wants_mail, work


@pytest.fixture(autouse=True)
def _site(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SITE_URL = "https://news.example"
    settings.SITE_NAME = "The Gazette"
    monkeypatch.setattr(mailing, "_away_until", 0.0)


@pytest.fixture
def root(nadia: User, article: Article) -> Comment:
    return say(wants_mail(nadia), article)


@pytest.fixture
def reply(tom: User, article: Article, root: Comment) -> Comment:
    reply = say(tom, article, "The dike holds.", parent=root)
    work()
    return reply
