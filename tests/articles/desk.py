"""The desk of an article, as its script speaks with it."""

from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from accounts.models import User
from articles.models import Article, Entry


class Desk:
    """Somebody's script."""

    def __init__(self, person: User | None) -> None:
        self.client = Client()
        if person:
            self.client.force_login(person)

    def send(self, article: Article, action: str = "publish", **fields: Any) -> Any:
        fields = {"key": str(uuid4()), "bylines": []} | fields
        return self.post(reverse("admin:desk_send", args=[article.pk, action]), **fields)

    def post(self, address: str, **fields: Any) -> Any:
        return self.client.post(address, fields, headers={"accept": "application/json"})

    def act(self, entry: Entry, action: str, **fields: Any) -> Any:
        return self.post(reverse("admin:desk_act", args=[entry.pk, action]), **fields)

    def get(self, name: str, *args: Any) -> Any:
        return self.client.get(reverse(f"admin:{name}", args=args), headers={"accept": "application/json"})
