"""The address of one comment: what it answers above it, its replies below."""

import pytest
from django.test import Client

from accounts.models import User
from articles.models import Article
from comments.models import Comment
from comments.threads import ROWS_PER_PAGE
from tests.comments.pages import Element, box, read, standing
from tests.comments.plant import assert_planted, plant
from tests.people import make_entry, say


@pytest.fixture
def chain(nadia: User, tom: User, article: Article) -> list[Comment]:
    """Twelve comments, each the answer to the one before."""
    comments = [say(tom, article, "Answer 0.")]
    for number in range(1, 12):
        comments.append(say(nadia if number % 2 else tom, article, f"Answer {number}.", parent=comments[-1]))
    return comments


def page_of(client: Client, comment: Comment, query: str = "") -> Element:
    return read(client.get(f"/c/{comment.pk}/{query}"))


def marked(page: Element, css_class: str) -> list[int]:
    return [int(c["id"][1:]) for c in page.all("article", "comment") if css_class in c["class"].split()]


def test_a_comment_stands_marked_below_all_that_it_answers(
    client: Client, tom: User, article: Article, chain: list[Comment]
) -> None:
    beside = say(tom, article, "Beside.", parent=chain[4])
    page = page_of(client, chain[5])
    assert standing(page) == {c.pk: above and above.pk for above, c in zip([None, *chain], chain, strict=False)}
    assert marked(page, "target") == [chain[5].pk]
    assert marked(page, "context") == [comment.pk for comment in chain[:5]]
    assert beside.pk not in standing(page)


def test_the_deepest_comment_has_its_whole_way_up(client: Client, chain: list[Comment]) -> None:
    page = page_of(client, chain[-1])
    assert len(standing(page)) == len(chain)
    assert "Answer 11." in box(page, chain[-1]).text
    assert page.links("The whole conversation") == [f"/c/{chain[0].pk}/"]


def test_the_root_shows_the_whole_conversation(client: Client, chain: list[Comment]) -> None:
    page = page_of(client, chain[0])
    assert len(standing(page)) == len(chain)
    assert page.links("The whole conversation") == []
    assert page.links("All comments on the article") == [f"{chain[0].article.get_absolute_url()}#comments"]


def test_the_title_says_who_and_where(client: Client, chain: list[Comment]) -> None:
    page = page_of(client, chain[1])
    assert page.one("title").text == "Nadia on “Storm over the coast” – Newsroom"
    (canonical,) = [link["href"] for link in page.all("link") if link.attributes.get("rel") == "canonical"]
    assert canonical.endswith(f"/c/{chain[1].pk}/")


def test_a_comment_about_an_entry_links_to_it_while_it_is_published(
    client: Client, tom: User, article: Article
) -> None:
    entry = make_entry(article, headline="Secretheadline")
    comment = Comment.objects.post(article, "!", author=tom, entry=entry)
    assert page_of(client, comment).links("Secretheadline") == [entry.get_absolute_url()]
    entry.withdraw()
    assert "Secretheadline" not in page_of(client, comment).raw


def test_a_closed_article_offers_no_reply(client: Client, article: Article, chain: list[Comment]) -> None:
    assert len(page_of(client, chain[0]).links("Reply")) == len(chain)
    article.edit(comment_policy=Article.CommentPolicy.CLOSED)
    assert page_of(client, chain[0]).links("Reply") == []


@pytest.mark.parametrize("how", ["hide", "hide_branch", "withdraw", "erase"])
def test_a_comment_that_is_not_shown_keeps_its_address_and_says_why(
    client: Client, nadia: User, mo: User, article: Article, chain: list[Comment], how: str
) -> None:
    User.objects.filter(pk=nadia.pk).update(name="Secretname")
    secret = say(User.objects.get(pk=nadia.pk), article, "Secretword", parent=chain[2])
    if how.startswith("hide"):
        getattr(secret, how)(mo, "abuse")
    elif how == "withdraw":
        secret.withdraw()
    else:
        Comment.objects.filter(pk=secret.pk).erase()
    page = page_of(client, secret)
    assert page.one("title").text == "A comment on “Storm over the coast” – Newsroom"
    assert "tombstone" in [part.attributes.get("class") for part in box(page, secret).all("p")]
    assert marked(page, "target") == [secret.pk]
    assert list(standing(page)) == [*(comment.pk for comment in chain[:3]), secret.pk]
    assert "Secret" not in page.raw


