"""Reading what readers wrote: the newest on the article's page, all of it page by page, in three orders."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.models import Article
from comments.models import Comment
from comments.threads import CONVERSATIONS_PER_PAGE, conversations
from tests.comments.pages import Element, box, comments_path, read, standing
from tests.comments.plant import assert_planted, plant
from tests.people import make_article, make_entry, say

ORDERS = {"newest": lambda c: -c.tree_id, "oldest": lambda c: c.tree_id, "best": lambda c: (-c.score, -c.tree_id)}
SEVERAL_PAGES = 2 * CONVERSATIONS_PER_PAGE + 5


@pytest.fixture
def many(nadia: User, article: Article) -> list[Comment]:
    """Conversations for three pages; most have the score of another one."""
    roots = [say(nadia, article, f"Number {number}.") for number in range(SEVERAL_PAGES)]
    for root in roots:
        root.score = (0, 1 / 3, 0.1 + 0.2, 1e-9, 7.0)[root.number % 5]
    Comment.objects.bulk_update(roots, ["score"])
    return roots


def shown(page: Element) -> list[int]:
    return list(standing(page))


def follow(client: Client, path: str, page: Element, link: str) -> Element | None:
    links = page.links(link)
    return read(client.get(path + links[0])) if links else None


def test_an_article_without_comments_invites_the_first(client: Client, article: Article) -> None:
    assert "Nobody has written yet. Be the first." in read(client.get(article.get_absolute_url())).text
    assert "There are no comments here." in read(client.get(comments_path(article))).text


def test_the_article_shows_the_newest_twenty_and_a_link_to_the_rest(
    client: Client, article: Article, many: list[Comment]
) -> None:
    page = read(client.get(article.get_absolute_url()))
    newest = [root.pk for root in reversed(many)]
    assert shown(page) == newest[:CONVERSATIONS_PER_PAGE]
    assert f"{SEVERAL_PAGES} comments" in page.one("section", "conversations").one("h2").text
    (rest,) = page.one("section", "conversations").links("More conversations")
    assert shown(read(client.get(rest))) == newest[CONVERSATIONS_PER_PAGE : 2 * CONVERSATIONS_PER_PAGE]


@pytest.mark.parametrize("number", [CONVERSATIONS_PER_PAGE - 1, CONVERSATIONS_PER_PAGE])
def test_no_link_leads_to_an_empty_page(client: Client, nadia: User, article: Article, number: int) -> None:
    for _ in range(number):
        say(nadia, article)
    for path in (article.get_absolute_url(), comments_path(article)):
        page = read(client.get(path))
        assert len(shown(page)) == number
        assert page.links("More conversations") == []


def test_an_entry_shows_the_conversations_about_it_only(client: Client, nadia: User, article: Article) -> None:
    entry, other = make_entry(article), make_entry(article)
    about = [Comment.objects.post(article, "!", author=nadia, entry=entry) for _ in range(2)]
    say(nadia, article)
    Comment.objects.post(article, "!", author=nadia, entry=other)
    assert shown(read(client.get(entry.get_absolute_url()))) == [comment.pk for comment in reversed(about)]
    assert len(shown(read(client.get(article.get_absolute_url())))) == 4


def test_an_article_shows_its_own_conversations_only(client: Client, nadia: User, article: Article) -> None:
    say(nadia, make_article())
    assert shown(read(client.get(comments_path(article)))) == []


# Page by page


@pytest.mark.parametrize("sort", ORDERS)
def test_every_conversation_is_on_one_page_in_its_order_forwards_and_back(
    client: Client, article: Article, many: list[Comment], sort: str
) -> None:
    path = comments_path(article)
    page: Element | None = read(client.get(path, {"sort": sort}))
    forwards, pages = [], []
    while page is not None:
        forwards += shown(page)
        pages.append(page)
        page = follow(client, path, page, "More conversations")
    assert forwards == [root.pk for root in sorted(many, key=ORDERS[sort])]
    assert [len(shown(page)) for page in pages] == [20, 20, 5]
    back, page = [], pages[-1]
    while page is not None:
        back = shown(page) + back
        page = follow(client, path, page, "Previous conversations")
    assert back == forwards


@pytest.mark.parametrize("sort", ORDERS)
def test_what_is_written_meanwhile_shifts_no_page(
    client: Client, nadia: User, mo: User, article: Article, many: list[Comment], sort: str
) -> None:
    path = comments_path(article)
    first = read(client.get(path, {"sort": sort}))
    second = shown(follow(client, path, first, "More conversations") or first)
    new = say(nadia, article)
    many[0].hide(mo, "spam")
    left = [pk for pk in second if pk != many[0].pk]
    again = shown(follow(client, path, first, "More conversations") or first)
    # Among the best, the new one's place may be here.
    assert [pk for pk in again if pk != new.pk][: len(left) - 1] == left[: len(left) - 1]


def test_a_page_names_its_neighbours_to_machines_too(client: Client, article: Article, many: list[Comment]) -> None:
    middle = follow(client, comments_path(article), read(client.get(comments_path(article))), "More conversations")
    assert middle is not None
    for rel in ("prev", "next"):
        (link,) = [element["href"] for element in middle.all("link") if element.attributes.get("rel") == rel]
        assert [link] == [element["href"] for element in middle.all("a") if element.attributes.get("rel") == rel]
    assert "after=" in next(e["href"] for e in middle.all("link") if e.attributes.get("rel") == "canonical")


def test_the_page_says_which_order_it_has(client: Client, article: Article) -> None:
    for sort in ORDERS:
        order = read(client.get(comments_path(article), {"sort": sort})).one("p", "order")
        assert order.one("span").text.lower() == sort
        assert set(order.links()) == {f"?sort={other}" for other in ORDERS if other != sort}


@pytest.mark.parametrize("sort", ["", "worst", "-tree_id", "newest'--"])
def test_an_unknown_order_is_not_found(client: Client, article: Article, sort: str) -> None:
    assert client.get(comments_path(article), {"sort": sort}).status_code == 404


@pytest.mark.parametrize("cursor", ["x", "1~2", "~", "9" * 30, "1' OR '1'='1", "nan", "\x00"])
@pytest.mark.parametrize("direction", ["after", "before"])
def test_a_cursor_that_no_page_gave_out_is_not_found(
    client: Client, article: Article, many: list[Comment], direction: str, cursor: str
) -> None:
    assert client.get(comments_path(article), {direction: cursor}).status_code == 404


@pytest.mark.parametrize("cursor", ["nan~1", "x~1", "1", "1~x", "1~9" * 20])
def test_a_cursor_of_the_best_that_no_page_gave_out_is_not_found(
    client: Client, article: Article, many: list[Comment], cursor: str
) -> None:
    assert client.get(comments_path(article), {"sort": "best", "after": cursor}).status_code == 404


@pytest.mark.parametrize("how", ["draft", "unknown"])
def test_the_comments_of_a_draft_or_of_nothing_are_not_found(
    client: Client, article: Article, many: list[Comment], how: str
) -> None:
    path = comments_path(article)
    if how == "draft":
        Article.objects.filter(pk=article.pk).update(state=Article.State.DRAFT)
    else:
        path = reverse("comments", args=["weather", "another"])
    assert client.get(path).status_code == 404


# Numbers


def test_a_conversation_keeps_its_number_for_ever(
    client: Client, nadia: User, mo: User, article: Article, many: list[Comment]
) -> None:
    many[-2].withdraw()
    many[-3].hide(mo, "spam")
    latest = say(nadia, article)
    page = read(client.get(comments_path(article)))
    numbers = [int(link.text.rstrip(".")) for link in page.all("a", "number")]
    assert numbers[:4] == [SEVERAL_PAGES + 1, SEVERAL_PAGES, SEVERAL_PAGES - 3, SEVERAL_PAGES - 4]
    assert box(page, latest).one("a", "number")["href"] == f"/c/{latest.pk}/"


def test_a_reply_has_no_number(client: Client, nadia: User, article: Article) -> None:
    reply = say(nadia, article, parent=say(nadia, article))
    assert box(read(client.get(comments_path(article))), reply).all("a", "number") == []


def test_times_are_those_of_the_article(client: Client, nadia: User, article: Article) -> None:
    comment = say(nadia, article)
    page = read(client.get(comments_path(article)))
    local = comment.created_at.astimezone(article.zone)
    time = box(page, comment).one("time")
    assert time["datetime"] == local.isoformat(timespec="seconds")
    assert time.text == f"{local.day} {local:%B} {local.year}, {local:%H:%M}"
    assert "Times are those of Berlin." in page.text


# The same for everyone


@pytest.mark.parametrize("which", ["article", "comments", "comment"])
def test_everybody_gets_the_same_bytes_without_a_cookie_or_a_form(
    client: Client, nadia: User, mo: User, article: Article, which: str
) -> None:
    comment = say(nadia, article)
    path = {"article": article, "comment": comment}.get(which)
    address = path.get_absolute_url() if path else comments_path(article)
    answers = [client.get(address)]
    for person in (nadia, mo):
        client.force_login(person)
        answers.append(client.get(address))
    assert len({answer.content for answer in answers}) == 1
    for answer in answers:
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", "")
        assert not re.search(rb"<form|csrf", answer.content)
        read(answer)
    for refused in (client.post(address), client.put(address), client.delete(address)):
        assert refused.status_code == 405


# What it costs


@pytest.fixture
def talk(nadia: User, tom: User, article: Article) -> Callable[[int], None]:
    """Writes so many comments, three in each conversation."""

    def write(number: int) -> None:
        for rest in range(number, 0, -3):
            plant(nadia if rest % 2 else tom, article, [0, 1][: rest - 1])
        assert_planted(article)

    return write


@pytest.mark.parametrize("size", [1, 10, 300])
def test_a_page_of_conversations_takes_two_queries_whatever_the_size_and_order(
    article: Article,
    talk: Callable[[int], None],
    django_assert_num_queries: DjangoAssertNumQueries,
    size: int,
) -> None:
    talk(size)
    for sort in ORDERS:
        with django_assert_num_queries(2):
            page = conversations(article, sort)
        assert sum(len(conversation.rows) for conversation in page.rows) == min(size, 60)
        while page.next:
            with django_assert_num_queries(2):
                page = conversations(article, sort, after=page.next)


@pytest.mark.parametrize("size", [10, 300])
def test_the_pages_take_as_many_queries_for_hundreds_of_comments_as_for_ten(
    client: Client,
    article: Article,
    talk: Callable[[int], None],
    django_assert_num_queries: DjangoAssertNumQueries,
    size: int,
) -> None:
    talk(size)
    make_entry(article)
    with django_assert_num_queries(3):
        client.get(comments_path(article))
    with django_assert_num_queries(7):
        client.get(article.get_absolute_url())
    path = Comment.objects.latest("pk").get_absolute_url()
    with django_assert_num_queries(2):
        client.get(path)
