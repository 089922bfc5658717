"""A reader takes a comment back; an account's comments are erased. What others answered stays."""

import uuid

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from accounts.models import User
from articles.models import Article
from comments.models import Comment, Decision, State
from tests.comments.exact import assert_exact
from tests.comments.pages import box, comments_path, read, standing
from tests.people import say


@pytest.fixture
def comment(nadia: User, article: Article) -> Comment:
    return Comment.objects.post(article, "Secretword", author=nadia, key=uuid.uuid4())


def fresh(comment: Comment) -> Comment:
    return Comment.objects.get(pk=comment.pk)


def erase(comment: Comment, by: User | None = None) -> int:
    return Comment.objects.filter(pk=comment.pk).erase(by)


# Withdrawn by its author


def test_the_author_withdraws_a_comment_on_its_private_page(reader: Client, comment: Comment) -> None:
    page = read(reader.get(f"/c/{comment.pk}/mine/"))
    assert "Secretword" in page.text
    assert page.one("button").text == "Withdraw it"
    assertRedirects(reader.post(f"/c/{comment.pk}/mine/"), f"/c/{comment.pk}/mine/")
    assert fresh(comment).state == State.WITHDRAWN
    page = read(reader.get(f"/c/{comment.pk}/mine/"))
    assert "You have withdrawn it." in page.text
    assert page.all("form") == []
    assert_exact(comment.article)


def test_a_comment_without_replies_is_gone(client: Client, article: Article, comment: Comment) -> None:
    comment.withdraw()
    assert standing(read(client.get(comments_path(article)))) == {}
    assert standing(read(client.get(article.get_absolute_url()))) == {}


@pytest.mark.parametrize(
    ("how", "notice"), [("withdraw", "Withdrawn by its author."), ("erase", "Its text has been erased.")]
)
def test_a_comment_with_replies_leaves_a_notice_in_its_place(
    client: Client, tom: User, article: Article, comment: Comment, how: str, notice: str
) -> None:
    reply = say(tom, article, "Still true.", parent=comment)
    comment.withdraw() if how == "withdraw" else erase(comment)
    page = read(client.get(comments_path(article)))
    assert standing(page) == {comment.pk: None, reply.pk: comment.pk}
    assert box(page, comment).text == f"1. {notice}"
    assert "Still true." in box(page, reply).text
    assert "Nadia" not in page.raw
    assert "Secretword" not in page.raw


def test_a_held_comment_can_be_withdrawn(reader: Client, nadia: User, article: Article) -> None:
    article.edit(comment_policy=Article.CommentPolicy.HELD)
    held = say(nadia, article)
    reader.post(f"/c/{held.pk}/mine/")
    assert fresh(held).state == State.WITHDRAWN
    assert_exact(article)


def test_a_hidden_comment_stays_hidden_and_its_author_reads_why(reader: Client, mo: User, comment: Comment) -> None:
    comment.hide(mo, "off-topic")
    page = read(reader.get(f"/c/{comment.pk}/mine/"))
    assert "A moderator has hidden it. Reason: off topic." in page.text
    assert page.all("form") == []
    reader.post(f"/c/{comment.pk}/mine/")
    assert fresh(comment).state == State.HIDDEN


def test_no_moderator_brings_a_withdrawn_comment_back(mo: User, comment: Comment) -> None:
    comment.withdraw()
    assert comment.restore(mo) == 0
    assert comment.approve(mo) == 0
    assert comment.hide(mo, "abuse") == 0
    assert fresh(comment).state == State.WITHDRAWN
    assert not Decision.objects.exists()
    assert_exact(comment.article)


def test_withdrawing_again_changes_nothing(comment: Comment) -> None:
    assert comment.withdraw() == 1
    assert comment.withdraw() == 0
    assert_exact(comment.article)


def test_nobody_else_sees_or_withdraws_it(client: Client, tom: User, mo: User, ada: User, comment: Comment) -> None:
    for person in (tom, mo, ada):
        client.force_login(person)
        assert client.get(f"/c/{comment.pk}/mine/").status_code == 404
        assert client.post(f"/c/{comment.pk}/mine/").status_code == 404
    assert fresh(comment).visible


