"""Moderators at the same conversation at the same moment, readers writing in it: one decision each, exactly undone."""

import random

import pytest

from accounts.models import User
from articles.models import Article, NotAllowed
from bench.actors import any_comment
from bench.crowd import together
from comments.integrity import problems, repair
from comments.models import Comment, Decision
from tests.people import say

pytestmark = pytest.mark.django_db(transaction=True)


def grow(article: Article, author: User, size: int) -> list[Comment]:
    dice, comments = random.Random(size), [say(author, article)]
    while len(comments) < size:
        comments.append(say(author, article, parent=dice.choice(comments)))
    return comments


def hide_each_branch(moderator_id: int, comment_ids: list[int]) -> int:
    moderator = User.objects.get(pk=moderator_id)
    return sum(comment.hide_branch(moderator, "abuse") for comment in Comment.objects.filter(pk__in=comment_ids))


def test_moderators_who_hide_the_same_branches_at_once_make_one_decision_about_each(
    articles: list[Article], people: list[User]
) -> None:
    roots = [say(people[0], articles[0]) for _ in range(20)]
    for root in roots:
        say(people[0], articles[0], parent=root)
    root_ids = [root.pk for root in roots]
    reaches = together(*[(hide_each_branch, moderator.pk, root_ids) for moderator in people])
    assert sum(reaches) == 40
    assert sorted(Decision.objects.values_list("comment_id", flat=True)) == root_ids
    assert set(Comment.objects.values_list("hides", flat=True)) == {1}
    assert problems(articles[0].pk) == []


def moderate_at_random(moderator_id: int, comment_ids: list[int], seed: int) -> None:
    """Hides, hides branches and restores; at the end restores everything, in an order of its own."""
    dice, moderator = random.Random(seed), User.objects.get(pk=moderator_id)
    for _ in range(40):
        comment = Comment.objects.get(pk=dice.choice(comment_ids))
        dice.choice([comment.hide, comment.hide_branch, comment.hide_branch])(moderator, "spam")
        if dice.random() < 0.3:
            Comment.objects.get(pk=dice.choice(comment_ids)).restore(moderator)
    for pk in dice.sample(comment_ids, len(comment_ids)):
        Comment.objects.get(pk=pk).restore(moderator)


def reply_at_random(author_id: int, article_id: int, seed: int) -> int:
    dice, author, article = random.Random(seed), User.objects.get(pk=author_id), Article.objects.get(pk=article_id)
    replies = 0
    for _ in range(30):
        parent = any_comment(article, dice)
        try:
            say(author, article, parent=parent)
            replies += 1
        except NotAllowed:
            pass  # It is hidden at the moment.
    return replies


def test_nested_hides_undone_in_any_order_under_load_bring_back_exactly_what_was(
    articles: list[Article], people: list[User]
) -> None:
    comments = grow(articles[0], people[0], 40)
    comments[5].withdraw()
    Comment.objects.filter(pk__in=[comments[7].pk, comments[9].pk]).update(state="held")
    repair(articles[0].pk)
    before = dict(Comment.objects.values_list("pk", "state"))
    moderators = [(moderate_at_random, person.pk, list(before), n) for n, person in enumerate(people)]
    readers = [(reply_at_random, people[0].pk, articles[0].pk, seed) for seed in range(2)]
    answers = together(*moderators, *readers)
    assert dict(Comment.objects.filter(pk__in=before).values_list("pk", "state")) == before
    assert not Comment.objects.exclude(hides=0).exists()
    assert not Decision.objects.active().exists()
    assert Comment.objects.count() == len(before) + sum(answers[-2:])
    assert problems(articles[0].pk) == []


def restore_across_articles(moderator_id: int, hidden_id: int, branch_id: int) -> None:
    moderator = User.objects.get(pk=moderator_id)
    for _ in range(25):
        Comment.objects.get(pk=hidden_id).hide(moderator, "abuse")
        Comment.objects.get(pk=branch_id).hide_branch(moderator, "abuse")
        assert Comment.objects.filter(pk__in=[hidden_id, branch_id]).restore(moderator) == 2


def test_moderators_who_restore_comments_of_the_same_articles_at_once_do_not_block_each_other(
    articles: list[Article], people: list[User]
) -> None:
    """What was hidden alone comes back before what was hidden with its branch; articles are counted in one order."""
    here, there = articles[:2]
    calls = [
        (restore_across_articles, people[0].pk, say(people[3], here).pk, say(people[3], there).pk),
        (restore_across_articles, people[1].pk, say(people[3], there).pk, say(people[3], here).pk),
    ]
    together(*calls)
    assert [problem for article in (here, there) for problem in problems(article.pk)] == []
    assert not Comment.objects.filter(visible=False).exists()
