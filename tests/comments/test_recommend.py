"""A reader finds a comment worth reading and says so: once, and takes it back by the same button."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertRedirects

from accounts.models import User
from articles.models import Article, NotAllowed
from comments.models import Comment, Recommendation, wilson_score
from tests.comments.exact import assert_exact
from tests.comments.pages import fields, read
from tests.people import make_person, say

pytestmark = pytest.mark.django_db

JSON = {"accept": "application/json"}


@pytest.fixture
def comment(tom: User, article: Article) -> Comment:
    return say(tom, article)


def path(comment: Comment) -> str:
    return f"/c/{comment.pk}/recommend/"


def recommends(comment: Comment) -> int:
    return Comment.objects.get(pk=comment.pk).recommends


def test_one_button_recommends_and_takes_it_back(reader: Client, comment: Comment) -> None:
    for button, after in (("Recommend it", 1), ("Take my recommendation back", 0), ("Recommend it", 1)):
        page = read(reader.get(path(comment)))
        assert button in page.one("button").text
        answer = reader.post(path(comment), fields(page))
        assertRedirects(answer, f"/c/{comment.pk}/#c{comment.pk}")
        assert recommends(comment) == after
    assert_exact(comment.article)


def test_a_script_is_told_the_number(reader: Client, comment: Comment) -> None:
    assert reader.post(path(comment), {"on": "1"}, headers=JSON).json() == {"recommends": 1, "on": True}
    assert reader.post(path(comment), {"on": "0"}, headers=JSON).json() == {"recommends": 0, "on": False}


def test_each_reader_counts_once_however_often(comment: Comment, nadia: User, carla: User) -> None:
    for person in (nadia, nadia, carla, nadia):
        comment.recommend(person)
    assert recommends(comment) == Recommendation.objects.count() == 2
    for _ in range(2):
        comment.unrecommend(nadia)
    assert recommends(comment) == 1


def test_best_sorts_conversations_by_the_lower_bound_of_the_share_who_like_them(
    client: Client, tom: User, nadia: User, article: Article, comment: Comment
) -> None:
    other = say(tom, article, "Another conversation.")
    for number in range(3):
        comment.recommend(make_person(f"Reader {number}"))
    other.recommend(nadia)
    assert [Comment.objects.get(pk=c.pk).score for c in (comment, other)] == pytest.approx(
        [wilson_score(3), wilson_score(1)]
    )
    best = list(Comment.objects.filter(parent=None).order_by("-score"))
    assert best == [comment, other]


def test_a_reply_has_a_number_and_no_rank(tom: User, nadia: User, comment: Comment) -> None:
    reply = say(tom, comment.article, parent=comment)
    reply.recommend(nadia)
    found = Comment.objects.get(pk=reply.pk)
    assert (found.recommends, found.score) == (1, 0)


def test_every_page_that_shows_it_has_another_name(nadia: User, comment: Comment) -> None:
    before = Article.objects.get().version
    comment.recommend(nadia)
    assert Article.objects.get().version != before


def test_it_takes_few_queries(
    reader: Client, comment: Comment, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(16):
        reader.post(path(comment), {"on": "1"}, headers=JSON)


# Refused


def test_not_one_s_own(client: Client, tom: User, comment: Comment) -> None:
    client.force_login(tom)
    assert read(client.get(path(comment))).all("form") == []
    answer = client.post(path(comment), {"on": "1"})
    assert answer.status_code == 409
    assert "This is your own comment: others recommend it." in answer.text
    assert client.post(path(comment), {"on": "1"}, headers=JSON).json()["error"]
    assert recommends(comment) == 0


def test_not_what_is_hidden(reader: Client, nadia: User, mo: User, comment: Comment) -> None:
    comment.hide(mo, "abuse")
    assert reader.post(path(comment), {"on": "1"}).status_code == 409
    with pytest.raises(NotAllowed):
        comment.recommend(nadia)
    assert recommends(comment) == 0


def test_a_stranger_signs_in_first(client: Client, comment: Comment) -> None:
    answer = client.post(path(comment), {"on": "1"})
    assert answer.status_code == 302
    assert answer.url.endswith(f"?next=/c/{comment.pk}/recommend/")
    assert client.post(path(comment), {"on": "1"}, headers=JSON).status_code == 401
    assert recommends(comment) == 0


def test_there_are_no_votes_against(reader: Client, comment: Comment) -> None:
    for on in ("-1", "2", "", "x"):
        reader.post(path(comment), {"on": on}, headers=JSON)
    assert recommends(comment) == 1
    reader.post(path(comment), {"on": "0"}, headers=JSON)
    reader.post(path(comment), {"on": "0"}, headers=JSON)
    assert recommends(comment) == 0
