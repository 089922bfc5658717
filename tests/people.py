"""The people of the tests, by role, and what they work on. `tests/conftest.py` hands them out as fixtures."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group

from accounts.models import User
from articles.models import Article, Entry, Topic
from comments.models import Comment


def make_person(name: str, role: str = "") -> User:
    """A reader, or one of the newsroom when a role names a group."""
    user = User.objects.create_user(name.lower(), f"{name.lower()}@example.org", "secret", name=name)
    if role:
        user.groups.add(Group.objects.get(name=role))
        user.is_staff = True
        user.save()
    return user


def make_article(title: str = "Storm over the coast", **fields: Any) -> Article:
    """A live article in the topic "weather", in Berlin's time unless told otherwise."""
    topic = fields.pop("topic", None) or Topic.objects.get_or_create(slug="weather", defaults={"name": "Weather"})[0]
    fields = {"time_zone": "Europe/Berlin", "language": "en", "slug": f"a-{uuid4().hex[:8]}"} | fields
    at = fields.pop("at", None)
    article = Article.objects.create(topic=topic, title=title, **fields)
    article.go_live(at)
    return article


def make_entry(article: Article, text: str = "The dike holds.", at: datetime | None = None, **fields: Any) -> Entry:
    """A published entry."""
    entry = Entry.objects.create(article=article, text=text, **fields)
    entry.publish(at)
    return entry


def say(author: User, article: Article, text: str = "I live there.", parent: Comment | None = None) -> Comment:
    return Comment.objects.post(article, text, author=author, parent=parent)
