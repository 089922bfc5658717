"""Real processes at the database that the suite runs on: run it with `DATABASE_URL` for each kind."""

import pytest

from accounts.models import User
from articles.models import Article
from tests.people import make_article, make_person


@pytest.fixture
def people(transactional_db: None) -> list[User]:
    return [make_person(f"Person {number}") for number in range(4)]


@pytest.fixture
def articles(transactional_db: None) -> list[Article]:
    return [make_article(f"Storm {number}") for number in range(3)]
