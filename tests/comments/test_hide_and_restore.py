"""A moderator hides a comment or a branch and brings it back. Counters are exact after every step."""

import pytest

from accounts.models import User
from articles.models import Article
from comments.models import Comment, Decision, Reason, State
from tests.comments.exact import assert_exact, rows
from tests.people import make_article, say

Tree = dict[int, Comment]

# Which comment each of them answers:     1
#                                       2   6
#                                      3 5
#                                      4
ANSWERS = {1: None, 2: 1, 3: 2, 4: 3, 5: 2, 6: 1}


@pytest.fixture
def tree(nadia: User, tom: User, article: Article) -> Tree:
    comments: Tree = {}
    for number, answered in ANSWERS.items():
        author = nadia if number % 2 else tom
        comments[number] = say(author, article, f"Number {number}.", parent=comments.get(answered or 0))
    return comments


def seen(article: Article) -> str:
    """The numbers of the comments that readers see."""
    texts = Comment.objects.filter(article=article).visible().order_by("pk").values_list("text", flat=True)
    return "".join(text.removeprefix("Number ").removesuffix(".") for text in texts)


def change(article: Article) -> int:
    return Article.objects.get(pk=article.pk).comment_change


def fresh(comment: Comment) -> Comment:
    return Comment.objects.get(pk=comment.pk)


def test_hiding_one_comment_leaves_its_replies(mo: User, article: Article, tree: Tree) -> None:
    assert tree[2].hide(mo, "abuse") == 1
    assert seen(article) == "13456"
    assert_exact(article)


def test_hiding_a_branch_takes_all_replies_with_it(mo: User, article: Article, tree: Tree) -> None:
    assert tree[2].hide_branch(mo, "abuse") == 4
    assert seen(article) == "16"
    assert_exact(article)


def test_a_hidden_comment_comes_back(mo: User, article: Article, tree: Tree) -> None:
    before = rows(article)
    tree[2].hide(mo, "abuse")
    assert tree[2].restore(mo) == 1
    assert rows(article) == before
    assert_exact(article)


def test_a_hidden_branch_comes_back(mo: User, article: Article, tree: Tree) -> None:
    before = rows(article)
    tree[2].hide_branch(mo, "abuse")
    assert tree[2].restore(mo) == 4
    assert rows(article) == before
    assert_exact(article)


def test_a_whole_conversation_can_go_and_come_back(mo: User, article: Article, tree: Tree) -> None:
    tree[1].hide_branch(mo, "abuse")
    article.refresh_from_db()
    assert (seen(article), article.comment_count, article.conversation_count) == ("", 0, 1)
    tree[1].restore(mo)
    assert seen(article) == "123456"
    assert_exact(article)


def test_nested_branches_add_up(mo: User, article: Article, tree: Tree) -> None:
    tree[3].hide_branch(mo, "abuse")
    assert tree[1].hide_branch(mo, "spam") == 4
    assert [fresh(tree[number]).hides for number in ANSWERS] == [1, 1, 2, 2, 1, 1]
    assert tree[1].restore(mo) == 4
    assert seen(article) == "1256"
    assert_exact(article)


def test_a_reply_hidden_on_its_own_stays_hidden_when_its_branch_comes_back(
    mo: User, article: Article, tree: Tree
) -> None:
    tree[4].hide(mo, "abuse")
    tree[2].hide_branch(mo, "off-topic")
    tree[2].restore(mo)
    assert seen(article) == "12356"
    assert_exact(article)


def test_both_decisions_about_one_comment_are_undone_together(mo: User, article: Article, tree: Tree) -> None:
    before = rows(article)
    tree[2].hide(mo, "abuse")
    tree[2].hide_branch(mo, "spam")
    assert fresh(tree[2]).hidden_for == Reason.SPAM
    assert tree[2].restore(mo) == 4
    assert rows(article) == before
    assert_exact(article)


@pytest.mark.parametrize("action", ["hide", "hide_branch"])
def test_hiding_again_changes_nothing_and_writes_nothing(
    mo: User, ada: User, article: Article, tree: Tree, action: str
) -> None:
    getattr(tree[2], action)(mo, "abuse")
    before, number = rows(article), change(article)
    assert getattr(tree[2], action)(ada, "spam") == 0
    assert (rows(article), change(article), Decision.objects.count()) == (before, number, 1)


def test_restoring_what_nobody_has_hidden_changes_nothing(mo: User, article: Article, tree: Tree) -> None:
    before, number = rows(article), change(article)
    assert tree[2].restore(mo) == 0
    assert (rows(article), change(article), Decision.objects.count()) == (before, number, 0)


def test_a_reply_below_a_hidden_branch_is_not_restored_alone(mo: User, article: Article, tree: Tree) -> None:
    tree[2].hide_branch(mo, "abuse")
    assert tree[3].restore(mo) == 0
    assert seen(article) == "16"


