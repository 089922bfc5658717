"""A new conversation's tree id comes through a private hook of django-mptt; this tells when a new version drops it."""

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from articles.models import Article
from comments.models import Comment
from tests.people import make_article, say


def test_django_mptt_asks_our_hook_for_the_tree_id_of_a_root(
    nadia: User, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(Comment.objects), "_get_next_tree_id", lambda manager: 4_711)
    root = say(nadia, article)
    assert Comment.objects.get(pk=root.pk).tree_id == 4_711


def test_a_reply_asks_for_none(nadia: User, article: Article, monkeypatch: pytest.MonkeyPatch) -> None:
    root = say(nadia, article)
    monkeypatch.delattr(type(Comment.objects), "_get_next_tree_id")
    monkeypatch.setattr("mptt.managers.TreeManager._get_next_tree_id", None)
    assert say(nadia, article, parent=root).tree_id == root.tree_id


def test_tree_ids_grow_with_time_over_all_articles(nadia: User, article: Article) -> None:
    other = make_article()
    roots = [say(nadia, where) for where in (article, other, article, other)]
    tree_ids = [root.tree_id for root in roots]
    assert tree_ids == sorted(set(tree_ids))


def test_two_writers_never_get_the_same_tree_id(nadia: User, article: Article) -> None:
    """PostgreSQL takes it from the sequence of the primary key; the largest plus one would do on SQLite only."""
    first, second = say(nadia, article), say(nadia, article)
    if connection.vendor == "postgresql":
        assert first.tree_id < first.pk < second.tree_id < second.pk
    else:
        assert second.tree_id == first.tree_id + 1
        assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"  # One writer at a time.


def test_the_database_refuses_a_second_root_in_a_tree(nadia: User, article: Article) -> None:
    first, second = say(nadia, article), say(nadia, article)
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=second.pk).update(tree_id=first.tree_id)


@pytest.mark.parametrize(
    "wrong", [{"lft": 2}, {"level": 1}, {"number": None}, {"rght": 1}, {"rght": 0}, {"number": 2}], ids=str
)
def test_the_database_refuses_a_broken_root(nadia: User, article: Article, wrong: dict[str, int | None]) -> None:
    first, _second = say(nadia, article), say(nadia, article)
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=first.pk).update(**wrong)


@pytest.mark.parametrize("wrong", [{"lft": 1}, {"level": 0}, {"number": 9}, {"parent": None}, {"rght": 2}], ids=str)
def test_the_database_refuses_a_broken_reply(nadia: User, article: Article, wrong: dict[str, int | None]) -> None:
    reply = say(nadia, article, parent=say(nadia, article))
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=reply.pk).update(**wrong)


def test_no_index_holds_lft_or_rght(article: Article) -> None:
    """Each reply would rewrite it: 85 ms instead of 22 at 10,000 comments."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Comment._meta.db_table)
    indexed = [constraint["columns"] for constraint in found.values() if constraint["index"]]
    assert ["tree_id"] in indexed
    assert [columns for columns in indexed if {"lft", "rght"} & set(columns)] == []
