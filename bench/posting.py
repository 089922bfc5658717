"""A reader's comment, from the form to the page with it: what it costs, how many fit, how soon its writer sees it.

Each request is whole: the session, the limits of its author, the tree, the counters, what is to be told to others. CPU
is the web process's own, with Django's test client; the database server's is not in it.
"""

import tempfile
import time
import uuid
from statistics import median
from typing import Any

from bench.database import database_version, own_database, settle  # isort: skip -- before any model
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from articles.models import Article
from bench.crowd import together
from bench.forest import Forest
from bench.seed import new_articles, new_forest, plant
from bench.table import Row, show
from comments import limits
from comments.integrity import problems
from comments.models import Comment

SIZES = [100, 100_000]
MOST_QUERIES, MOST_CPU_MS = 14, 10
MOST_MS_TO_SEE = 60
TIMES, WARM_UP = 60, 10
WRITERS, SECONDS, CROWDED = 8, 10, 10_000
LEAST_A_SECOND = 150
TEXT = "The water stands at the *second* step, and > nobody has come yet."


def session_of(user_id: int) -> str:
    """The key of a session in which a reader is signed in."""
    client = Client()
    client.force_login(User(pk=user_id, password="!"), backend=settings.AUTHENTICATION_BACKENDS[0])
    return str(client.session.session_key)


def send(client: Client, session: str, parent: Comment) -> Any:
    """One client for all readers: each new one would load Django's middleware anew."""
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client.post(f"/c/{parent.pk}/reply/", {"text": TEXT, "key": str(uuid.uuid4())})


def measure(forest: Forest, comments: int, readers: list[int]) -> list[Row]:
    """Each reply by another reader, so that the limits hold and are looked at."""
    article = Article.objects.get(pk=new_articles(1)[0])
    plant(forest, {article.pk: comments})
    settle()
    parents = list(Comment.objects.filter(article=article, level__lte=3).visible()[: TIMES + WARM_UP + 1])
    client, sessions = Client(), [session_of(pk) for pk in readers]
    cpu, seen, whole = [], [], True
    settings.LIMIT_READERS = True
    for session, parent in zip(sessions[:-1], forest.dice.choices(parents, k=TIMES + WARM_UP), strict=True):
        start = time.process_time()
        answer = send(client, session, parent)
        cpu.append((time.process_time() - start) * 1e3)
        sent = time.perf_counter()
        page = client.get(answer.url)
        seen.append((time.perf_counter() - sent) * 1e3)
        whole = whole and answer.status_code == 302 and f'id="c{answer.url.split("/")[2]}"' in page.content.decode()
    with CaptureQueriesContext(connection) as queries:
        send(client, sessions[-1], parents[0])
    settings.LIMIT_READERS = False
    whole = whole and not problems(article.pk)
    milliseconds = median(cpu[WARM_UP:])
    cost = f"{len(queries)} queries, {milliseconds:.1f} ms (median of {TIMES})"
    return [
        Row(
            f"A reply posted on an article of {comments:,} comments",
            f"≤ {MOST_QUERIES} queries, ≤ {MOST_CPU_MS} ms of CPU",
            cost if whole else "broken",
            whole and len(queries) <= MOST_QUERIES and milliseconds <= MOST_CPU_MS,
            database_version(),
        ),
        Row(
            f"Its writer then sees it in its place, on an article of {comments:,} comments",
            f"≤ {MOST_MS_TO_SEE} ms",
            f"{median(seen[WARM_UP:]):.0f} ms (median of {TIMES})" if whole else "broken",
            whole and median(seen[WARM_UP:]) <= MOST_MS_TO_SEE,
            database_version(),
        ),
    ]


def write(user_ids: list[int], parent_ids: list[int]) -> tuple[int, float, list[str]]:
    """Replies of one reader after the other, for so many seconds: accepted, seconds, and what went wrong."""
    settings.LIMIT_READERS = True
    limits.check = lambda *said: None
    parents = list(Comment.objects.filter(pk__in=parent_ids))
    client, sessions = Client(), [session_of(pk) for pk in user_ids]
    client.get("/me/")
    accepted, errors = 0, []
    began = time.monotonic()
    while (took := time.monotonic() - began) < SECONDS:
        answer = send(client, sessions[accepted % len(sessions)], parents[accepted % len(parents)])
        if answer.status_code == 302 and answer.url.startswith("/c/"):
            accepted += 1
        else:
            errors.append(f"{answer.status_code}")
    return accepted, took, errors


def crowded(forest: Forest) -> Row:
    """The limits are looked at but refuse nobody, as each process has few readers."""
    article = Article.objects.get(pk=new_articles(1)[0])
    plant(forest, {article.pk: CROWDED})
    settle()
    before = Comment.objects.count()
    visible = Comment.objects.filter(article=article).visible().order_by("pk")
    parents = list(visible.values_list("pk", flat=True)[:400])
    answers = together(*[(write, forest.authors[n * 20 :][:20], parents[n::WRITERS]) for n in range(WRITERS)])
    rate = sum(accepted / took for accepted, took, _errors in answers)
    accepted = sum(accepted for accepted, _took, _errors in answers)
    errors = sum(len(errors) for _accepted, _took, errors in answers)
    whole = not problems(article.pk) and Comment.objects.count() == before + accepted
    limit = f"≥ {LEAST_A_SECOND} a second, 0 errors" if connection.vendor == "postgresql" else "0 errors"
    held = whole and not errors and (connection.vendor != "postgresql" or rate >= LEAST_A_SECOND)
    return Row(
        f"{WRITERS} writers for {SECONDS} s into one article of {CROWDED:,} comments",
        limit,
        f"{rate:.0f} accepted a second, {errors} errors" if whole else "broken",
        held,
        database_version(),
    )


def main() -> None:
    with own_database(), tempfile.TemporaryDirectory(prefix="newsroom-bench-") as folder:
        # As in production: the pages name the collected files.
        settings.STATIC_ROOT = folder
        call_command("collectstatic", interactive=False, verbosity=0)
        forest = new_forest()
        each = TIMES + WARM_UP + 1
        readers = [forest.authors[n * each :][:each] for n in range(len(SIZES))]
        rows = [row for comments, some in zip(SIZES, readers, strict=True) for row in measure(forest, comments, some)]
        show([*rows, crowded(forest)])


if __name__ == "__main__":
    main()
