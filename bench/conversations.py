"""Reading large conversations, nothing cached: what a page takes, and that each comment is reached by links once."""

import json
import re
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from bench.database import database_version, own_database, settle  # isort: skip -- before any model
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from articles.models import Article
from bench.forest import Record
from bench.page import page_row
from bench.seed import continue_ids, load, new_articles, new_forest
from bench.table import Row, show
from comments.models import Comment
from comments.threads import ORDERS

REAL = Path(settings.BASE_DIR).parent / "shared" / "data" / "threads" / "reddit-3hahrw-541.json"
MADE = 10_000
BRANCH = 3_000
CHAIN = 200
MOST_CPU_MS = 40
MOST_KB = 60
TIMES = 20


def made_thread() -> Article:
    """10,000 comments: conversations of all sizes, one branch of 3,000, and a chain of 200 answers."""
    forest = new_forest()
    article = Article.objects.get(pk=new_articles(1)[0])
    continue_ids(forest)
    rows: list[Record] = []
    for number, size in enumerate([*forest.sizes(MADE - BRANCH - CHAIN), BRANCH], 1):
        rows += forest.conversation(article.pk, number, size)
    load(forest, rows)
    article.refresh_from_db()
    one, other = User.objects.all()[:2]
    last = Comment.objects.post(article, "The first answer.", author=one)
    for number in range(1, CHAIN):
        last = Comment.objects.post(article, f"Answer {number}.", author=(one, other)[number % 2], parent=last)
    return article


def real_thread() -> Article:
    article = Article.objects.get(pk=new_articles(1)[0])
    made: dict[str, Comment] = {}
    for one in sorted(json.loads(REAL.read_text())["comments"], key=lambda comment: comment["created_utc"]):
        comment = Comment(name=one["author"] or "", text=one["body"], recommends=max(0, one["score"]))
        made[one["id"]] = Comment.objects.bring_in(comment, article, parent=made.get(one["parent"]))
    return article


def measure(client: Client, article: Article, name: str) -> list[Row]:
    settle()
    place = f"{article.get_absolute_url()}comments/"
    deepest = Comment.objects.filter(article=article).visible().latest("level", "lft")
    pages = {f"comments, {sort}": f"{place}?sort={sort}" for sort in ORDERS} | {
        "the deepest comment": f"/c/{deepest.pk}/"
    }
    rows = [
        page_row(client, f"{name}: {what}", address, MOST_CPU_MS, MOST_KB, TIMES) for what, address in pages.items()
    ]
    visible = Comment.objects.filter(article=article).visible().count()
    start = time.monotonic()
    found, number = _crawl(client, place)
    once = len(found) == len(set(found)) == visible
    rows.append(
        Row(
            f"{name}: followed by links",
            "each of its visible comments once",
            f"{len(set(found)):,} of {visible:,} on {number} pages, {len(found) - len(set(found))} twice, "
            f"{time.monotonic() - start:.1f} s",
            once,
            database_version(),
        )
    )
    return rows


def _crawl(client: Client, start: str) -> tuple[list[int], int]:
    found: list[int] = []
    known, waiting = {start}, [start]
    while waiting:
        address = waiting.pop()
        html: Any = client.get(address).content.decode()
        shown = re.findall(r'<article class="comment([^"]*)" id="c(\d+)"[^>]*>\s*<p class="who">', html)
        found += [int(pk) for css, pk in shown if "context" not in css]
        for link in re.findall(r'<p class="more"><a href="([^"]+)"|<a rel="next" href="([^"]+)"', html):
            further = urljoin(address, "".join(link).replace("&amp;", "&"))
            if further not in known:
                known.add(further)
                waiting.append(further)
    return found, len(known)


def main() -> None:
    with own_database(), tempfile.TemporaryDirectory(prefix="newsroom-bench-") as folder:
        # As in production: the pages name the collected files.
        settings.STATIC_ROOT = folder
        settings.LIMIT_READERS = False
        call_command("collectstatic", interactive=False, verbosity=0)
        client = Client()
        rows = measure(client, made_thread(), f"A thread of {MADE:,}, a branch of {BRANCH:,}, a chain of {CHAIN}")
        if REAL.exists():
            rows += measure(client, real_thread(), "A real thread of 541")
        show(rows)


if __name__ == "__main__":
    main()
