"""What correspondents' processes do in a hurry: the load of the fault tests and of `bench.hurry`."""

import time
import uuid
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from articles.dispatch import publish_due
from articles.models import Article, Conflict, Entry

EACH = 10
TIMES = 5


def save_stale(entry_id: int, person_id: int, process: int) -> list[str]:
    """Ten saves of what everybody has read as version 0. Says which texts were taken."""
    entry, person, taken = Entry.objects.get(pk=entry_id), User.objects.get(pk=person_id), []
    for number in range(EACH):
        text = f"Save {number} of {process}."
        try:
            entry.edit(by=person, based_on=0, text=text)
        except Conflict:
            continue
        taken.append(text)
    return taken


def send_form(article_id: int, person_id: int, key: uuid.UUID) -> list[int]:
    """One composer form, five times. Says which entries came of it."""
    article, person = Article.objects.get(pk=article_id), User.objects.get(pk=person_id)
    return [Entry.objects.post(article, by=person, key=key, text="The dike holds.").pk for _ in range(TIMES)]


def dispatch(seconds: float) -> int:
    """A process's rounds, without a pause. Says how many it has published."""
    end, done = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        done += publish_due()
        if not Entry.objects.filter(state="scheduled").exists():
            break
    return done


def schedule(articles: list[Article], number: int, seconds: float) -> None:
    """So many over the articles, all due at the same moment."""
    due = timezone.now() + timedelta(seconds=seconds)
    for n in range(number):
        entry = Entry.objects.create(article=articles[n % len(articles)], text=f"Update {n}.")
        Entry.objects.filter(pk=entry.pk).update(state="scheduled", scheduled_for=due)
