"""The moderators' log: who did what to which comment and why. It only ever grows, and no comment is ever deleted."""

import pytest
from django.db import DatabaseError, models, transaction

from accounts.models import User
from articles.models import Article
from comments.models import Comment, Decision, State
from tests.people import say

Kind = Decision.Kind


@pytest.fixture
def comment(nadia: User, tom: User, article: Article) -> Comment:
    """With two replies."""
    root = say(nadia, article)
    say(tom, article, parent=say(tom, article, parent=root))
    return root


def log() -> list[tuple[str, str, str, str, int]]:
    return list(Decision.objects.order_by("pk").values_list("kind", "reason", "note", "was", "reach"))


def test_every_act_of_a_moderator_is_a_row(mo: User, comment: Comment) -> None:
    comment.hide(mo, "abuse", "a slur")
    comment.restore(mo, "a quotation")
    comment.hide_branch(mo, "off-topic", "all of it")
    comment.restore(mo)
    Comment.objects.filter(pk=comment.pk).erase(mo, "asked by letter")
    assert log() == [
        (Kind.HIDE, "abuse", "a slur", State.PUBLISHED, 1),
        (Kind.RESTORE, "", "a quotation", State.HIDDEN, 1),
        (Kind.HIDE_BRANCH, "off-topic", "all of it", State.PUBLISHED, 3),
        (Kind.RESTORE, "", "", State.PUBLISHED, 3),
        (Kind.ERASE, "", "asked by letter", State.PUBLISHED, 1),
    ]
    assert set(Decision.objects.values_list("moderator", "comment")) == {(mo.pk, comment.pk)}


def test_a_restore_names_the_decision_that_it_undoes(mo: User, ada: User, comment: Comment) -> None:
    comment.hide(mo, "abuse")
    comment.hide_branch(mo, "spam")
    comment.restore(ada)
    hide, branch, *undoing = Decision.objects.order_by("pk")
    assert {decision.undoes for decision in undoing} == {hide, branch}
    assert {decision.moderator for decision in undoing} == {ada}
    assert not Decision.objects.active().exists()


def test_only_hides_that_nobody_has_undone_are_active(mo: User, comment: Comment) -> None:
    comment.hide(mo, "abuse")
    comment.restore(mo)
    comment.hide(mo, "spam")
    assert [decision.reason for decision in Decision.objects.active()] == ["spam"]


def test_the_reach_is_what_readers_see_change(nadia: User, mo: User, article: Article, comment: Comment) -> None:
    article.edit(comment_policy=Article.CommentPolicy.HELD)
    held = say(nadia, article, parent=comment)
    held.hide(mo, "spam")
    held.restore(mo)
    held.approve(mo)
    comment.hide_branch(mo, "spam")
    held.hide(mo, "abuse")
    assert log() == [
        (Kind.HIDE, "spam", "", State.HELD, 0),
        (Kind.RESTORE, "", "", State.HIDDEN, 0),
        (Kind.APPROVE, "", "", State.HELD, 1),
        (Kind.HIDE_BRANCH, "spam", "", State.PUBLISHED, 4),
        (Kind.HIDE, "abuse", "", State.PUBLISHED, 0),
    ]


def test_what_an_author_does_is_no_decision(comment: Comment) -> None:
    comment.withdraw()
    Comment.objects.filter(pk=comment.pk).erase()
    assert log() == []


# Refused


@pytest.fixture
def decision(mo: User, comment: Comment) -> Decision:
    comment.hide(mo, "abuse")
    return Decision.objects.get()


def test_a_decision_is_not_saved_again(decision: Decision) -> None:
    decision.reason = "spam"
    for how in ({}, {"update_fields": ["reason"]}):
        with pytest.raises(TypeError, match="never changed"):
            decision.save(**how)
    assert Decision.objects.get().reason == "abuse"


def test_the_database_refuses_every_change_of_a_decision(decision: Decision) -> None:
    for change in ({"reason": "spam"}, {"note": "!"}, {"moderator": decision.moderator_id}, {"reach": 0}):
        with pytest.raises(DatabaseError, match="a decision is never changed"), transaction.atomic():
            Decision.objects.update(**change)
    assert Decision.objects.get().reason == "abuse"


def test_a_decision_is_not_deleted(decision: Decision) -> None:
    with pytest.raises(TypeError, match="never deleted"):
        decision.delete()
    assert Decision.objects.exists()


def test_no_decision_is_deleted_in_bulk(decision: Decision) -> None:
    with pytest.raises(TypeError, match="never deleted"):
        Decision.objects.all().delete()
    assert Decision.objects.exists()


def test_one_decision_is_undone_once(mo: User, comment: Comment, decision: Decision) -> None:
    comment.restore(mo)
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.create(kind=Kind.RESTORE, comment=comment, moderator=mo, was="hidden", undoes=decision)


def test_a_moderator_with_decisions_cannot_be_deleted(mo: User, decision: Decision) -> None:
    with pytest.raises(models.ProtectedError):
        mo.delete()


def test_a_comment_read_earlier_cannot_be_saved_over_what_happened_since(mo: User, comment: Comment) -> None:
    comment.hide(mo, "abuse")
    with pytest.raises(TypeError, match="Use the comment's methods"):
        comment.save()
    assert Comment.objects.get(pk=comment.pk).state == State.HIDDEN


def test_a_comment_is_not_deleted(comment: Comment) -> None:
    with pytest.raises(TypeError, match="never deleted"):
        comment.delete()
    assert Comment.objects.count() == 3


@pytest.mark.parametrize("level", [0, 1, 2])
def test_comments_are_not_deleted_in_bulk(comment: Comment, level: int) -> None:
    """Not even one without replies: it would leave a gap in its tree."""
    with pytest.raises(TypeError, match="never deleted"):
        Comment.objects.filter(level=level).delete()
    assert Comment.objects.count() == 3


def test_an_article_or_entry_with_comments_cannot_be_deleted(article: Article, comment: Comment) -> None:
    with pytest.raises(models.ProtectedError):
        article.delete()


def test_a_reader_who_goes_takes_no_comment_along(nadia: User, comment: Comment) -> None:
    nadia.delete()
    left = Comment.objects.get(pk=comment.pk)
    assert (left.author, left.name, left.visible) == (None, "Nadia", True)
    assert Comment.objects.count() == 3
