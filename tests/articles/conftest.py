"""Who sits at the desk."""

import pytest

from accounts.models import User
from tests.articles.desk import Desk


@pytest.fixture
def desk(carla: User) -> Desk:
    return Desk(carla)
