from typing import Any

import pytest
from django.conf import settings

from accounts.models import User
from articles.models import Article
from tests.people import make_article, make_person


@pytest.fixture
def nadia(db: None) -> User:
    """A reader."""
    return make_person("Nadia")


@pytest.fixture
def tom(db: None) -> User:
    """Another reader."""
    return make_person("Tom")


@pytest.fixture
def carla(db: None) -> User:
    """A correspondent."""
    return make_person("Carla", "correspondent")


@pytest.fixture
def conny(db: None) -> User:
    """A contributor: writes, but an editor publishes."""
    return make_person("Conny", "contributor")


@pytest.fixture
def edith(db: None) -> User:
    """An editor."""
    return make_person("Edith", "editor")


@pytest.fixture
def mo(db: None) -> User:
    """A moderator."""
    return make_person("Mo", "moderator")


@pytest.fixture
def ada(db: None) -> User:
    """An administrator."""
    return make_person("Ada", "administrator")


@pytest.fixture
def article(db: None) -> Article:
    """A live article, in Berlin's time."""
    return make_article()


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    """A real password hash takes 0.2 s, for each person of each test."""
    hashers = "django.contrib.auth.hashers"
    settings.PASSWORD_HASHERS = [f"{hashers}.MD5PasswordHasher", f"{hashers}.PBKDF2PasswordHasher"]


@pytest.fixture(autouse=True, scope="session")
def _no_limits() -> None:
    """Of how much one may write: the people of these tests write all they have to say at once."""
    settings.LIMIT_READERS = False
