"""Moderators work through many comments in the admin. Nothing is added, rewritten or deleted there."""

from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from articles.models import Article
from comments.models import Comment, Decision, Report, State
from tests.comments.exact import assert_exact, rows
from tests.comments.plant import assert_planted, plant
from tests.people import say

LIST = "/admin/comments/comment/"
MODELS = ["comment", "decision", "report"]
NO_REASON = "Choose the reason that readers will see, then try again."


@pytest.fixture
def moderator(client: Client, mo: User) -> Client:
    client.force_login(mo)
    return client


@pytest.fixture
def comments(nadia: User, article: Article) -> list[Comment]:
    """Two conversations of three."""
    found = []
    for _ in range(2):
        found.append(say(nadia, article))
        for _ in range(2):
            found.append(say(nadia, article, parent=found[-1]))
    return found


def act(client: Client, action: str, comments: list[Comment], query: str = "", **sent: str) -> Any:
    chosen = [comment.pk for comment in comments]
    return client.post(
        LIST + query, {"action": action, "index": "0", ACTION_CHECKBOX_NAME: chosen, **sent}, follow=True
    )


# In bulk


def test_chosen_comments_are_hidden_with_reason_and_note(
    moderator: Client, article: Article, comments: list[Comment]
) -> None:
    answer = act(moderator, "hide", comments[1:4], reason="spam", note="the pill wave")
    assertContains(answer, "3 comments changed.")
    assert set(Decision.objects.values_list("reason", "note", "comment")) == {
        ("spam", "the pill wave", comment.pk) for comment in comments[1:4]
    }
    assert Comment.objects.visible().count() == 3
    assert_exact(article)


def test_chosen_comments_come_back(moderator: Client, article: Article, comments: list[Comment]) -> None:
    before = rows(article)
    act(moderator, "hide", comments[:2], reason="spam")
    act(moderator, "hide_branch", comments[:1], reason="abuse")
    assertContains(act(moderator, "restore", comments, note="too hasty"), "3 comments changed.")
    assert rows(article) == before
    assert Decision.objects.filter(note="too hasty").count() == 3
    assert_exact(article)


def test_chosen_comments_are_hidden_with_all_replies(
    moderator: Client, article: Article, comments: list[Comment]
) -> None:
    answer = act(moderator, "hide_branch", [comments[0], comments[2]], reason="off-topic")
    assertContains(answer, "3 comments changed.")
    assert list(Comment.objects.visible()) == comments[3:]
    assert Decision.objects.count() == 1  # The one chosen lies in the other's branch.
    assert_exact(article)


def test_chosen_held_comments_are_published(moderator: Client, nadia: User, article: Article) -> None:
    article.edit(comment_policy=Article.CommentPolicy.HELD)
    held = [say(nadia, article) for _ in range(2)]
    assertContains(act(moderator, "approve", held[:1]), "1 comment changed.")
    assert [Comment.objects.get(pk=comment.pk).visible for comment in held] == [True, False]
    assert_exact(article)


@pytest.mark.parametrize("action", ["hide", "hide_branch"])
@pytest.mark.parametrize("reason", ["", "because"])
def test_without_a_reason_nothing_happens_and_the_moderator_is_told(
    moderator: Client, article: Article, comments: list[Comment], action: str, reason: str
) -> None:
    answer = act(moderator, action, comments, reason=reason)
    assert answer.status_code == 200
    assert Comment.objects.visible().count() == 6
    assert not Decision.objects.exists()
    assertNotContains(answer, "changed.")
    if not reason:
        assertContains(answer, NO_REASON)


