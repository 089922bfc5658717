"""The desk in a hurry: stale saves, one form sent often and scheduled entries due at once, each by many processes.

The functions are the fault tests' too (tests/faults/test_desk_races.py, test_dispatch.py).
"""

import time
import uuid
from datetime import timedelta

from bench.database import database_version, own_database  # isort: skip -- before any model
from django.utils import timezone

from accounts.models import User
from articles.dispatch import publish_due
from articles.models import Article, Conflict, Entry
from bench.crowd import together
from bench.seed import new_articles
from bench.table import Row, show

WRITERS, EACH = 10, 10
SENDERS, TIMES = 10, 5
DISPATCHERS, SCHEDULED = 4, 200


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


def stale_saves(article: Article, person: User) -> Row:
    entry = Entry.objects.create(article=article, text="Two roads.", author=person)
    entry.publish()
    answers = together(*[(save_stale, entry.pk, person.pk, process) for process in range(WRITERS)])
    taken = [text for answer in answers for text in answer]
    entry.refresh_from_db()
    overwritten = len(taken) - 1
    return Row(
        f"{WRITERS * EACH} saves of one entry, all with the first version",
        "0 silent overwrites",
        f"{len(taken)} taken, {WRITERS * EACH - len(taken)} refused with both texts, {overwritten} overwritten",
        taken == [entry.text],
        database_version(),
    )


def one_form(article: Article, person: User) -> Row:
    key = uuid.uuid4()
    answers = together(*[(send_form, article.pk, person.pk, key) for _ in range(SENDERS)])
    entries = {pk for answer in answers for pk in answer}
    return Row(
        f"One form of the composer sent {SENDERS * TIMES} times by {SENDERS} processes",
        "1 entry",
        f"{len(entries)} entry, {Entry.objects.get(key=key).version} edits of it",
        len(entries) == 1,
        database_version(),
    )


def all_due(articles: list[Article]) -> Row:
    schedule(articles, SCHEDULED, 0.5)
    began = time.monotonic()
    published = sum(together(*[(dispatch, 60.0) for _ in range(DISPATCHERS)]))
    took = time.monotonic() - began
    entries = Entry.objects.filter(text__startswith="Update", state="published")
    times = [entry.history.filter(state="published").count() for entry in entries]
    return Row(
        f"{SCHEDULED} scheduled entries due at once, {DISPATCHERS} processes",
        "each exactly once",
        f"{published} published within {took:.1f} s, {sum(number > 1 for number in times)} of them twice",
        published == len(times) == sum(times) == SCHEDULED,
        database_version(),
    )


def main() -> None:
    with own_database():
        articles = list(Article.objects.filter(pk__in=new_articles(3)))
        person = User.objects.create(username="carla", name="Carla", is_staff=True, is_superuser=True)
        show([stale_saves(articles[0], person), one_form(articles[0], person), all_due(articles)])


if __name__ == "__main__":
    main()
