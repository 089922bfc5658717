"""A reader answers a comment. The answer stands below it, or beside it where the conversation is at its deepest."""

import pytest
from django.test import Client
from pytest_django.asserts import assertRedirects

from accounts.models import User
from articles.models import Article, NotAllowed
from comments.models import MAX_LEVEL, Comment, State
from tests.comments.exact import assert_exact
from tests.comments.pages import box, comments_path, fields, read, send, standing
from tests.people import make_article, make_entry, say


@pytest.fixture
def root(tom: User, article: Article) -> Comment:
    return say(tom, article, "Is the bridge open?")


@pytest.fixture
def deepest(tom: User, root: Comment, article: Article) -> Comment:
    comment = root
    for _ in range(MAX_LEVEL):
        comment = say(tom, article, parent=comment)
    return comment


def fresh(comment: Comment) -> Comment:
    return Comment.objects.get(pk=comment.pk)


def bring_in(article: Article, parent: Comment, state: State = State.PUBLISHED) -> Comment:
    return Comment.objects.bring_in(Comment(name="Old hand", text="I was there.", state=state), article, parent=parent)


def test_a_reader_answers_a_comment_that_the_form_shows(reader: Client, nadia: User, root: Comment) -> None:
    form = read(reader.get(f"/c/{root.pk}/reply/"))
    assert form.one("h1").text == "Reply to Tom"
    assert "Is the bridge open?" in form.one("blockquote", "quoted").text
    answer = send(reader, f"/c/{root.pk}/reply/", "Since noon.")
    reply = Comment.objects.get(author=nadia)
    assertRedirects(answer, f"/c/{reply.pk}/")
    assert (reply.parent, reply.tree_id, reply.level, reply.number) == (root, root.tree_id, 1, None)
    page = read(reader.get(answer.url))
    assert standing(page) == {root.pk: None, reply.pk: root.pk}
    assert box(page, reply).one("span", "answers").text == "to Tom"


def test_replies_nest_and_siblings_stand_in_the_order_they_came(
    client: Client, nadia: User, tom: User, article: Article, root: Comment
) -> None:
    first = say(nadia, article, parent=root)
    second = say(tom, article, parent=root)
    below_first = say(tom, article, parent=first)
    below_second = say(nadia, article, parent=second)
    page = read(client.get(comments_path(article)))
    assert list(standing(page).items()) == [
        (root.pk, None),
        (first.pk, root.pk),
        (below_first.pk, first.pk),
        (second.pk, root.pk),
        (below_second.pk, second.pk),
    ]
    assert_exact(article)


def test_a_reply_to_a_comment_read_long_ago_finds_its_place(nadia: User, article: Article, root: Comment) -> None:
    first = say(nadia, article, parent=root)
    for _ in range(3):
        say(nadia, article, parent=root)  # `root` is as it was before all of them.
    below = say(nadia, article, parent=first)
    assert fresh(first).lft < fresh(below).lft < fresh(below).rght < fresh(first).rght
    assert_exact(article)


def test_a_reply_is_about_the_entry_of_what_it_answers(reader: Client, tom: User, article: Article) -> None:
    entry = make_entry(article, headline="The dike holds")
    root = Comment.objects.post(article, "Where?", author=tom, entry=entry)
    assert "About the entry The dike holds" in read(reader.get(f"/c/{root.pk}/reply/")).text
    send(reader, f"/c/{root.pk}/reply/", "In the north.")
    assert Comment.objects.latest("pk").entry == entry
    assert say(tom, article, parent=root).entry == entry
    # Whatever is said beside it.
    assert Comment.objects.post(article, "!", author=tom, parent=root, entry=make_entry(article)).entry == entry


def test_a_reply_belongs_to_the_article_of_what_it_answers(nadia: User, article: Article, root: Comment) -> None:
    other = make_article()
    assert say(nadia, other, parent=root).article == article
    other.refresh_from_db()
    assert (other.comment_count, other.comment_change) == (0, 0)
    assert_exact(article)


def test_a_held_article_holds_replies_too(nadia: User, tom: User, article: Article, root: Comment) -> None:
    article.edit(comment_policy=Article.CommentPolicy.HELD)
    assert say(nadia, article, parent=root).state == State.HELD
    assert fresh(root).invisible == 1
    assert_exact(article)


# Refused


def test_a_comment_that_is_none_cannot_be_answered(reader: Client, root: Comment) -> None:
    for pk in (root.pk + 1, 0, 2**63, 10**30):
        assert reader.get(f"/c/{pk}/reply/").status_code == 404


