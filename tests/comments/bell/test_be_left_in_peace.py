"""Of what one has left, muted or cannot read the bell tells nothing."""

import pytest
from django.test import Client

from accounts.models import User
from articles.models import Article
from comments.models import Comment, Follow, Mute, Notice
from tests.comments.bell.pages import bell
from tests.people import say
from tests.working import told, work


def test_who_has_left_the_conversation_is_told_of_nothing_in_it(
    nadia: User, tom: User, article: Article, root: Comment
) -> None:
    Follow.objects.create(reader=nadia, conversation=root, left=True)
    say(tom, article, "So, @Nadia", parent=root)
    work()
    assert told(nadia) == []


def test_of_somebody_whom_one_has_muted_one_is_told_nothing(
    nadia: User, tom: User, article: Article, root: Comment
) -> None:
    Mute.objects.create(reader=nadia, muted=tom)
    Follow.objects.create(reader=nadia, conversation=root)
    say(tom, article, "So, @Nadia", parent=root)
    work()
    assert not Notice.objects.exists()


def test_what_they_wrote_before_goes_from_the_bell_too(
    client: Client, nadia: User, tom: User, article: Article, root: Comment
) -> None:
    say(tom, article, "Ugly words.", parent=root)
    work()
    Mute.objects.create(reader=nadia, muted=tom)
    assert told(nadia) == []
    assert Notice.objects.unseen_count(nadia) == 0
    assert "Ugly" not in bell(client, nadia).text


def test_a_held_comment_tells_nobody_until_it_is_approved(
    nadia: User, tom: User, mo: User, article: Article, root: Comment
) -> None:
    article.edit(comment_policy="held")
    reply = say(tom, article, parent=root)
    work()
    assert told(nadia) == []
    reply.approve(mo)
    work()
    assert told(nadia) == [("reply", reply.pk)]
    assert told(tom) == [("decision", reply.pk)]


@pytest.mark.parametrize("gone", ["hide", "withdraw", "erase", "hide_branch"])
def test_what_is_gone_before_the_worker_comes_tells_nobody(
    nadia: User, tom: User, mo: User, article: Article, root: Comment, gone: str
) -> None:
    reply = say(tom, article, parent=root)
    if gone.startswith("hide"):
        getattr(reply, gone)(mo, "abuse")
    else:
        getattr(Comment.objects.filter(pk=reply.pk), gone)()
    work()
    assert told(nadia) == []


def test_who_is_no_longer_here_is_told_nothing(nadia: User, tom: User, article: Article, root: Comment) -> None:
    User.objects.filter(pk=nadia.pk).update(is_active=False)
    say(tom, article, "So, @Nadia", parent=root)
    work()
    assert not Notice.objects.exists()
