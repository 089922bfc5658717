"""Newest, oldest, best; all, answered by the newsroom, editors' picks: each with each, page by page."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from articles.models import Article
from comments.models import Comment
from comments.threads import CHOICES, CONVERSATIONS_PER_PAGE, ORDERS, conversations
from tests.comments.pages import Element, comments_path, read, standing
from tests.people import make_article, say


def roots(page: Element) -> list[int]:
    return [pk for pk, above in standing(page).items() if above is None]


@pytest.fixture
def talk(nadia: User, tom: User, carla: User, mo: User, article: Article) -> dict[str, Comment]:
    """Conversations of each kind, in the order of their names."""
    made = {name: say(nadia, article, f"About {name}.") for name in ("nothing", "answered", "picked", "both")}
    say(carla, article, "We asked the mayor.", parent=say(tom, article, parent=made["answered"]))
    say(carla, article, "We asked the mayor.", parent=made["both"])
    made["picked"].pick(mo)
    say(tom, article, "The best.", parent=made["both"]).pick(mo)
    return made


def test_the_best_are_those_with_the_most_recommendations(
    client: Client, nadia: User, tom: User, mo: User, ada: User, article: Article
) -> None:
    few, none, many = (say(nadia, article) for _ in range(3))
    for reader in (tom, mo, ada):
        many.recommend(reader)
    few.recommend(tom)
    assert roots(read(client.get(comments_path(article), {"sort": "best"}))) == [many.pk, few.pk, none.pk]
    for reader in (tom, mo, ada):
        many.unrecommend(reader)
    assert roots(read(client.get(comments_path(article), {"sort": "best"}))) == [few.pk, many.pk, none.pk]


@pytest.mark.parametrize(
    ("show", "names"), [("all", ["nothing", "answered", "picked", "both"]), ("answered", ["answered", "both"]),
                        ("picks", ["picked", "both"])],
)  # fmt: skip
def test_a_filter_shows_whole_conversations(
    client: Client, article: Article, talk: dict[str, Comment], show: str, names: list[str]
) -> None:
    page = read(client.get(comments_path(article), {"show": show, "sort": "oldest"}))
    assert roots(page) == [talk[name].pk for name in names]
    assert page.one("p", "filter").one("span").text == str(CHOICES[show])
    assert page.text.count("We asked the mayor.") == len({"answered", "both"} & set(names))


def test_what_readers_do_not_see_counts_for_no_filter(
    client: Client, mo: User, article: Article, talk: dict[str, Comment]
) -> None:
    Comment.objects.exclude(badge="").hide(mo, "spam")
    Comment.objects.filter(picked_at__isnull=False).hide(mo, "spam")
    for show in ("answered", "picks"):
        assert roots(read(client.get(comments_path(article), {"show": show}))) == []


def test_the_newsroom_s_own_conversations_are_no_answers(client: Client, carla: User, article: Article) -> None:
    say(carla, article, "Ask us.")
    assert roots(read(client.get(comments_path(article), {"show": "answered"}))) == []


@pytest.mark.parametrize("sort", ORDERS)
def test_a_filter_goes_page_by_page_in_each_order(
    client: Client, nadia: User, carla: User, article: Article, sort: str
) -> None:
    answered = []
    for number in range(CONVERSATIONS_PER_PAGE + 3):
        root = say(nadia, article)
        say(nadia, article)
        say(carla, article, "We asked the mayor.", parent=root)
        answered.append(root.pk)
        Comment.objects.filter(pk=root.pk).update(score=number % 4)
    first = read(client.get(comments_path(article), {"sort": sort, "show": "answered"}))
    (link,) = first.links("More conversations")
    second = read(client.get(comments_path(article) + link))
    assert sorted(roots(first) + roots(second)) == answered
    assert second.links("More conversations") == []
    (back,) = second.links("Previous conversations")
    assert roots(read(client.get(comments_path(article) + back))) == roots(first)
    (canonical,) = [link["href"] for link in second.all("link") if link.attributes.get("rel") == "canonical"]
    assert "show=answered" in canonical
    assert "after=" in canonical


def test_the_orders_keep_the_filter_and_the_filters_the_order(client: Client, article: Article) -> None:
    page = read(client.get(comments_path(article), {"sort": "best", "show": "picks"}))
    assert page.one("p", "order").links() == ["?sort=newest&show=picks", "?sort=oldest&show=picks"]
    assert page.one("p", "filter").links() == ["?sort=best", "?sort=best&show=answered"]


def test_the_article_s_page_leads_to_each_order_and_filter(client: Client, nadia: User, article: Article) -> None:
    say(nadia, article)
    section = read(client.get(article.get_absolute_url())).one("section", "conversations")
    links = section.one("p", "order").links() + section.one("p", "filter").links()
    assert len(links) == 4
    for link in links:
        assert client.get(link).status_code == 200


@pytest.mark.parametrize("show", ["", "pick", "x'--"])
def test_an_unknown_filter_is_not_found(client: Client, article: Article, show: str) -> None:
    assert client.get(comments_path(article), {"show": show}).status_code == 404


@pytest.mark.parametrize("show", CHOICES)
@pytest.mark.parametrize("sort", ORDERS)
def test_a_page_takes_two_queries_that_read_indexes_alone(
    nadia: User, carla: User, article: Article, sort: str, show: str
) -> None:
    busy = make_article()
    for number in range(60):
        for about in (article, busy):
            root = say(nadia, about)
            if number % 10 == 0:
                say(carla, about, "We asked the mayor.", parent=root).pick(carla)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE comments_comment")
        if connection.vendor == "postgresql":
            # A table of three pages is read whole, whatever there is.
            cursor.execute("SET LOCAL enable_seqscan = off")
        with CaptureQueriesContext(connection) as queries:
            conversations(article, sort, show=show)
        assert len(queries) == 2
        explain, whole = (
            ("EXPLAIN", "Seq Scan") if connection.vendor == "postgresql" else ("EXPLAIN QUERY PLAN", "SCAN")
        )
        for query in queries.captured_queries:
            cursor.execute(f"{explain} {query['sql']}")
            plan = [str(row[-1]) for row in cursor.fetchall()]
            assert [line for line in plan if whole in line and "USING" not in line] == [], plan
