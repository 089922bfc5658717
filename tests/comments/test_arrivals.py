"""GET /live/12/comments?after=41: an open page asks which comments came since, and which are no longer shown."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.models import Article
from articles.views import NEWEST_CHANGES, OLDER_CHANGES
from comments import arrivals
from comments.models import Comment
from tests.comments.plant import plant
from tests.people import make_article, make_entry, say


def number_of(article: Article) -> int:
    return Article.objects.get(pk=article.pk).comment_change


def ask(client: Client, article: Article, after: int) -> dict[str, Any]:
    response = client.get(f"/live/{article.pk}/comments", {"after": after})
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


def came(answer: dict[str, Any]) -> list[int]:
    return [row[0] for row in answer["comments"]]


def test_who_is_up_to_date_learns_just_that(client: Client, nadia: User, article: Article) -> None:
    say(nadia, article)
    number = number_of(article)
    assert ask(client, article, number) == {"change": number, "comments": [], "gone": []}


def test_what_came_is_told_in_order_with_its_conversation_author_and_entry(
    client: Client, nadia: User, tom: User, article: Article
) -> None:
    entry = make_entry(article)
    old = say(nadia, article)
    seen = number_of(article)
    root = Comment.objects.post(article, "About it.", author=tom, entry=entry)
    reply = say(nadia, article, parent=old)
    imported = Comment.objects.bring_in(Comment(name="Elsewhere", text="Hello."), article)
    assert ask(client, article, seen) == {
        "change": seen + 3,
        "comments": [
            [root.pk, root.tree_id, tom.pk, True, entry.pk, False],
            [reply.pk, old.tree_id, nadia.pk, False, None, False],
            [imported.pk, imported.tree_id, None, True, None, False],
        ],
        "gone": [],
    }


def test_an_edited_one_says_so(client: Client, nadia: User, article: Article) -> None:
    comment = say(nadia, article)
    seen = number_of(article)
    comment.edit("I live elsewhere now.", nadia)
    assert ask(client, article, seen)["comments"] == [[comment.pk, comment.tree_id, nadia.pk, True, None, True]]


def test_of_what_is_not_shown_any_more_only_the_id_is_told(
    client: Client, nadia: User, mo: User, article: Article
) -> None:
    root = say(nadia, article)
    reply = say(nadia, article, parent=root)
    other = say(nadia, article)
    seen = number_of(article)
    root.hide_branch(mo, "abuse")
    other.withdraw()
    answer = ask(client, article, seen)
    assert (answer["comments"], sorted(answer["gone"])) == ([], [root.pk, reply.pk, other.pk])
    root.restore(mo)
    answer = ask(client, article, seen)
    assert (sorted(came(answer)), answer["gone"]) == ([root.pk, reply.pk], [other.pk])


def test_recommendations_tell_nothing(client: Client, nadia: User, tom: User, article: Article) -> None:
    comment = say(nadia, article)
    seen = number_of(article)
    comment.recommend(tom)
    assert ask(client, article, seen) == {"change": seen + 1, "comments": [], "gone": []}


def test_more_than_fit_are_told_in_parts_and_none_is_missed(
    client: Client, nadia: User, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "MOST_COMMENTS", 3)
    comments = [say(nadia, article) for _ in range(8)]
    found: list[int] = []
    after, more, parts = 0, True, 0
    while more:
        answer = ask(client, article, after)
        found += came(answer)
        after, more = answer["change"], answer.get("more", False)
        parts += 1
    assert found == [comment.pk for comment in comments]
    assert (after, parts) == (number_of(article), 3)


def test_what_one_change_did_is_never_cut(
    client: Client, nadia: User, mo: User, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "MOST_COMMENTS", 3)
    root, *_replies = plant(nadia, article, [0] * 7)
    seen = number_of(article)
    Comment.objects.get(pk=root.pk).hide_branch(mo, "spam")
    say(nadia, article)
    answer = ask(client, article, seen)
    assert (len(answer["gone"]), answer["change"], answer["more"]) == (8, seen + 1, True)
    assert len(came(ask(client, article, seen + 1))) == 1


def test_another_article_s_comments_are_not_told(client: Client, nadia: User, article: Article) -> None:
    say(nadia, make_article())
    assert ask(client, article, 0)["comments"] == []


def test_everybody_at_the_same_number_shares_one_answer(client: Client, nadia: User, article: Article) -> None:
    say(nadia, article)
    newest = client.get(f"/live/{article.pk}/comments", {"after": number_of(article)})
    older = client.get(f"/live/{article.pk}/comments", {"after": 0})
    assert (newest["Cache-Control"], older["Cache-Control"]) == (NEWEST_CHANGES, OLDER_CHANGES)


@pytest.mark.parametrize("after", ["", "x", "-1", "2", "9" * 30, "1.0"])
def test_a_number_that_no_page_gave_out_is_refused(client: Client, nadia: User, article: Article, after: str) -> None:
    say(nadia, article)
    assert client.get(f"/live/{article.pk}/comments", {"after": after}).status_code == 400


def test_a_draft_or_nothing_is_not_found(client: Client, article: Article) -> None:
    Article.objects.filter(pk=article.pk).update(state=Article.State.DRAFT)
    for pk in (article.pk, 0, 2**62):
        assert client.get(f"/live/{pk}/comments", {"after": 0}).status_code == 404


def test_it_takes_two_queries(
    client: Client, nadia: User, article: Article, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(20):
        say(nadia, article)
    with django_assert_num_queries(2):
        assert len(ask(client, article, 0)["comments"]) == 20
