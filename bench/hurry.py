"""The desk in a hurry: stale saves, one form sent often and scheduled entries due at once, each by many processes."""

import time
import uuid

from bench.database import database_version, own_database  # isort: skip -- before any model

from accounts.models import User
from articles.models import Article, Entry
from bench.correspondents import EACH, TIMES, dispatch, save_stale, schedule, send_form
from bench.crowd import together
from bench.seed import new_articles
from bench.table import Row, show

WRITERS = 10
SENDERS = 10
DISPATCHERS, SCHEDULED = 4, 200


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
