"""What stands in the place of a comment that is not shown: why, and how much is folded; and no word of it anywhere."""

import random
import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from articles.models import Article, Entry
from comments.models import Comment, Reason, State
from tests.comments.pages import Element, box, comments_path, read, standing
from tests.people import make_entry, make_person, say

NOTICES = {
    State.HELD: "Waiting for a moderator’s look.",
    State.HIDDEN: "Hidden by a moderator.",
    State.WITHDRAWN: "Withdrawn by its author.",
    State.ERASED: "Its text has been erased.",
}
EVERY_REASON = pytest.mark.parametrize("reason", list(Reason), ids=str)


@pytest.fixture
def root(nadia: User, article: Article) -> Comment:
    return say(nadia, article, "Secretword")


def page_of(client: Client, article: Article) -> Element:
    return read(client.get(comments_path(article)))


def unnumbered(client: Client, article: Article) -> str:
    """The page without the numbers of the latest changes, which only grow."""
    return re.sub(r' data-(n|comments)="\d+"', "", client.get(comments_path(article)).text)


def test_in_every_state_that_is_not_shown_the_notice_says_why(client: Client, nadia: User, article: Article) -> None:
    for state, notice in NOTICES.items():
        gone = Comment.objects.bring_in(Comment(name="Secretname", text="Secretword", state=state), article)
        Comment.objects.bring_in(Comment(name="Tom", text="Still true."), article, parent=gone)
        page = page_of(client, article)
        assert box(page, gone).one("p", "tombstone").text == f"{gone.number}. {notice}"
        assert "Secret" not in page.raw


@EVERY_REASON
def test_a_comment_hidden_alone_says_for_which_reason(
    client: Client, tom: User, mo: User, article: Article, root: Comment, reason: Reason
) -> None:
    reply = say(tom, article, parent=root)
    root.hide(mo, reason)
    page = page_of(client, article)
    assert box(page, root).text == f"1. Hidden by a moderator: {reason.label}."
    assert standing(page) == {root.pk: None, reply.pk: root.pk}


@EVERY_REASON
def test_a_hidden_branch_says_for_which_reason_and_how_much_is_folded(
    client: Client, tom: User, mo: User, article: Article, root: Comment, reason: Reason
) -> None:
    say(tom, article, parent=say(tom, article, parent=root))
    root.hide_branch(mo, reason)
    page = page_of(client, article)
    assert box(page, root).text == f"1. Hidden by a moderator: {reason.label}. 2 replies are folded."
    assert standing(page) == {root.pk: None}


def test_one_folded_reply_is_said_in_the_singular(
    client: Client, tom: User, mo: User, article: Article, root: Comment
) -> None:
    say(tom, article, parent=root)
    root.hide_branch(mo, "spam")
    assert box(page_of(client, article), root).text.endswith("1 reply is folded.")


def test_a_branch_hidden_below_a_visible_comment_keeps_its_place(
    client: Client, nadia: User, tom: User, mo: User, article: Article, root: Comment
) -> None:
    top = say(tom, article, parent=root)
    say(nadia, article, parent=top)
    after = say(nadia, article, parent=root)
    top.hide_branch(mo, "off-topic")
    page = page_of(client, article)
    assert standing(page) == {root.pk: None, top.pk: root.pk, after.pk: root.pk}
    assert box(page, top).text == "Hidden by a moderator: off topic. 1 reply is folded."


@pytest.mark.parametrize("is_reply", [False, True])
def test_nothing_is_left_where_nothing_is_below(
    client: Client, tom: User, mo: User, article: Article, root: Comment, is_reply: bool
) -> None:
    gone = say(tom, article, parent=root) if is_reply else root
    gone.hide(mo, "spam")
    assert list(standing(page_of(client, article))) == ([root.pk] if is_reply else [])


def test_only_what_would_unfold_counts_as_folded(
    client: Client, tom: User, mo: User, article: Article, root: Comment
) -> None:
    say(tom, article, parent=root).withdraw()
    say(tom, article, parent=root)
    root.hide_branch(mo, Reason.SPAM)
    assert "1 reply is folded." in box(page_of(client, article), root).text


def test_nothing_is_left_where_only_what_was_withdrawn_is_below(
    client: Client, tom: User, mo: User, article: Article, root: Comment
) -> None:
    say(tom, article, parent=root).withdraw()
    root.hide(mo, Reason.SPAM)
    assert standing(page_of(client, article)) == {}


