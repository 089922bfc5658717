"""For ten minutes an author corrects a comment; then it stays what others have answered."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertRedirects

from accounts.models import User
from articles.models import Article, NotAllowed
from comments.limits import MOST_EDITS
from comments.models import Comment, Revision, State
from tests.comments.exact import assert_exact
from tests.comments.pages import box, fields, read, send
from tests.people import say

pytestmark = pytest.mark.django_db


@pytest.fixture
def comment(nadia: User, article: Article) -> Comment:
    return say(nadia, article, "The bridge is opne.")


def edit_path(comment: Comment) -> str:
    return f"/c/{comment.pk}/edit/"


def fresh(comment: Comment) -> Comment:
    return Comment.objects.get(pk=comment.pk)


def make_older(comment: Comment, age: timedelta) -> None:
    Comment.objects.filter(pk=comment.pk).update(created_at=timezone.now() - age)


def test_the_author_finds_the_text_in_the_form_and_saves_another(reader: Client, comment: Comment) -> None:
    assert fields(read(reader.get(edit_path(comment))))["text"] == "The bridge is opne."
    assertRedirects(send(reader, edit_path(comment), "The bridge is *open*."), comment.get_absolute_url())
    now = fresh(comment)
    assert (now.text, now.html.strip()) == ("The bridge is *open*.", "<p>The bridge is <em>open</em>.</p>")
    assert now.edited_at is not None
    assert now.created_at == comment.created_at


def test_it_keeps_its_place_and_every_page_has_another_name(reader: Client, tom: User, comment: Comment) -> None:
    reply = say(tom, comment.article, "Thank you.", parent=comment)
    before = fresh(comment).article.version
    send(reader, edit_path(comment), "The bridge is open.")
    assert fresh(comment).article.version != before
    assert fresh(reply).parent_id == comment.pk
    assert fresh(comment).change == fresh(comment).article.comment_change
    assert_exact(comment.article)


def test_it_is_told_when_it_can_be_edited_on_one_s_own_page(reader: Client, comment: Comment) -> None:
    assert read(reader.get(f"/c/{comment.pk}/mine/")).links("Edit it") == [edit_path(comment)]
    make_older(comment, timedelta(minutes=11))
    assert read(reader.get(f"/c/{comment.pk}/mine/")).links("Edit it") == []


def test_what_it_said_before_is_read_by_moderators_alone(
    reader: Client, comment: Comment, mo: User, article: Article
) -> None:
    send(reader, edit_path(comment), "The bridge is closed.")
    send(reader, edit_path(comment), "The bridge is open.")
    texts = list(Revision.objects.filter(comment=comment).values_list("text", flat=True))
    assert texts == ["The bridge is closed.", "The bridge is opne."]
    moderator = Client()
    moderator.force_login(mo)
    assert "opne" in moderator.get(f"/c/{comment.pk}/moderate/").text
    for path in (article.get_absolute_url(), comment.get_absolute_url(), f"/c/{comment.pk}/mine/"):
        assert "opne" not in reader.get(path).text


def test_the_same_text_is_no_edit(reader: Client, comment: Comment) -> None:
    send(reader, edit_path(comment), "The bridge is opne.\r\n")
    assert fresh(comment).edited_at is None
    assert not Revision.objects.exists()


def test_on_an_article_whose_comments_are_held_first_it_waits_for_a_look_again(
    reader: Client, comment: Comment, article: Article
) -> None:
    article.edit(comment_policy=Article.CommentPolicy.HELD)
    assertRedirects(send(reader, edit_path(comment), "Buy my watches."), f"/c/{comment.pk}/mine/")
    assert fresh(comment).state == State.HELD
    assert "watches" not in Client().get(article.get_absolute_url()).text
    assert_exact(article)


def test_a_held_comment_can_be_edited_and_stays_held(reader: Client, nadia: User, article: Article) -> None:
    article.edit(comment_policy=Article.CommentPolicy.HELD)
    held = say(nadia, article, "The bridge is opne.")
    send(reader, edit_path(held), "The bridge is open.")
    assert (fresh(held).state, fresh(held).text) == (State.HELD, "The bridge is open.")
    assert_exact(article)


# Refused


def test_after_ten_minutes_it_is_refused_and_the_new_text_comes_back(reader: Client, comment: Comment) -> None:
    form = fields(read(reader.get(edit_path(comment))))
    make_older(comment, timedelta(minutes=10, seconds=1))
    answer = reader.post(edit_path(comment), form | {"text": "The bridge is open."})
    assert answer.status_code == 409
    page = read(answer)
    assert "A comment can be edited for 10 minutes. Copy your text and send it as a reply." in page.text
    assert fields(page)["text"] == "The bridge is open."
    assert fresh(comment).text == "The bridge is opne."


def test_whoever_opens_the_form_too_late_is_told_before_typing(reader: Client, comment: Comment) -> None:
    make_older(comment, timedelta(minutes=11))
    assert "A comment can be edited for 10 minutes." in read(reader.get(edit_path(comment))).text


@pytest.mark.parametrize("how", ["hidden", "in a hidden branch", "withdrawn"])
def test_what_is_not_shown_any_more_is_not_edited(
    reader: Client, nadia: User, tom: User, mo: User, article: Article, how: str
) -> None:
    root = say(tom, article)
    comment = say(nadia, article, "The bridge is opne.", parent=root)
    if how == "hidden":
        comment.hide(mo, "abuse")
    elif how == "withdrawn":
        comment.withdraw()
    else:
        root.hide_branch(mo, "abuse")
    answer = reader.post(edit_path(comment), {"text": "The bridge is open."})
    assert answer.status_code == 409
    assert "no longer shown" in answer.text
    assert fresh(comment).text == "The bridge is opne."
    assert_exact(article)


def test_nor_where_comments_are_closed(reader: Client, comment: Comment, article: Article) -> None:
    article.edit(comment_policy=Article.CommentPolicy.CLOSED)
    answer = reader.post(edit_path(comment), {"text": "The bridge is open."})
    assert (answer.status_code, fresh(comment).edited_at) == (409, None)
    assert "The bridge is open." in answer.text


@pytest.mark.parametrize("text", ["", "ok", "x" * 5_001])
def test_the_limits_of_a_new_comment_hold(reader: Client, comment: Comment, text: str) -> None:
    answer = reader.post(edit_path(comment), {"text": text})
    assert answer.status_code == 422
    assert fields(read(answer))["text"] == text


def test_nobody_else_edits_it(client: Client, tom: User, mo: User, ada: User, comment: Comment) -> None:
    assert client.post(edit_path(comment), {"text": "The bridge is open."}).status_code == 302
    for person in (tom, mo, ada):
        client.force_login(person)
        assert client.get(edit_path(comment)).status_code == 404
        assert client.post(edit_path(comment), {"text": "The bridge is open."}).status_code == 404
        with pytest.raises(NotAllowed):
            comment.edit("The bridge is open.", person)
    assert fresh(comment).text == "The bridge is opne."


def test_readers_see_that_it_was_edited(reader: Client, comment: Comment) -> None:
    assert "edited" not in box(read(reader.get(comment.get_absolute_url())), comment).text
    send(reader, edit_path(comment), "The bridge is open.")
    assert "edited" in box(read(reader.get(comment.get_absolute_url())), comment).text


def test_edits_are_limited_like_comments(reader: Client, comment: Comment, settings: Any) -> None:
    settings.LIMIT_READERS = True
    assert reader.post(edit_path(comment), {"text": "The bridge is open."}).status_code == 302
    answer = reader.post(edit_path(comment), {"text": "The bridge is closed."})
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 10
    assert fields(read(answer))["text"] == "The bridge is closed."
    Revision.objects.update(created_at=timezone.now() - timedelta(seconds=11))
    for number in range(MOST_EDITS - 1):
        assert reader.post(edit_path(comment), {"text": f"Now it is number {number}."}).status_code == 302
        Revision.objects.update(created_at=timezone.now() - timedelta(seconds=11))
    answer = reader.post(edit_path(comment), {"text": "Once more, then."})
    assert answer.status_code == 409
    assert "A comment can be edited 10 times." in answer.text


def test_what_the_editors_picked_is_no_pick_with_other_words(reader: Client, comment: Comment, edith: User) -> None:
    comment.pick(edith)
    send(reader, edit_path(comment), "Buy my watches.")
    assert fresh(comment).picked_at is None
