"""A moderator decides about one comment on its own page: what is hidden, how far it reaches, and why."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertRedirects

from accounts.models import User
from articles.models import Article
from comments.models import Comment, Decision, Reason, Report, State
from tests.comments.exact import assert_exact
from tests.comments.pages import Element, read
from tests.people import make_person, say

LETS_IN = ["mo", "ada"]
KEEPS_OUT = ["nadia", "carla", "edith"]


@pytest.fixture
def comment(nadia: User, tom: User, article: Article) -> Comment:
    """With two replies."""
    root = say(nadia, article, "You are all fools.")
    say(tom, article, parent=say(tom, article, parent=root))
    return root


@pytest.fixture
def moderator(client: Client, mo: User) -> Client:
    client.force_login(mo)
    return client


def address(comment: Comment) -> str:
    return f"/c/{comment.pk}/moderate/"


def decide(client: Client, comment: Comment, action: str, **sent: str) -> Any:
    return client.post(address(comment), {"action": action, **sent})


def page_of(client: Client, comment: Comment) -> Element:
    return read(client.get(address(comment)))


def buttons(page: Element) -> list[str]:
    return [button["value"] for button in page.all("button")]


def fresh(comment: Comment) -> Comment:
    return Comment.objects.get(pk=comment.pk)


# Who may


@pytest.mark.parametrize("role", LETS_IN)
def test_moderators_and_administrators_are_let_in(
    client: Client, comment: Comment, request: pytest.FixtureRequest, role: str
) -> None:
    client.force_login(request.getfixturevalue(role))
    assert "You are all fools." in page_of(client, comment).text
    assertRedirects(decide(client, comment, "hide", reason="abuse"), address(comment))
    assert fresh(comment).state == State.HIDDEN


@pytest.mark.parametrize("role", KEEPS_OUT)
def test_readers_correspondents_and_editors_are_kept_out(
    client: Client, comment: Comment, request: pytest.FixtureRequest, role: str
) -> None:
    client.force_login(request.getfixturevalue(role))
    assert client.get(address(comment)).status_code == 403
    for action in ("hide", "hide_branch", "restore", "approve"):
        assert decide(client, comment, action, reason="abuse").status_code == 403
    assert fresh(comment).visible
    assert not Decision.objects.exists()


def test_a_visitor_is_asked_to_sign_in(client: Client, comment: Comment) -> None:
    for answer in (client.get(address(comment)), decide(client, comment, "hide", reason="abuse")):
        assertRedirects(answer, f"/accounts/login/?next={address(comment)}")
    assert fresh(comment).visible


def test_a_moderator_who_has_left_is_kept_out(moderator: Client, mo: User, comment: Comment) -> None:
    mo.groups.clear()
    assert decide(moderator, comment, "hide", reason="abuse").status_code == 403
    User.objects.filter(pk=mo.pk).update(is_active=False)
    assert decide(moderator, comment, "hide", reason="abuse").status_code == 302
    assert fresh(comment).visible


def test_a_form_of_another_site_decides_nothing(mo: User, comment: Comment) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(mo)
    assert decide(client, comment, "hide", reason="abuse").status_code == 403
    assert fresh(comment).visible


def test_the_page_is_never_kept_by_a_cache(moderator: Client, comment: Comment) -> None:
    for answer in (moderator.get(address(comment)), decide(moderator, comment, "hide")):
        assert {"no-store", "private"} <= {part.strip() for part in answer["Cache-Control"].split(",")}


def test_a_comment_that_is_none_is_not_found(moderator: Client, comment: Comment) -> None:
    assert moderator.get("/c/999999999/moderate/").status_code == 404


# Deciding


def test_hiding_one_comment(moderator: Client, mo: User, comment: Comment) -> None:
    decide(moderator, comment, "hide", reason="abuse", note="third time")
    assert (fresh(comment).state, fresh(comment).hidden_for) == (State.HIDDEN, Reason.ABUSE)
    decision = Decision.objects.get()
    assert (decision.moderator, decision.reason, decision.note) == (mo, Reason.ABUSE, "third time")
    assert Comment.objects.visible().count() == 2
    assert_exact(comment.article)


def test_hiding_it_with_all_replies_and_bringing_them_back(moderator: Client, comment: Comment) -> None:
    decide(moderator, comment, "hide_branch", reason="off-topic")
    assert not Comment.objects.visible().exists()
    assert_exact(comment.article)
    decide(moderator, comment, "restore", note="was a joke")
    assert Comment.objects.visible().count() == 3
    assert Decision.objects.filter(kind=Decision.Kind.RESTORE, note="was a joke").count() == 1
    assert_exact(comment.article)


def test_publishing_a_held_comment(moderator: Client, nadia: User, article: Article) -> None:
    article.edit(comment_policy=Article.CommentPolicy.HELD)
    held = say(nadia, article)
    decide(moderator, held, "approve")
    assert fresh(held).visible
    assert_exact(article)


@pytest.mark.parametrize("action", ["hide", "hide_branch"])
@pytest.mark.parametrize("reason", ["", "because", "ABUSE"])
def test_hiding_needs_a_reason_and_the_note_stays(
    moderator: Client, comment: Comment, action: str, reason: str
) -> None:
    answer = decide(moderator, comment, action, reason=reason, note="third time")
    assert answer.status_code == 422
    page = read(answer)
    assert "Choose the reason that readers will see." in page.text or "is not one of the available" in page.text
    assert page.one("textarea").text == "third time"
    assert fresh(comment).visible
    assert not Decision.objects.exists()


@pytest.mark.parametrize("action", ["", "delete", "erase", "hide; restore", "HIDE"])
def test_an_unknown_action_is_refused_with_a_word(moderator: Client, comment: Comment, action: str) -> None:
    answer = decide(moderator, comment, action, reason="abuse")
    assert answer.status_code == 422
    assert read(answer).all("ul", "errorlist")
    assert fresh(comment).visible
    assert not Decision.objects.exists()


def test_a_note_too_long_is_refused_with_a_word_and_stays(moderator: Client, comment: Comment) -> None:
    answer = decide(moderator, comment, "hide", reason="abuse", note="x" * 2_001)
    assert answer.status_code == 422
    page = read(answer)
    assert "at most 2000 characters" in page.text
    assert page.one("textarea").text == "x" * 2_001
    assert fresh(comment).visible


def test_the_same_decision_sent_twice_is_made_once(moderator: Client, comment: Comment) -> None:
    for _ in range(2):
        decide(moderator, comment, "hide_branch", reason="abuse")
    assert Decision.objects.count() == 1
    assert_exact(comment.article)


# What the page shows before


def test_only_what_can_be_done_is_offered(moderator: Client, nadia: User, article: Article, comment: Comment) -> None:
    reply = Comment.objects.latest("pk")
    assert buttons(page_of(moderator, comment)) == ["hide", "hide_branch"]
    assert buttons(page_of(moderator, reply)) == ["hide"]
    decide(moderator, comment, "hide", reason="abuse")
    assert buttons(page_of(moderator, comment)) == ["hide_branch", "restore"]
    decide(moderator, comment, "hide_branch", reason="abuse")
    assert buttons(page_of(moderator, comment)) == ["restore"]
    article.edit(comment_policy=Article.CommentPolicy.HELD)
    assert buttons(page_of(moderator, say(nadia, article))) == ["approve", "hide"]


def test_the_reach_is_told_beforehand_and_is_what_happens(
    moderator: Client, mo: User, nadia: User, article: Article
) -> None:
    people = [make_person(f"Person {number}") for number in range(22)]
    root = say(nadia, article)
    for number in range(40):
        say(people[number % 22], article, parent=root)
    hidden = say(people[0], article, parent=root)
    hidden.hide(mo, "spam")  # It is not seen already.
    assert "41 comments by 23 people" in page_of(moderator, root).text
    assert root.hide_branch(mo, "spam") == 41


def test_people_from_elsewhere_are_counted_by_their_names(moderator: Client, comment: Comment) -> None:
    for name in ("Old hand", "Old hand", "Newcomer"):
        Comment.objects.bring_in(Comment(name=name, text="!"), comment.article, parent=comment)
    assert "6 comments by 4 people" in page_of(moderator, comment).text


def test_one_person_is_said_in_the_singular(moderator: Client, nadia: User, article: Article) -> None:
    root = say(nadia, article)
    say(nadia, article, parent=root)
    assert "2 comments by 1 person" in page_of(moderator, root).text


def test_a_hidden_comment_can_be_read_here(moderator: Client, mo: User, comment: Comment) -> None:
    comment.hide_branch(mo, "abuse")
    reply = Comment.objects.latest("pk")
    assert "covered by a hidden branch above it" in page_of(moderator, reply).text
    page = page_of(moderator, comment)
    assert "You are all fools." in page.text
    assert "covered by" not in page.text


def test_reports_are_shown_without_who_reported(moderator: Client, tom: User, comment: Comment) -> None:
    Report.objects.create(comment=comment, reporter=tom, reason=Reason.ABUSE, text="He <b>insults</b> me.")
    text = page_of(moderator, comment).one("main").text
    assert "abusive: He <b>insults</b> me." in text
    assert "Tom" not in text


def test_the_log_names_who_did_what_and_why(moderator: Client, ada: User, comment: Comment) -> None:
    assert "None yet." in page_of(moderator, comment).text
    decide(moderator, comment, "hide_branch", reason="abuse", note="<i>third</i> time")
    comment.restore(ada)
    newest, oldest = page_of(moderator, comment).one("ul", "log").all("li")
    assert "Ada: restore (3 comments)" in newest.text
    assert "Mo: hide with all replies · abusive (3 comments) – <i>third</i> time" in oldest.text


def test_the_page_takes_as_many_queries_for_a_long_log_as_for_none(
    moderator: Client, mo: User, comment: Comment, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(10):
        comment.hide(mo, "abuse")
        comment.restore(mo)
    with django_assert_max_num_queries(12):
        moderator.get(address(comment))


def test_below_a_comment_hidden_alone_the_quarrel_can_be_hidden_too(
    client: Client, nadia: User, tom: User, mo: User, article: Article
) -> None:
    insult = say(nadia, article)
    reply = say(tom, article, parent=insult)
    insult.hide(mo, "abuse")
    client.force_login(mo)
    assert "id_reason" in client.get(f"/c/{insult.pk}/moderate/").text
    client.post(f"/c/{insult.pk}/moderate/", {"action": "hide_branch", "reason": "abuse"})
    reply.refresh_from_db()
    assert not reply.visible
