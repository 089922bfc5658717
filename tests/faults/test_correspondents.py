"""Correspondents at one article at the same moment: its change numbers miss nobody and nothing."""

import random

import pytest

from accounts.models import User
from articles.models import Article, Entry, NotAllowed
from bench.crowd import together
from tests.people import make_entry

CORRESPONDENTS = 8
ACTIONS_EACH = 25

pytestmark = pytest.mark.django_db(transaction=True)


def report(article_id: int, seed: int) -> list[int]:
    """Publishes, edits, pins and withdraws at random. Returns the change numbers that it was given."""
    dice, article, numbers = random.Random(seed), Article.objects.get(pk=article_id), []
    for number in range(ACTIONS_EACH):
        entry = dice.choice(Entry.objects.filter(article=article).exclude(state=Entry.State.DRAFT))
        action = dice.choice(["publish", "edit", "pin", "unpin", "withdraw", "restore"])
        try:
            if action == "publish":
                entry = make_entry(article, f"Update {number} of {seed}.")
            elif action == "edit":
                entry.edit(text=f"Edit {number} of {seed}.")
            else:
                getattr(entry, action)()
            numbers.append(entry.change)
        except NotAllowed:
            pass  # Somebody else has withdrawn it meanwhile, say; that took no number.
    return numbers


def test_the_change_numbers_of_eight_correspondents_are_distinct_and_have_no_gap(articles: list[Article]) -> None:
    article = articles[0]
    for _ in range(3):
        make_entry(article)
    before = Article.objects.get(pk=article.pk).change
    answers = together(*[(report, article.pk, seed) for seed in range(CORRESPONDENTS)])
    article.refresh_from_db()
    assert sorted(number for answer in answers for number in answer) == list(range(before + 1, article.change + 1))
    assert all(answer == sorted(answer) for answer in answers)
    assert max(article.entries.values_list("change", flat=True)) <= article.change
    assert article.entries.filter(is_pinned=True).count() <= 1


def test_entries_pinned_at_once_leave_one_pin(articles: list[Article], people: list[User]) -> None:
    entries = [make_entry(articles[0]) for _ in range(CORRESPONDENTS)]
    together(*[(pin_often, entry.pk) for entry in entries])
    assert articles[0].entries.filter(is_pinned=True).count() == 1


def pin_often(entry_id: int) -> None:
    for _ in range(10):
        Entry.objects.get(pk=entry_id).pin()
