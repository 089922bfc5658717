"""Who reads and writes."""

import pytest
from django.test import Client

from accounts.models import User


@pytest.fixture
def reader(client: Client, nadia: User) -> Client:
    """Nadia's browser, signed in."""
    client.force_login(nadia)
    return client
