"""A spam wave: thousands of comments over many conversations and articles are hidden and brought back at once."""

import re

import pytest

from accounts.models import User
from articles.models import Article
from comments.integrity import problems
from comments.models import Comment, Decision, State
from tests.comments.exact import Statements, assert_exact, rows
from tests.comments.plant import assert_planted, plant
from tests.people import make_article, say

TREES = 250
SIZE = 10 * TREES


def make_wave(author: User, state: State = State.PUBLISHED) -> list[Article]:
    """2,500 comments in 250 conversations of two articles."""
    articles = [make_article("First"), make_article("Second")]
    for number in range(TREES):
        plant(author, articles[number % 2], [0, 0, 0, 1, 1, 2, 4, 4, 8], state)
    for article in articles:
        assert_planted(article)
    return articles


@pytest.fixture
def wave(nadia: User) -> list[Article]:
    return make_wave(nadia)


def article_updates(statements: Statements) -> list[int]:
    """The articles whose counters were written, in order."""
    found = (re.search(r'UPDATE "articles_article".*"id" = (\d+)', q["sql"]) for q in statements.captured_queries)
    return [int(match[1]) for match in found if match]


def test_thousands_are_hidden_and_restored_in_few_statements(mo: User, wave: list[Article]) -> None:
    before = [rows(article) for article in wave]
    with Statements() as statements:
        assert Comment.objects.hide(mo, "spam", "the pill wave") == SIZE
    assert len(statements) <= 60
    assert Decision.objects.filter(kind=Decision.Kind.HIDE, reason="spam", note="the pill wave").count() == SIZE
    for article in wave:
        article.refresh_from_db()
        assert article.comment_count == 0
    with Statements() as statements:
        assert Comment.objects.restore(mo) == SIZE
    assert len(statements) <= 60
    assert [rows(article) for article in wave] == before
    for article in wave:
        article.refresh_from_db()
        assert article.comment_count == SIZE // 2


def test_hundreds_of_conversations_are_hidden_in_a_few_statements_each(mo: User, wave: list[Article]) -> None:
    before = [rows(article) for article in wave]
    with Statements() as statements:
        assert Comment.objects.hide_branch(mo, "spam") == SIZE
    assert len(statements) <= 3 * TREES + 20
    assert Decision.objects.count() == TREES  # About the topmost only.
    assert not Comment.objects.visible().exists()
    with Statements() as statements:
        assert Comment.objects.restore(mo) == SIZE
    assert len(statements) <= 3 * TREES + 20
    assert [rows(article) for article in wave] == before


def test_thousands_are_published_withdrawn_and_erased_in_few_statements(nadia: User, mo: User) -> None:
    articles = make_wave(nadia, State.HELD)
    for act, number in (
        (lambda: Comment.objects.approve(mo), SIZE),
        (lambda: Comment.objects.filter(level=0).withdraw(), TREES),
        (lambda: Comment.objects.erase(mo), SIZE),
    ):
        with Statements() as statements:
            assert act() == number
        assert len(statements) <= 60
        assert [problem for article in articles for problem in problems(article.pk)] == []


def test_a_small_wave_leaves_every_counter_exact(nadia: User, mo: User, article: Article) -> None:
    other = make_article()
    for where in (article, other, article, other, article):
        root = say(nadia, where)
        say(nadia, where, parent=say(nadia, where, parent=root))
    every_second = Comment.objects.filter(pk__in=list(Comment.objects.values_list("pk", flat=True))[::2])
    for act in (
        lambda: every_second.hide(mo, "spam"),
        lambda: Comment.objects.filter(level=1).hide_branch(mo, "spam"),
        lambda: Comment.objects.filter(level=0).hide_branch(mo, "spam"),
        lambda: every_second.restore(mo),
        lambda: Comment.objects.restore(mo),
    ):
        assert act() > 0
        assert_exact(article)
        assert_exact(other)


@pytest.mark.parametrize("act", ["hide", "hide_branch", "restore"])
def test_articles_are_locked_once_each_in_ascending_order(nadia: User, mo: User, article: Article, act: str) -> None:
    """Two moderators who hide in the same articles then wait for each other, but never for ever."""
    other = make_article()
    for where in (other, article, other, article):  # The trees' order is not the articles'.
        say(nadia, where, parent=say(nadia, where))
    if act == "restore":
        Comment.objects.filter(article=other).hide(mo, "spam")
        Comment.objects.filter(parent=None).hide_branch(mo, "spam")
    with Statements() as statements:
        getattr(Comment.objects.all(), act)(mo, *([] if act == "restore" else ["spam"]))
    assert article_updates(statements) == [article.pk, other.pk]


@pytest.mark.parametrize("act", ["hide", "hide_branch", "restore", "approve", "erase"])
def test_nothing_chosen_is_nothing_done(nadia: User, mo: User, article: Article, act: str) -> None:
    say(nadia, article)
    before = rows(article)
    assert getattr(Comment.objects.none(), act)(mo, *(["spam"] if act.startswith("hide") else [])) == 0
    assert rows(article) == before
    assert not Decision.objects.exists()
    assert_exact(article)


def test_what_fails_half_way_leaves_nothing_behind(
    nadia: User, mo: User, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(nadia, article, parent=say(nadia, article))
    before = rows(article)
    for act in (
        lambda: Comment.objects.hide(mo, "spam"),
        lambda: Comment.objects.hide_branch(mo, "spam"),
        lambda: Comment.objects.erase(mo),
    ):
        monkeypatch.setattr(Article.objects, "filter", _fail)
        with pytest.raises(OSError, match="the plug"):
            act()
        monkeypatch.undo()
        assert rows(article) == before
        assert not Decision.objects.exists()
        assert_exact(article)


def _fail(**_conditions: object) -> None:
    raise OSError("somebody pulled the plug")