def test_a_visitor_is_asked_to_sign_in(client: Client, comment: Comment) -> None:
    for answer in (client.get(f"/c/{comment.pk}/mine/"), client.post(f"/c/{comment.pk}/mine/")):
        assertRedirects(answer, f"/accounts/login/?next=/c/{comment.pk}/mine/")
    assert fresh(comment).visible


def test_a_link_alone_withdraws_nothing(reader: Client, comment: Comment) -> None:
    reader.get(f"/c/{comment.pk}/mine/")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(comment.author)
    assert strict.post(f"/c/{comment.pk}/mine/").status_code == 403
    assert fresh(comment).visible


def test_the_private_page_is_never_kept_by_a_cache(reader: Client, comment: Comment) -> None:
    assert "no-store" in reader.get(f"/c/{comment.pk}/mine/")["Cache-Control"]


def test_the_private_page_leads_to_the_comment_in_its_place(reader: Client, comment: Comment) -> None:
    assertContains(reader.get(f"/c/{comment.pk}/mine/"), f'href="/c/{comment.pk}/#c{comment.pk}"')


# Erased


def test_erasing_leaves_nothing_of_the_author(comment: Comment) -> None:
    assert erase(comment) == 1
    kept = fresh(comment)
    assert (kept.text, kept.html, kept.name, kept.author, kept.key) == ("", "", "", None, None)
    assert kept.state == State.ERASED
    assert_exact(comment.article)


def test_the_answers_of_others_stay(tom: User, article: Article, comment: Comment) -> None:
    reply = say(tom, article, "Still true.", parent=comment)
    erase(comment)
    kept = fresh(reply)
    assert (kept.text, kept.author, kept.visible, kept.parent_id) == ("Still true.", tom, True, comment.pk)
    assert_exact(article)


def test_all_comments_of_an_account_are_erased_at_once(nadia: User, tom: User, article: Article) -> None:
    root = say(nadia, article)
    say(nadia, article, parent=say(tom, article, parent=root))
    assert nadia.comments.erase() == 2
    assert list(Comment.objects.visible().values_list("name", flat=True)) == ["Tom"]
    assert_exact(article)


@pytest.mark.parametrize("before", ["hide", "hide_branch", "withdraw", "held"])
def test_what_nobody_saw_any_more_is_erased_too(nadia: User, mo: User, article: Article, before: str) -> None:
    if before == "held":
        article.edit(comment_policy=Article.CommentPolicy.HELD)
    comment = say(nadia, article, "Secretword")
    if before.startswith("hide"):
        getattr(comment, before)(mo, "abuse")
    elif before == "withdraw":
        comment.withdraw()
    erase(comment)
    assert (fresh(comment).state, fresh(comment).text) == (State.ERASED, "")
    assert_exact(article)


def test_a_moderator_who_erases_is_in_the_log(mo: User, comment: Comment) -> None:
    Comment.objects.filter(pk=comment.pk).erase(mo, "asked by letter")
    decision = Decision.objects.get()
    assert (decision.kind, decision.moderator, decision.note) == (Decision.Kind.ERASE, mo, "asked by letter")
    assert (decision.was, decision.reach) == (State.PUBLISHED, 1)


def test_erasing_again_changes_nothing(mo: User, comment: Comment) -> None:
    erase(comment, mo)
    assert erase(comment, mo) == 0
    assert Decision.objects.count() == 1
    assert_exact(comment.article)


@pytest.mark.parametrize("action", ["hide", "hide_branch"])
def test_undoing_a_hide_brings_no_erased_text_back(mo: User, comment: Comment, action: str) -> None:
    getattr(comment, action)(mo, "abuse")
    erase(comment)
    assert comment.restore(mo) == 0
    kept = fresh(comment)
    assert (kept.state, kept.text, kept.name, kept.hides) == (State.ERASED, "", "", 0)
    assert_exact(comment.article)


def test_what_is_erased_is_not_hidden_or_published(mo: User, comment: Comment) -> None:
    erase(comment)
    assert [comment.hide(mo, "abuse"), comment.approve(mo), comment.restore(mo), comment.withdraw()] == [0, 0, 0, 0]
    assert fresh(comment).state == State.ERASED
    assert not Decision.objects.exists()


def test_its_author_no_longer_finds_it(reader: Client, comment: Comment) -> None:
    erase(comment)
    assert reader.get(f"/c/{comment.pk}/mine/").status_code == 404