def test_every_comment_that_matches_is_hidden_not_only_those_of_this_page(
    moderator: Client, nadia: User, tom: User, article: Article
) -> None:
    plant(nadia, article, [0] * 119)
    plant(tom, article, [0] * 9)
    assert_planted(article)
    query = "?q=Nadia&state__exact=published"
    first_page = list(Comment.objects.filter(name="Nadia").order_by("-id")[:50])
    answer = act(moderator, "hide", first_page, query, select_across="1", reason="spam")
    assertContains(answer, "120 comments changed.")
    assert set(Comment.objects.visible().values_list("name", flat=True)) == {"Tom"}
    assert_exact(article)
    hidden = "?hidden_for__exact=spam"
    assertContains(act(moderator, "restore", first_page[:1], hidden, select_across="1"), "120 comments changed.")
    assert_exact(article)
    assertContains(act(moderator, "hide_branch", first_page[:1], query, select_across="1", reason="spam"), "120 comm")
    assert_exact(article)


def test_without_asking_for_all_only_the_chosen_are_hidden(
    moderator: Client, article: Article, comments: list[Comment]
) -> None:
    act(moderator, "hide", comments[:1], select_across="0", reason="spam")
    assert Comment.objects.visible().count() == 5


def test_nothing_chosen_hides_nothing(moderator: Client, comments: list[Comment]) -> None:
    answer = act(moderator, "hide", [], reason="spam")
    assertContains(answer, "Items must be selected")
    assert Comment.objects.visible().count() == 6


# Nothing else


@pytest.mark.parametrize("person", ["mo", "ada"])
@pytest.mark.parametrize("model", MODELS)
def test_nobody_adds_changes_or_deletes_anything(
    client: Client, comments: list[Comment], request: pytest.FixtureRequest, mo: User, model: str, person: str
) -> None:
    client.force_login(request.getfixturevalue(person))
    comments[0].hide(mo, "abuse")
    Report.objects.create(comment=comments[0], reason="abuse")
    before = rows(comments[0].article)
    pk = {"comment": comments[0].pk, "decision": Decision.objects.get().pk, "report": Report.objects.get().pk}[model]
    sent = {"text": "Other words.", "state": "published", "reason": "spam", "name": "Other"}
    assert client.get(f"/admin/comments/{model}/{pk}/change/").status_code == 200
    for path in (f"{pk}/change/", f"{pk}/delete/", "add/"):
        assert client.post(f"/admin/comments/{model}/{path}", sent | {"post": "yes"}).status_code == 403
    for path in (f"{pk}/delete/", "add/"):
        assert client.get(f"/admin/comments/{model}/{path}").status_code == 403
    deletion = {"action": "delete_selected", ACTION_CHECKBOX_NAME: [pk], "post": "yes"}
    client.post(f"/admin/comments/{model}/", deletion)
    assert rows(comments[0].article) == before
    assert (Decision.objects.count(), Report.objects.count()) == (1, 1)


def test_deletion_is_not_offered(moderator: Client, comments: list[Comment]) -> None:
    page = moderator.get(LIST)
    offered = {value for value, _label in page.context["action_form"].fields["action"].choices if value}
    assert offered == {"hide", "hide_branch", "restore", "approve"}
    assertNotContains(page, "delete_selected")


def test_not_even_a_superuser_deletes(admin_client: Client, comments: list[Comment]) -> None:
    act(admin_client, "delete_selected", comments, post="yes")
    assert admin_client.post(f"{LIST}{comments[-1].pk}/delete/", {"post": "yes"}).status_code == 403
    assert Comment.objects.count() == 6


# Who may


def test_readers_and_visitors_are_sent_to_the_sign_in(client: Client, nadia: User, comments: list[Comment]) -> None:
    for model in MODELS:
        assert "/login/" in client.get(f"/admin/comments/{model}/")["Location"]
    client.force_login(nadia)
    for model in MODELS:
        assert "/login/" in client.get(f"/admin/comments/{model}/")["Location"]
    act(client, "hide", comments, reason="spam")
    assert Comment.objects.visible().count() == 6


def test_correspondents_have_no_access(client: Client, carla: User, comments: list[Comment]) -> None:
    client.force_login(carla)
    for model in MODELS:
        assert client.get(f"/admin/comments/{model}/").status_code == 403
    assert act(client, "hide", comments, reason="spam").status_code == 403
    assert Comment.objects.visible().count() == 6


