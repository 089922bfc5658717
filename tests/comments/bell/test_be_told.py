"""Somebody is answered or named, or follows a conversation: the bell tells them, once."""

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.models import Article
from comments.mentions import MOST_PEOPLE, named_in
from comments.models import MAX_LEVEL, Comment, Follow
from comments.tasks import tell, tell_of_decisions
from newsroom import markup
from tests.people import make_person, say
from tests.working import told, work


def test_an_author_is_told_of_a_reply(nadia: User, tom: User, article: Article, root: Comment) -> None:
    reply = say(tom, article, parent=root)
    assert told(nadia) == []
    work()
    assert told(nadia) == [("reply", reply.pk)]
    assert told(tom) == []


def test_nobody_is_told_of_their_own(nadia: User, article: Article, root: Comment) -> None:
    say(nadia, article, "I said so, @Nadia", parent=root)
    work()
    assert told(nadia) == []


def test_at_the_depth_cap_the_one_who_is_answered_is_told(
    nadia: User, tom: User, article: Article, root: Comment
) -> None:
    deepest = root
    for _ in range(MAX_LEVEL):
        deepest = say(nadia, article, parent=deepest)
    theirs = say(tom, article, parent=deepest)
    assert theirs.answers == deepest
    back = say(nadia, article, parent=theirs)
    work()
    assert told(nadia) == [("reply", theirs.pk)]
    assert told(tom) == [("reply", back.pk)]


def test_who_is_named_is_told(nadia: User, tom: User, article: Article) -> None:
    comment = say(tom, article, "As @nadia said: it holds.")
    work()
    assert told(nadia) == [("mention", comment.pk)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Nadia", ["Nadia"]),
        ("@NADIA, look", ["Nadia"]),
        ("(@Nadia)", ["Nadia"]),
        ("@Nadia's dike", ["Nadia"]),
        ("**@Nadia** holds", ["Nadia"]),
        ("@Nadia Karim knows", ["Nadia Karim"]),
        ("@Nadia\nKarim knows", ["Nadia"]),
        ("@Nadia and @Tom and @Nadia", ["Nadia", "Tom"]),
        ("@The Man From the North said", ["The Man From the North"]),
        ("nadia@example.org and a.@Nadia", []),
        ("`@Nadia`", []),
        ("```\n@Nadia\n```", []),
        ("> @Nadia\n\nI do not know.", []),
        ("@ Nadia", []),
        ("@Nobody", []),
        ("@Na dia", []),
        ("@", []),
    ],
)
def test_a_name_is_taken_as_long_as_it_fits(nadia: User, tom: User, text: str, named: list[str]) -> None:
    for name in ("Nadia Karim", "The Man From the North"):
        User.objects.create_user(name, name=name)
    people = User.objects.in_bulk()
    assert [people[pk].name for pk in named_in(markup.comment_html(text))] == named


def test_at_most_five_people_are_named_with_one_query(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    names = [f"Person{letter}" for letter in "abcdefghij"]
    for name in names:
        make_person(name)
    html = markup.comment_html(" ".join(f"@{name}" for name in names * 100))
    with django_assert_num_queries(1):
        assert len(named_in(html)) == MOST_PEOPLE


def test_without_a_name_there_is_no_query(db: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert named_in("<p>Nobody here.</p>") == []


def test_one_comment_is_one_notice_whatever_it_is_to_one(
    nadia: User, tom: User, article: Article, root: Comment
) -> None:
    Follow.objects.create(reader=nadia, conversation=root)
    reply = say(tom, article, "So, @Nadia", parent=root)
    work()
    assert told(nadia) == [("reply", reply.pk)]


def test_a_worker_that_does_it_twice_tells_once(
    nadia: User, tom: User, mo: User, article: Article, root: Comment
) -> None:
    reply = say(tom, article, parent=root)
    root.pick(mo)
    work()
    tell.enqueue([reply.pk])
    tell_of_decisions.enqueue(list(root.decisions.values_list("pk", flat=True)))
    work()
    assert [kind for kind, _pk in told(nadia)] == ["reply", "pick"]


def test_who_is_named_by_an_edit_is_told_then(nadia: User, tom: User, article: Article) -> None:
    comment = say(tom, article)
    work()
    comment.edit("As @Nadia said.", tom)
    work()
    assert told(nadia) == [("mention", comment.pk)]


def test_a_follower_is_told_of_everything_in_the_conversation(
    nadia: User, tom: User, carla: User, article: Article, root: Comment
) -> None:
    work()
    Follow.objects.create(reader=carla, conversation=root)
    reply = say(tom, article, parent=root)
    below = say(nadia, article, parent=reply)
    say(tom, article, "Elsewhere.")
    work()
    assert told(carla) == [("followed", reply.pk), ("followed", below.pk)]