def test_a_comment_of_a_draft_cannot_be_answered(reader: Client, article: Article, root: Comment) -> None:
    Article.objects.filter(pk=article.pk).update(state=Article.State.DRAFT)
    assert reader.get(f"/c/{root.pk}/reply/").status_code == 404
    assert reader.post(f"/c/{root.pk}/reply/", {"text": "Since noon."}).status_code == 404
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("how", ["hide", "hide_branch", "withdraw", "erase", "branch above"])
def test_a_comment_hidden_meanwhile_gives_the_text_back_and_no_longer_shows_its_own(
    reader: Client, mo: User, tom: User, article: Article, root: Comment, how: str
) -> None:
    parent = say(tom, article, "Secretword", parent=root)
    sent = fields(read(reader.get(f"/c/{parent.pk}/reply/"))) | {"text": "Since noon."}
    {
        "hide": lambda: parent.hide(mo, "abuse"),
        "hide_branch": lambda: parent.hide_branch(mo, "abuse"),
        "branch above": lambda: root.hide_branch(mo, "abuse"),
        "withdraw": parent.withdraw,
        "erase": lambda: Comment.objects.filter(pk=parent.pk).erase(),
    }[how]()
    answer = reader.post(f"/c/{parent.pk}/reply/", sent)
    assert answer.status_code == 409
    page = read(answer)
    assert "The comment you answer is no longer shown." in page.text
    assert fields(page)["text"] == "Since noon."
    assert "Secretword" not in page.raw
    assert "Tom" not in page.raw
    assert Comment.objects.count() == 2


def test_a_comment_that_is_hidden_already_offers_no_form(reader: Client, mo: User, root: Comment) -> None:
    root.hide(mo, "abuse")
    page = read(reader.get(f"/c/{root.pk}/reply/"))
    assert "The comment you answer is no longer shown." in page.text
    assert page.all("form") == []
    assert "bridge" not in page.raw
    assert "Tom" not in page.raw


def test_the_model_refuses_as_the_page_does(nadia: User, mo: User, article: Article, root: Comment) -> None:
    root.hide(mo, "abuse")
    with pytest.raises(NotAllowed, match="no longer shown"):
        say(nadia, article, parent=root)
    article.edit(comment_policy=Article.CommentPolicy.CLOSED)
    with pytest.raises(NotAllowed, match="closed"):
        say(nadia, article)
    assert_exact(article)


# As deep as conversations go


def test_a_reply_to_the_deepest_comment_stands_beside_it_and_says_whom_it_answers(
    reader: Client, deepest: Comment
) -> None:
    assert deepest.level == MAX_LEVEL
    send(reader, f"/c/{deepest.pk}/reply/", "Still there?")
    reply = Comment.objects.latest("pk")
    assert (reply.parent_id, reply.answers, reply.level) == (deepest.parent_id, deepest, MAX_LEVEL)
    page = read(reader.get(f"/c/{reply.pk}/"))
    assert standing(page)[reply.pk] == deepest.parent_id
    assert box(page, reply).one("span", "answers").text == "to Tom"
    assert_exact(reply.article)


def test_a_reply_above_the_cap_answers_its_parent_only(deepest: Comment) -> None:
    assert deepest.answers is None
    assert set(Comment.objects.values_list("level", flat=True)) == set(range(MAX_LEVEL + 1))


def test_who_is_answered_at_the_cap_is_not_named_once_hidden(
    reader: Client, nadia: User, mo: User, article: Article, deepest: Comment
) -> None:
    User.objects.filter(pk=deepest.author_id).update(name="Other")
    secret = Comment.objects.post(article, "!", author=User(pk=deepest.author_id, name="Secretname"), parent=deepest)
    reply = say(nadia, article, parent=secret)
    assert "to Secretname" in box(read(reader.get(f"/c/{reply.pk}/")), reply).text
    secret.hide(mo, "abuse")
    assert "Secretname" not in read(reader.get(f"/c/{reply.pk}/")).raw


# Brought in from elsewhere


def test_what_is_brought_in_below_a_hidden_branch_is_hidden_with_it_and_comes_back_with_it(
    mo: User, article: Article, root: Comment
) -> None:
    root.hide_branch(mo, "abuse")
    reply = bring_in(article, root)
    assert (reply.hides, reply.visible) == (1, False)
    assert_exact(article)
    root.restore(mo)
    assert fresh(reply).visible
    assert_exact(article)


def test_what_is_brought_in_below_two_hidden_branches_needs_both_undone(
    nadia: User, mo: User, article: Article, root: Comment
) -> None:
    middle = say(nadia, article, parent=root)
    middle.hide_branch(mo, "spam")
    root.hide_branch(mo, "abuse")
    reply = bring_in(article, middle)
    assert reply.hides == 2
    root.restore(mo)
    assert not fresh(reply).visible
    middle.restore(mo)
    assert fresh(reply).visible
    assert_exact(article)


def test_what_is_brought_in_beside_the_deepest_is_hidden_only_by_what_covers_its_place(
    mo: User, article: Article, deepest: Comment
) -> None:
    deepest.hide_branch(mo, "abuse")
    reply = bring_in(article, deepest)
    assert (reply.answers, reply.hides) == (deepest, 0)
    assert_exact(article)
    deepest.restore(mo)
    assert fresh(reply).visible
    assert_exact(article)


@pytest.mark.parametrize("state", [state for state in State if state != State.PUBLISHED])
def test_what_is_brought_in_hidden_is_counted_as_such(article: Article, root: Comment, state: State) -> None:
    bring_in(article, root, state)
    assert fresh(root).invisible == 1
    assert_exact(article)


def test_what_is_brought_in_keeps_its_rules_there(mo: User, article: Article, root: Comment) -> None:
    """What was answered there stays answered, and a closed article still takes what is older."""
    root.hide(mo, "abuse")
    article.edit(comment_policy=Article.CommentPolicy.CLOSED)
    assert bring_in(article, root).visible
    assert_exact(article)
