"""A newsroom's desk in a process of its own, at whichever database: it writes through the models, as the admin does.

with Desk(database_url) as desk:
    article = desk.ask("article", entries=3)
"""

import json
import os
import random
import sys
import time
from collections.abc import Sequence
from typing import Any

from bench.told import Told

ACTIONS = ["edit", "edit", "edit", "withdraw", "withdraw", "restore", "pin", "unpin"]


class Desk(Told):
    def __init__(self, database_url: str, *, before: Sequence[str] = (), **environment: str) -> None:
        settings = {"DATABASE_URL": database_url, "DEBUG": "0", "SECRET_KEY": "of-the-test-" * 5, "LOG_LEVEL": "ERROR"}
        super().__init__("bench.desk", None, before=before, environment=settings | environment)


def article(entries: int = 3) -> dict[str, Any]:
    """A live article with so many entries."""
    from articles.models import Article, Topic  # noqa: PLC0415 -- Django is set up by now

    topic = Topic.objects.get_or_create(name="Weather", slug="weather")[0]
    address = f"storm-{time.time_ns()}"
    made = Article.objects.create(
        topic=topic, title="Storm", slug=address, lead="The sea rises.", time_zone="Europe/Berlin", language="en"
    )
    made.go_live()
    for number in range(entries):
        publish(made.pk, f"Report {number}. " + "The dike holds. " * 20)
    return where(made.pk)


def where(article: int) -> dict[str, Any]:
    from articles.models import Article  # noqa: PLC0415

    found = Article.objects.select_related("topic").get(pk=article)
    return {"article": found.pk, "path": found.get_absolute_url(), "change": found.change}


def publish(article: int, text: str = "The dike holds.") -> dict[str, Any]:
    """`began` and `ended`: before and after it was published, its commit within."""
    from articles.models import Article, Entry  # noqa: PLC0415

    entry = Entry.objects.create(article=Article.objects.get(pk=article), text=text)
    began = time.time()
    entry.publish()
    return {"entry": entry.pk, "change": entry.change, "began": began, "ended": time.time()}


def work(article: int, entries: int, seed: int, pause: float = 0.0) -> int:
    """A correspondent’s day: so many entries, and edits, pins and withdrawals of everybody’s. Says how many changes."""
    from articles.models import Article, Entry, NotAllowed  # noqa: PLC0415

    dice, here, changes = random.Random(seed), Article.objects.get(pk=article), 0
    for number in range(entries):
        entry = Entry.objects.create(
            article=here, headline=f"{number} of {seed}", text="The *dike* holds. " * 9, is_key_event=number % 10 == 0
        )
        entry.publish()
        changes += 1
        if dice.random() < 0.5:
            other = dice.choice(
                Entry.objects.filter(article=here).exclude(state=Entry.State.DRAFT).order_by("-pk")[:40]
            )
            action = dice.choice(ACTIONS)
            try:
                other.edit(text=f"Edit {number} of {seed}.") if action == "edit" else getattr(other, action)()
                changes += 1
            except NotAllowed:
                pass  # Somebody else has withdrawn it meanwhile, say.
        time.sleep(dice.uniform(0, 2 * pause))
    return changes


def reader(name: str = "nadia") -> str:
    """Somebody who is signed in: the session's cookie."""
    from django.test import Client  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415

    client = Client()
    client.force_login(User.objects.create_user(name, f"{name}@example.org", "secret", name=name.title()))
    return str(client.cookies["sessionid"].value)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    import django.db  # noqa: PLC0415

    django.setup()
    commands = {function.__name__: function for function in (article, where, publish, work, reader)}
    for line in sys.stdin:
        command = json.loads(line)
        answer = commands[command.pop("do")](**command)
        # Nobody counts it among the site's.
        django.db.connections.close_all()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
