"""Beside a name stands who of the newsroom it is, and what the editors picked; and what may be done with a comment."""

import pytest
from django.test import Client

from accounts.models import User
from articles.models import Article
from comments.models import Comment
from tests.comments.pages import box, comments_path, read
from tests.people import make_entry, say


def test_the_newsroom_has_a_badge_and_readers_have_none(
    client: Client, nadia: User, mo: User, article: Article
) -> None:
    reader, moderator = say(nadia, article), say(mo, article)
    page = read(client.get(comments_path(article)))
    assert box(page, moderator).one("span", "badge").text == "Newsroom"
    assert box(page, reader).all("span", "badge") == []


def test_who_reports_here_says_so(client: Client, carla: User, article: Article) -> None:
    make_entry(article)
    comment = say(carla, article)
    Comment.objects.filter(pk=comment.pk).update(badge="byline")
    assert box(read(client.get(comments_path(article))), comment).one("span", "badge").text == "Reports here"


def test_an_editors_pick_is_marked_wherever_it_stands(
    client: Client, nadia: User, edith: User, article: Article
) -> None:
    comment = say(nadia, article, parent=say(nadia, article))
    comment.pick(edith)
    for path in (comments_path(article), article.get_absolute_url(), f"/c/{comment.pk}/"):
        assert box(read(client.get(path)), comment).one("span", "pick").text == "Editors’ pick"
    comment.unpick(edith)
    assert box(read(client.get(comments_path(article))), comment).all("span", "pick") == []


def test_an_edited_comment_says_so(client: Client, nadia: User, article: Article) -> None:
    comment = say(nadia, article)
    assert "edited" not in box(read(client.get(comments_path(article))), comment).text
    comment.edit("I live elsewhere.", nadia)
    assert box(read(client.get(comments_path(article))), comment).one("span", "edited").text == "edited"


def test_a_name_leads_to_its_person_unless_it_came_from_elsewhere(
    client: Client, nadia: User, article: Article
) -> None:
    own = say(nadia, article)
    imported = Comment.objects.bring_in(Comment(name="Elsewhere", text="Hello."), article)
    page = read(client.get(comments_path(article)))
    assert box(page, own).links("Nadia") == [f"/people/{nadia.pk}/"]
    assert box(page, imported).links("Elsewhere") == []
    assert "Elsewhere" in box(page, imported).text


def test_a_comment_offers_what_may_be_done_with_it(client: Client, nadia: User, tom: User, article: Article) -> None:
    comment = say(nadia, article)
    actions = box(read(client.get(comments_path(article))), comment).one("p", "actions")
    assert actions.text == "♥ Recommend Reply Report Follow"
    assert actions.links() == [f"/c/{comment.pk}/{name}/" for name in ("recommend", "reply", "report", "follow")]
    comment.recommend(tom)
    actions = box(read(client.get(comments_path(article))), comment).one("p", "actions")
    assert actions.text == "♥ 1 Reply Report Follow"
    assert actions.all("a")[0]["aria-label"] == "Recommend, 1"


def test_what_is_not_shown_offers_nothing_and_names_nobody(
    client: Client, nadia: User, mo: User, article: Article
) -> None:
    comment = say(mo, article)
    say(nadia, article, parent=comment)
    comment.pick(mo)
    comment.hide(mo, "spam")
    hidden = box(read(client.get(comments_path(article))), comment)
    assert hidden.all("p", "actions") == hidden.all("span") == []
    assert hidden.links() == [f"/c/{comment.pk}/"]


@pytest.mark.parametrize("replies", [1, 2])
def test_a_branch_says_how_many_replies_it_folds(
    client: Client, nadia: User, mo: User, article: Article, replies: int
) -> None:
    root = say(nadia, article)
    for _ in range(replies + 1):
        last = say(nadia, article, parent=root)
    last.hide(mo, "spam")
    page = read(client.get(comments_path(article)))
    (fold,) = page.all("input", "fold")
    (label,) = [label for label in page.all("label") if label["for"] == fold["id"]]
    assert fold["id"] == f"f{root.pk}"
    assert label.text == ("1 reply" if replies == 1 else "2 replies")
    assert fold["aria-label"] == f"Fold {label.text}"
