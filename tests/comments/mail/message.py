"""The one mail that was sent, read part by part."""

from email.message import EmailMessage
from typing import Any

from django.core import mail


def sent() -> EmailMessage:
    (message,) = mail.outbox
    return message.message()  # type: ignore[return-value]


def part(message: Any, kind: str) -> str:
    (found,) = [one for one in message.walk() if one.get_content_type() == kind]
    return found.get_payload(decode=True).decode()
