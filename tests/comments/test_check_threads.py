import random
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.models import Article
from comments.integrity import problems, repair
from comments.models import Comment
from tests.people import make_article, say

pytestmark = pytest.mark.django_db

TREE_FIELDS = ["lft", "rght", "level", "parent_id", "tree_id", "invisible", "hides"]
EVERYTHING = ["id", "article_id", *TREE_FIELDS, "state", "visible"]


def check_threads(*args: str) -> str:
    out = StringIO()
    call_command("check_threads", *args, stdout=out)
    return out.getvalue()


def grow(article: Article, people: list[User], dice: random.Random, size: int = 20) -> None:
    """Conversations of all shapes, some comments of them hidden alone or with their branch."""
    comments: list[Comment] = []
    for _ in range(size):
        parent = dice.choice(comments) if comments and dice.random() < 0.8 else None
        comments.append(say(dice.choice(people), article, parent=parent))
    for comment in dice.sample(comments, size // 6):
        comment.hide_branch(people[0], "abuse")
    for comment in dice.sample(comments, size // 6):
        comment.hide(people[0], "spam")
    for comment in dice.sample(comments, size // 2):
        comment.restore(people[0])
    for comment in dice.sample(comments, size // 10):
        comment.withdraw()


def repair_all(articles: tuple[Article, Article]) -> None:
    for article in articles:
        repair(article.pk)
    assert [problem for article in articles for problem in problems(article.pk)] == []


def rows() -> list[tuple[object, ...]]:
    return list(Comment.objects.order_by("id").values_list(*EVERYTHING))


def thread_order() -> list[tuple[int, int, int]]:
    """All comments as pages show them; the tree ids may differ."""
    return list(Comment.objects.order_by("article", "tree_id", "lft").values_list("id", "lft", "level"))


def counters() -> list[tuple[int, int, int]]:
    return list(Article.objects.order_by("id").values_list("id", "comment_count", "conversation_count"))


@pytest.fixture
def busy(nadia: User, tom: User) -> tuple[Article, Article]:
    """Two articles with conversations."""
    articles = make_article(), make_article("Another storm")
    for number, article in enumerate(articles):
        grow(article, [nadia, tom], random.Random(number))
    return articles


def corrupt(table: str, pk: int, field: str, value: int | None) -> bool:
    """Writes one wrong value past the models. False where the database refuses it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {field} = %s WHERE id = %s", [value, pk])  # noqa: S608
            connection.check_constraints()
    except IntegrityError:
        return False
    return True


def wrong_value(comment: Comment, field: str, dice: random.Random) -> int | None:
    """Another value than the comment has, near or far."""
    others = Comment.objects.exclude(pk=comment.pk)
    here = getattr(comment, field)
    value = {
        "parent_id": lambda: dice.choice([None, comment.pk, *others.values_list("pk", flat=True)]),
        "tree_id": lambda: dice.choice([*others.values_list("tree_id", flat=True), here + 100_000]),
    }.get(field, lambda: max(0, here + dice.choice([-2, -1, 1, 2, 7, 1_000])))()
    return None if value == here else value


def test_whole_conversations_have_no_problem(busy: tuple[Article, Article]) -> None:
    assert [problem for article in busy for problem in problems(article.pk)] == []
    assert check_threads() == "Checked 2 articles: no problem.\n"


@pytest.mark.parametrize("field", TREE_FIELDS)
def test_one_wrong_field_of_one_comment_is_found_and_its_tree_is_named(
    busy: tuple[Article, Article], field: str
) -> None:
    dice, tried = random.Random(field), 0
    for comment in dice.choices(Comment.objects.all(), k=40):
        value = wrong_value(comment, field, dice)
        place = transaction.savepoint()
        if value is not None and corrupt("comments_comment", comment.pk, field, value):
            tried += 1
            found = problems(comment.article_id)
            assert comment.tree_id in {problem.tree_id for problem in found}, f"#{comment.pk}: {value}"
        transaction.savepoint_rollback(place)
    assert tried > 10


@pytest.mark.parametrize("field", ["lft", "rght", "level", "tree_id", "invisible", "hides"])
def test_repair_brings_back_what_one_wrong_field_broke(busy: tuple[Article, Article], field: str) -> None:
    dice, before = random.Random(field), (rows(), counters())
    for comment in dice.choices(Comment.objects.all(), k=30):
        if field == "tree_id" and comment.parent_id is None:
            continue  # A root gives its tree the name, so it may get another one: see below.
        value = wrong_value(comment, field, dice)
        place = transaction.savepoint()
        if value is not None and corrupt("comments_comment", comment.pk, field, value):
            repair_all(busy)
            assert (rows(), counters()) == before
        transaction.savepoint_rollback(place)


def test_a_root_with_another_tree_id_comes_back_to_its_place_with_its_replies(busy: tuple[Article, Article]) -> None:
    """Newest first is by tree id, and readers quote the numbers: both have one order."""
    root = Comment.objects.filter(article=busy[0], parent=None, rght__gt=4)[0]
    before = thread_order()
    for wrong in (0, 1_000_000):
        corrupt("comments_comment", root.pk, "tree_id", wrong)
        assert wrong in {problem.tree_id for problem in problems(busy[0].pk)}
        repair_all(busy)
        assert thread_order() == before


def test_repair_believes_the_parent(busy: tuple[Article, Article]) -> None:
    """A reply that names another parent moves there, with its branch and all that hides it."""
    reply = Comment.objects.filter(article=busy[0], level=1, rght__gt=F("lft") + 1).first()
    branch = set(Comment.objects.branch(reply).values_list("pk", flat=True))
    other = Comment.objects.filter(article=busy[1], level=1).first()
    corrupt("comments_comment", reply.pk, "parent_id", other.pk)
    repair_all(busy)
    moved = Comment.objects.get(pk=reply.pk)
    assert (moved.article_id, moved.tree_id, moved.level) == (other.article_id, other.tree_id, 2)
    assert set(Comment.objects.branch(moved).values_list("pk", flat=True)) == branch


@pytest.mark.parametrize("field", ["comment_count", "conversation_count"])
def test_a_wrong_counter_of_an_article_is_found_and_repaired(busy: tuple[Article, Article], field: str) -> None:
    before = counters()
    for wrong in (getattr(busy[0], field) + 1, 10_000):
        corrupt("articles_article", busy[0].pk, field, wrong)
        assert [problem.kind.replace(" ", "_") for problem in problems(busy[0].pk)] == [field]
        repair(busy[0].pk)
        assert counters() == before


def test_several_faults_at_once_are_repaired(busy: tuple[Article, Article]) -> None:
    dice = random.Random(7)
    for _ in range(40):
        comment = dice.choice(Comment.objects.all())
        field = dice.choice(["lft", "rght", "level", "tree_id", "invisible", "hides"])
        if comment.parent_id is None and field == "tree_id":
            continue
        value = wrong_value(comment, field, dice)
        if value is not None:
            corrupt("comments_comment", comment.pk, field, value)
    assert "Repaired" in check_threads("--repair")
    assert "no problem" in check_threads()


def test_a_reply_that_strayed_into_another_article_comes_home(busy: tuple[Article, Article]) -> None:
    before = rows(), counters()
    reply = Comment.objects.filter(article=busy[0]).exclude(parent=None).first()
    corrupt("comments_comment", reply.pk, "article_id", busy[1].pk)
    assert {problem.tree_id for problem in problems(busy[0].pk)} >= {reply.tree_id}
    assert {problem.tree_id for problem in problems(busy[1].pk)} >= {reply.tree_id}
    check_threads("--repair")
    assert (rows(), counters()) == before


def test_repair_leaves_whole_trees_alone(busy: tuple[Article, Article]) -> None:
    before = list(Article.objects.values_list("comment_change"))
    assert [repair(article.pk) for article in busy] == [0, 0]
    assert list(Article.objects.values_list("comment_change")) == before


def test_open_pages_hear_of_a_repair(busy: tuple[Article, Article]) -> None:
    before = Article.objects.get(pk=busy[0].pk).comment_change
    corrupt("articles_article", busy[0].pk, "comment_count", 10_000)
    repair(busy[0].pk)
    assert Article.objects.get(pk=busy[0].pk).comment_change == before + 1


def test_the_command_fails_with_a_line_for_each_problem(busy: tuple[Article, Article]) -> None:
    root = Comment.objects.filter(article=busy[0], parent=None).first()
    corrupt("comments_comment", root.pk, "invisible", 9_999)
    out = StringIO()
    with pytest.raises(CommandError, match=r"^1 problems in 1 of 2 articles\.$"):
        call_command("check_threads", stdout=out)
    assert out.getvalue().startswith(f"article {busy[0].pk}, tree {root.tree_id}: the root does not say that ")
    assert out.getvalue().count("\n") == 1


def test_the_command_repairs_on_request_and_checks_again(busy: tuple[Article, Article]) -> None:
    corrupt("articles_article", busy[1].pk, "comment_count", 10_000)
    answer = check_threads("--repair").splitlines()
    assert answer[1:] == ["Repaired 0 trees and the counters of 1 articles.", "Checked 2 articles: no problem."]


def test_the_command_says_when_a_repair_does_not_help(busy: tuple[Article, Article]) -> None:
    first, second = Comment.objects.filter(article=busy[0], level=1)[:2]
    corrupt("comments_comment", first.pk, "parent_id", second.pk)
    corrupt("comments_comment", second.pk, "parent_id", first.pk)
    with pytest.raises(CommandError, match="problems in 1 of 1 articles"):
        call_command("check_threads", "--repair", "--article", str(busy[0].pk), stdout=StringIO())


def test_the_command_checks_one_article_only(busy: tuple[Article, Article]) -> None:
    corrupt("articles_article", busy[1].pk, "comment_count", 10_000)
    assert check_threads("--article", str(busy[0].pk)) == "Checked 1 articles: no problem.\n"
    with pytest.raises(CommandError, match="There is no article 999999"):
        check_threads("--article", "999999")


def test_checking_an_article_takes_one_query(
    busy: tuple[Article, Article], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        problems(busy[0].pk)


def test_an_article_without_comments_has_no_problem(article: Article) -> None:
    assert problems(article.pk) == []


def test_open_pages_learn_which_comments_a_repair_concerns(article: Article, nadia: User, mo: User) -> None:
    root = say(nadia, article)
    reply = say(nadia, article, parent=root)
    root.hide_branch(mo, "abuse")
    corrupt("comments_comment", reply.pk, "hides", 0)
    seen = Article.objects.get(pk=article.pk).comment_change
    assert repair(article.pk) == 1
    now = Article.objects.get(pk=article.pk).comment_change
    assert now > seen
    assert set(Comment.objects.filter(article=article).values_list("change", flat=True)) == {now}