def test_every_notice_above_a_visible_comment_stays(client: Client, tom: User, mo: User, article: Article) -> None:
    chain = [say(tom, article)]
    for _ in range(5):
        chain.append(say(tom, article, parent=chain[-1]))
    Comment.objects.filter(pk__in=[comment.pk for comment in chain[:-1]]).hide(mo, "abuse")
    page = page_of(client, article)
    assert standing(page) == {c.pk: above and above.pk for above, c in zip([None, *chain], chain, strict=False)}
    assert len(page.all("p", "tombstone")) == 5


def test_a_notice_goes_when_the_comment_comes_back(
    client: Client, tom: User, mo: User, article: Article, root: Comment
) -> None:
    say(tom, article, parent=root)
    before = unnumbered(client, article)
    root.hide_branch(mo, "spam")
    assert unnumbered(client, article) != before
    root.restore(mo)
    assert unnumbered(client, article) == before


def test_a_notice_names_nobody_whom_others_answer(
    client: Client, tom: User, mo: User, article: Article, root: Comment
) -> None:
    reply = say(tom, article, parent=root)
    assert box(page_of(client, article), reply).one("span", "answers").text == "to Nadia"
    root.hide(mo, "abuse")
    assert box(page_of(client, article), reply).all("span", "answers") == []


@pytest.mark.parametrize("seed", range(6))
def test_the_lists_nest_as_the_tree_whatever_is_hidden(
    client: Client, nadia: User, mo: User, article: Article, seed: int
) -> None:
    dice = random.Random(seed)
    comments = [say(nadia, article) for _ in range(3)]
    while len(comments) < 70:
        comments.append(say(nadia, article, parent=dice.choice([comments[-1], dice.choice(comments)])))
    for comment in dice.sample(comments, 25):
        dice.choice(
            [comment.withdraw, lambda c=comment: c.hide(mo, "abuse"), lambda c=comment: c.hide_branch(mo, "spam")]
        )()
    parents = dict(Comment.objects.values_list("pk", "parent_id"))
    page = page_of(client, article)
    here = standing(page)
    assert here == {pk: parents[pk] for pk in here}
    visible = Comment.objects.visible()
    assert [pk for pk in here if visible.filter(pk=pk).exists()] == list(
        visible.order_by("-tree_id", "lft").values_list("pk", flat=True)
    )


# No word of it in any public byte


def public_addresses(article: Article, entry: Entry) -> list[str]:
    comments = comments_path(article)
    return [
        reverse("front"),
        article.topic.get_absolute_url(),
        article.get_absolute_url(),
        f"{article.get_absolute_url()}?order=oldest",
        entry.get_absolute_url(),
        reverse("article-day", args=[article.topic.slug, article.slug, entry.day]),
        reverse("archive", args=[entry.day]),
        *(f"{comments}?sort={sort}" for sort in ("newest", "oldest", "best")),
        *(f"/c/{pk}/{page}" for pk in Comment.objects.values_list("pk", flat=True) for page in ("", "reply/")),
    ]


def test_nothing_of_what_is_not_shown_is_in_any_public_byte(
    client: Client, nadia: User, mo: User, article: Article
) -> None:
    entry = make_entry(article)
    secret = {name: make_person(f"Secretname{name}") for name in ("Hidden", "Branch", "Held", "Withdrawn", "Erased")}
    for about in (None, entry):
        made = {}
        for name, person in secret.items():
            policy = Article.CommentPolicy.HELD if name == "Held" else Article.CommentPolicy.OPEN
            article.edit(comment_policy=policy)
            made[name] = Comment.objects.post(article, f"Secretword {name}", author=person, entry=about)
            article.edit(comment_policy=Article.CommentPolicy.OPEN)
            if name != "Held":
                reply = say(nadia, article, "An answer.", parent=made[name])
                say(person, article, f"Secretword deep {name}", parent=reply)
        addresses = public_addresses(article, entry)
        assert "Secretword" in "".join(client.get(address).content.decode() for address in addresses)
        for comment in Comment.objects.filter(author=secret["Hidden"]):
            comment.hide(mo, "abuse", "Secretnote")
        made["Branch"].hide_branch(mo, "abuse", "Secretnote")
        secret["Withdrawn"].comments.withdraw()
        Comment.objects.filter(author=secret["Erased"]).erase(mo, "Secretnote")
    for address in public_addresses(article, entry):
        answer = client.get(address)
        assert answer.status_code == 200
        assert b"Secret" not in answer.content, address
        assert "Secret" not in str(answer.headers)