@pytest.mark.parametrize("action", ["hide", "hide_branch", "restore", "approve"])
def test_editors_look_and_decide_nothing(
    client: Client, edith: User, mo: User, article: Article, comments: list[Comment], action: str
) -> None:
    comments[0].hide(mo, "abuse")
    Comment.objects.bring_in(Comment(name="Tom", text="!", state=State.HELD), article)
    before = rows(article)
    client.force_login(edith)
    assert client.get(LIST).status_code == 200
    act(client, action, list(Comment.objects.all()), reason="spam")
    assert rows(article) == before
    assert Decision.objects.count() == 1


# The lists


@pytest.mark.parametrize("size", [3, 130])
def test_the_list_takes_as_many_queries_for_hundreds_as_for_three(
    moderator: Client, nadia: User, article: Article, django_assert_max_num_queries: DjangoAssertNumQueries, size: int
) -> None:
    for comment in plant(nadia, article, [0] * (size - 1))[:40]:
        Report.objects.create(comment=comment, reason="spam")
    with django_assert_max_num_queries(11):
        assertContains(moderator.get(LIST), "I live there.")


@pytest.mark.parametrize("model", MODELS)
def test_hostile_texts_and_names_are_shown_as_they_were_typed(
    moderator: Client, mo: User, article: Article, model: str
) -> None:
    hostile = "<script>alert(1)</script>"
    comment = Comment.objects.bring_in(Comment(name=f"{hostile}'", text=f'{hostile}"'), article)
    comment.hide(mo, "abuse", hostile)
    Report.objects.create(comment=comment, reason="abuse", text=hostile)
    pk = {"comment": comment, "decision": Decision.objects.get(), "report": Report.objects.get()}[model].pk
    for page in (moderator.get(f"/admin/comments/{model}/"), moderator.get(f"/admin/comments/{model}/{pk}/change/")):
        assertNotContains(page, hostile)
        assertContains(page, "&lt;script&gt;alert(1)")


def test_comments_are_found_by_words_names_states_and_topics(
    moderator: Client, tom: User, mo: User, article: Article, comments: list[Comment]
) -> None:
    found = say(tom, article, "Where is the ferry?")
    found.hide(mo, "off-topic")
    for query in ("q=ferry", "q=Tom", "state__exact=hidden", "visible__exact=0", "hidden_for__exact=off-topic"):
        assert list(moderator.get(f"{LIST}?{query}").context["cl"].result_list) == [found]
    assert len(moderator.get(f"{LIST}?article__topic__id__exact={article.topic_id}").context["cl"].result_list) == 7
    assert list(moderator.get(f"{LIST}?q=no-such-word").context["cl"].result_list) == []


def test_each_row_leads_to_the_decision_on_the_site(moderator: Client, comments: list[Comment]) -> None:
    page = moderator.get(LIST)
    for comment in comments:
        assertContains(page, f'href="{reverse("comment-moderate", args=[comment.pk])}"')


def test_an_erased_comment_can_still_be_told_from_others(moderator: Client, comments: list[Comment]) -> None:
    Comment.objects.filter(pk=comments[0].pk).erase()
    assertContains(moderator.get(LIST), f'/change/">{escape(State.ERASED.label)}</a>')


def test_an_administrator_erases_for_good_and_must_say_why(
    client: Client, ada: User, article: Article, comments: list[Comment]
) -> None:
    client.force_login(ada)
    assertContains(act(client, "erase", comments[:2]), "Erasing cannot be undone.")
    assert not Comment.objects.filter(text="").exists()
    act(client, "erase", comments[:2], note="Court order 12")
    assert list(Comment.objects.filter(text="", name="", author=None).values_list("state", flat=True)) == ["erased"] * 2
    assert set(Decision.objects.values_list("kind", "note")) == {("erase", "Court order 12")}
    assert_exact(article)


def test_a_moderator_cannot_erase(moderator: Client, comments: list[Comment]) -> None:
    act(moderator, "erase", comments[:2], note="Court order 12")
    assert not Comment.objects.filter(text="").exists()
