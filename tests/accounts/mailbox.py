"""Reading the mail that the site has sent, and signing in by what stands in it."""

import re
from typing import Any

from django.core import mail
from django.test import Client
from django.urls import reverse

LOGIN = reverse("login")
CODE = reverse("account_confirm_login_code")
NAME = reverse("name")


def ask_for_a_code(client: Client, email: str, next_url: str = "", **extra: Any) -> Any:
    return client.post(LOGIN, {"email": email, "next": next_url}, **extra)


def code_in(message: mail.EmailMessage) -> str:
    return re.findall(r"^\d{4}-\d{4}$", str(message.body), re.MULTILINE)[0]


def type_code(client: Client, code: str = "", **extra: Any) -> Any:
    """The last one that was sent, unless another is given."""
    return client.post(CODE, {"code": code or code_in(mail.outbox[-1])}, **extra)


def sign_in_by_code(client: Client, email: str, next_url: str = "") -> Any:
    ask_for_a_code(client, email, next_url)
    return type_code(client)


def who(client: Client) -> str | None:
    return client.get(reverse("me")).json()["name"]