def test_what_it_answers_is_not_shown_either_when_hidden(client: Client, mo: User, chain: list[Comment]) -> None:
    chain[0].hide(mo, "abuse")
    page = page_of(client, chain[1])
    assert "Answer 0." not in page.raw
    assert "Tom" not in box(page, chain[0]).raw
    assert standing(page)[chain[1].pk] == chain[0].pk


def test_a_reply_in_a_hidden_branch_shows_nothing_of_the_branch(client: Client, mo: User, chain: list[Comment]) -> None:
    chain[3].hide_branch(mo, "abuse")
    page = page_of(client, chain[5])
    assert list(standing(page)) == [comment.pk for comment in chain[:6]]
    assert [f"Answer {number}." in page.raw for number in range(12)] == [number < 3 for number in range(12)]


# What is none


@pytest.mark.parametrize("pk", [0, 2**31, 2**63, 10**40])
def test_a_comment_that_is_none_is_not_found(client: Client, chain: list[Comment], pk: int) -> None:
    assert client.get(f"/c/{pk}/").status_code == 404


def test_the_comments_of_a_draft_are_not_found(
    client: Client, ada: User, article: Article, chain: list[Comment]
) -> None:
    Article.objects.filter(pk=article.pk).update(state=Article.State.DRAFT)
    client.force_login(ada)
    for page in ("", "reply/", "moderate/"):
        assert client.get(f"/c/{chain[1].pk}/{page}").status_code == 404


# Longer than a page


@pytest.fixture
def broad(nadia: User, article: Article) -> list[Comment]:
    """A conversation whose first reply has more replies than a page shows."""
    comments = plant(nadia, article, [0, *[1] * (ROWS_PER_PAGE + 20)])
    assert_planted(article)
    return comments


def test_a_long_branch_goes_on_where_it_stopped(client: Client, broad: list[Comment]) -> None:
    root, top, *replies = broad
    first = page_of(client, top)
    (link,) = first.links("more repl")
    second = page_of(client, top, link)
    assert second.links("more repl") == []
    assert marked(second, "target") == [top.pk]
    shown = [pk for pk in [*standing(first), *standing(second)] if pk not in (root.pk, top.pk)]
    last_of_first = list(standing(first))[-1]
    assert marked(second, "context") == [root.pk, top.pk, last_of_first]
    shown.remove(last_of_first)
    assert shown == [reply.pk for reply in replies]


def test_the_page_after_a_hidden_reply_goes_on_behind_it(client: Client, mo: User, broad: list[Comment]) -> None:
    (link,) = page_of(client, broad[1]).links("more repl")
    before = page_of(client, broad[1], link)
    cursor = Comment.objects.get(pk=link.partition("after=")[2])
    cursor.hide(mo, "spam")
    after = page_of(client, broad[1], link)
    assert set(standing(before)) - set(standing(after)) == {cursor.pk}


@pytest.mark.parametrize("after", ["x", "-1", "0", "9" * 18, "9" * 40, "1.5", "²", "٣", "\x00", "1 OR 1=1"])
def test_an_after_that_is_none_begins_at_the_comment(client: Client, chain: list[Comment], after: str) -> None:
    answer = client.get(f"/c/{chain[0].pk}/", {"after": after})
    assert answer.status_code == 200
    assert len(standing(read(answer))) == len(chain) or after == "٣"


def test_an_after_of_another_conversation_begins_at_the_comment(
    client: Client, nadia: User, article: Article, chain: list[Comment]
) -> None:
    elsewhere = say(nadia, article)
    for other in (elsewhere, chain[0]):
        assert standing(page_of(client, chain[2], f"?after={other.pk}")) == standing(page_of(client, chain[2]))
