"""The bell's page, as somebody reads it."""

from typing import Any

from django.test import Client

from accounts.models import User
from tests.comments.pages import Element, read, without_marks

BELL = "/notices/"


def bell(client: Client, person: User, **more: Any) -> Element:
    client.force_login(person)
    return read(client.get(BELL, **more))


def items(page: Element) -> list[str]:
    """What each notice says."""
    return [without_marks(item.text) for item in page.all("li")]