def test_a_branch_hidden_and_restored_often_never_drifts(mo: User, article: Article, tree: Tree) -> None:
    before = rows(article)
    for _ in range(3):
        tree[2].hide_branch(mo, "abuse")
        tree[2].restore(mo)
    assert rows(article) == before
    assert Decision.objects.active().count() == 0
    assert_exact(article)


def test_a_reader_may_answer_again_once_it_is_back(nadia: User, mo: User, article: Article, tree: Tree) -> None:
    tree[2].hide_branch(mo, "abuse")
    tree[2].restore(mo)
    assert say(nadia, article, parent=tree[3]).visible
    assert_exact(article)


def test_other_conversations_and_articles_are_left_alone(nadia: User, mo: User, article: Article, tree: Tree) -> None:
    elsewhere, beside = say(nadia, make_article()), say(nadia, article)
    tree[1].hide_branch(mo, "abuse")
    assert [fresh(comment).visible for comment in (elsewhere, beside)] == [True, True]
    elsewhere.article.refresh_from_db()
    assert (elsewhere.article.comment_count, elsewhere.article.comment_change) == (1, 1)
    assert_exact(article)


def test_every_act_takes_the_next_number_of_the_articles_comments(mo: User, article: Article, tree: Tree) -> None:
    number = change(article)
    for act in (
        lambda: tree[2].hide(mo, "abuse"),
        lambda: tree[1].hide_branch(mo, "abuse"),
        lambda: tree[1].restore(mo),
        lambda: tree[2].restore(mo),
        lambda: tree[4].withdraw(),
        lambda: Comment.objects.filter(pk=tree[5].pk).erase(mo),
    ):
        act()
        number += 1
        assert change(article) == number
        assert_exact(article)


# Held


@pytest.fixture
def held(nadia: User, article: Article, tree: Tree) -> Comment:
    article.edit(comment_policy=Article.CommentPolicy.HELD)
    return say(nadia, article, "Number 7.", parent=tree[3])


def test_a_held_comment_is_published(mo: User, article: Article, held: Comment) -> None:
    assert held.approve(mo) == 1
    assert seen(article) == "1234567"
    assert held.approve(mo) == 0
    assert_exact(article)


def test_only_what_is_held_is_published(mo: User, article: Article, tree: Tree) -> None:
    tree[2].hide(mo, "abuse")
    tree[4].withdraw()
    assert Comment.objects.filter(article=article).approve(mo) == 0
    assert seen(article) == "1356"
    assert_exact(article)


def test_a_held_comment_that_was_hidden_comes_back_as_held(mo: User, article: Article, held: Comment) -> None:
    held.hide(mo, "spam")
    assert held.restore(mo) == 0
    assert fresh(held).state == State.HELD
    assert_exact(article)


def test_a_held_comment_published_below_a_hidden_branch_waits_for_the_branch(
    mo: User, article: Article, tree: Tree, held: Comment
) -> None:
    tree[2].hide_branch(mo, "abuse")
    held.approve(mo)
    assert seen(article) == "16"
    assert_exact(article)
    assert tree[2].restore(mo) == 5
    assert seen(article) == "1234567"
    assert_exact(article)


# Hidden elsewhere


def test_what_came_hidden_from_elsewhere_can_be_published(mo: User, article: Article) -> None:
    old = Comment.objects.bring_in(Comment(name="Old hand", text="Number 1.", state=State.HIDDEN), article)
    assert old.restore(mo) == 1
    decision = Decision.objects.get()
    assert (decision.kind, decision.was, decision.undoes) == (Decision.Kind.RESTORE, State.HIDDEN, None)
    assert seen(article) == "1"
    assert_exact(article)


def test_what_came_hidden_stays_hidden_when_a_branch_above_comes_back(mo: User, article: Article, tree: Tree) -> None:
    unsaved = Comment(name="Old hand", text="Number 8.", state=State.HIDDEN)
    old = Comment.objects.bring_in(unsaved, article, parent=tree[3])
    tree[2].hide_branch(mo, "abuse")
    tree[2].restore(mo)
    assert fresh(old).state == State.HIDDEN
    assert seen(article) == "123456"
    assert_exact(article)


# Why it is not shown


@pytest.mark.parametrize("act", ["withdraw", "approve"])
def test_a_hidden_branch_keeps_its_reason_whatever_becomes_of_the_comment_itself(
    nadia: User, mo: User, article: Article, act: str
) -> None:
    if act == "approve":
        article.edit(comment_policy=Article.CommentPolicy.HELD)
    comment = say(nadia, article)
    comment.hide_branch(mo, "abuse")
    comment.withdraw() if act == "withdraw" else comment.approve(mo)
    assert fresh(comment).hidden_for == Reason.ABUSE
    comment.restore(mo)
    assert fresh(comment).hidden_for == ""
    assert_exact(article)
