"""From an article's comments each one is reached by links, and stands as itself on one page only."""

import json
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.models import Article
from comments.models import MAX_LEVEL, Comment
from comments.threads import ORDERS
from tests.comments.pages import Element, box, comments_path, read
from tests.comments.plant import assert_planted, plant
from tests.people import say

REAL = Path(settings.BASE_DIR).parent / "shared" / "data" / "threads" / "reddit-3hahrw-541.json"
MOST_QUERIES = 8


def crawl(client: Client, start: str) -> list[int]:
    """The comments that stand on any page as themselves, by the links that go on: one entry for each time."""
    found, known, waiting = [], {start}, [start]
    while waiting:
        address = waiting.pop()
        page = read(client.get(address))
        found += [int(comment["id"][1:]) for comment in page.all("article", "comment") if is_itself(comment)]
        links = [
            link["href"] for link in page.all("a") if "more repl" in link.text or link.attributes.get("rel") == "next"
        ]
        for link in links:
            further = urljoin(address, link)
            if further not in known:
                known.add(further)
                waiting.append(further)
    return found


def is_itself(comment: Element) -> bool:
    return bool(comment.all("p", "who")) and "context" not in comment["class"].split()


def assert_each_once(client: Client, article: Article) -> None:
    everything = sorted(Comment.objects.filter(article=article).visible().values_list("pk", flat=True))
    for sort in ORDERS:
        assert sorted(crawl(client, f"{comments_path(article)}?sort={sort}")) == everything


def test_of_a_made_thread(client: Client, nadia: User, tom: User, mo: User, article: Article) -> None:
    """Many small conversations, one broad and large one, and a chain far deeper than what is stored."""
    for size in (1, 2, 5, 1, 30, 3) * 5:
        plant(nadia, article, [place // 2 for place in range(size - 1)])
    large = plant(tom, article, [0 if place % 4 else max(0, place - 5) for place in range(900)])
    last = say(nadia, article)
    for number in range(120):
        last = say(tom if number % 2 else nadia, article, f"Answer {number}.", parent=last)
    assert last.level == MAX_LEVEL
    for comment in large[7:400:31]:
        Comment.objects.get(pk=comment.pk).hide(mo, "spam")
    Comment.objects.get(pk=large[50].pk).hide_branch(mo, "spam")
    assert_planted(article)
    assert_each_once(client, article)


@pytest.mark.skipif(not REAL.exists(), reason="the shared data is not here")
def test_of_a_real_thread(
    client: Client, nadia: User, article: Article, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made: dict[str, Comment] = {}
    comments = sorted(json.loads(REAL.read_text())["comments"], key=lambda comment: comment["created_utc"])
    for one in comments:
        comment = Comment(name=one["author"] or "", text=one["body"])
        made[one["id"]] = Comment.objects.bring_in(comment, article, parent=made.get(one["parent"]))
    assert len(made) > 500
    assert_each_once(client, article)
    deepest = Comment.objects.filter(article=article).latest("level", "pk")
    with django_assert_num_queries(MOST_QUERIES, exact=False):
        page = read(client.get(f"/c/{deepest.pk}/"))
    assert "target" in box(page, deepest)["class"].split()
