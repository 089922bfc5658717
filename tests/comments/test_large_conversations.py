"""However large conversations grow, a page stays bounded; what it cuts is one link away, and nothing gets lost."""

import random

import pytest
from django.test import Client

from accounts.models import User
from articles.models import Article
from comments.models import MAX_LEVEL, Comment
from comments.threads import LEAST_ROWS_PER_TREE, ROWS_PER_PAGE, fair_share
from tests.comments.pages import Element, comments_path, read, standing
from tests.comments.plant import assert_planted, plant

LARGE = 500


def grow(author: User, article: Article, size: int, seed: int = 1) -> list[Comment]:
    """One conversation of all shapes: replies to the latest, now and then to any comment before."""
    dice = random.Random(seed)
    answers: list[int] = []
    levels = [0]
    for place in range(1, size):
        above = place - 1 if dice.random() < 0.4 else dice.randrange(place)
        above = above if levels[above] < MAX_LEVEL else 0
        answers.append(above)
        levels.append(levels[above] + 1)
    comments = plant(author, article, answers)
    assert_planted(article)
    return comments


def parents(article: Article) -> dict[int, int | None]:
    return dict(Comment.objects.filter(article=article).values_list("pk", "parent_id"))


def in_order(article: Article) -> list[int]:
    visible = Comment.objects.filter(article=article).visible()
    return list(visible.order_by("-tree_id", "lft").values_list("pk", flat=True))


def own(page: Element) -> list[int]:
    """The visible comments of a page, without those that are there only because others answer them."""
    comments = page.all("article", "comment")
    return [int(c["id"][1:]) for c in comments if c.all("p", "who") and "context" not in c["class"].split()]


def pages(client: Client, path: str, link: str) -> list[Element]:
    """A page and all that follow by a link."""
    found = [read(client.get(path))]
    while following := found[-1].links(link):
        assert len(following) == 1
        found.append(read(client.get(path.partition("?")[0] + following[0])))
    return found


def assert_nested_as_the_tree(page: Element, article: Article) -> None:
    """Each comment stands in the list below the one that it answers, and in the order of the conversation."""
    everything, here = parents(article), standing(page)
    assert here == {pk: everything[pk] for pk in here}
    places = dict(Comment.objects.values_list("pk", "lft"))
    for chain in page.all("ol", "comments"):
        lfts = [places[int(comment["id"][1:])] for comment in chain.all("article", "comment")]
        assert lfts == sorted(lfts)


# How many rows each tree may show


@pytest.mark.parametrize(
    ("sizes", "share"),
    [
        ([], ROWS_PER_PAGE),
        ([1], ROWS_PER_PAGE),
        ([200], ROWS_PER_PAGE),
        ([201], 200),
        ([10_000], 200),
        ([150, 150], 100),
        ([10, 10, 10_000], 180),
        ([1] * 19 + [1_000_000], 181),
        ([100, 100], ROWS_PER_PAGE),
        ([500] * 20, 10),
        ([500] * 100, LEAST_ROWS_PER_TREE),
    ],
)
def test_small_conversations_are_whole_and_large_ones_share_what_is_left(sizes: list[int], share: int) -> None:
    assert fair_share(sizes) == share


def test_no_share_breaks_the_budget_or_wastes_it() -> None:
    dice = random.Random(5)
    for _ in range(2_000):
        sizes = [int(dice.paretovariate(0.5)) for _ in range(dice.randint(1, 40))]
        share = fair_share(sizes)
        used = sum(min(size, share) for size in sizes)
        assert used <= ROWS_PER_PAGE or share == LEAST_ROWS_PER_TREE
        # One more for each large one would be too much, or all are whole.
        assert used == sum(sizes) or sum(min(size, share + 1) for size in sizes) > ROWS_PER_PAGE


# One conversation of 500


def test_a_large_conversation_is_cut_and_says_how_much_is_left(client: Client, nadia: User, article: Article) -> None:
    grow(nadia, article, ROWS_PER_PAGE + 50)
    for path in (comments_path(article), article.get_absolute_url()):
        page = read(client.get(path))
        assert len(standing(page)) == ROWS_PER_PAGE
        assert page.one("section", "conversations").links("50 more replies")
        assert_nested_as_the_tree(page, article)


@pytest.mark.parametrize("hidden", [False, True])
def test_following_the_links_shows_every_visible_comment_once_in_order(
    client: Client, nadia: User, mo: User, article: Article, hidden: bool
) -> None:
    large = grow(nadia, article, LARGE)
    if hidden:
        dice = random.Random(3)
        for comment in dice.sample(large[1:], 60):
            comment.hide(mo, "spam")
        for comment in dice.sample(large[50:], 6):
            comment.hide_branch(mo, "spam")
    first = read(client.get(comments_path(article)))
    (link,) = first.links("more repl")
    visible = in_order(article)
    assert len(visible) == LARGE if not hidden else LARGE / 3 < len(visible) < LARGE
    assert f"{len(visible) - len(own(first))} more replies" in first.text
    rest = pages(client, link, "more repl")
    assert own(first) + [pk for page in rest for pk in own(page)] == visible
    for page in (first, *rest):
        assert_nested_as_the_tree(page, article)


def test_each_further_page_stands_below_what_it_goes_on_from(client: Client, nadia: User, article: Article) -> None:
    large = grow(nadia, article, 2 * ROWS_PER_PAGE + 1)
    (link,) = read(client.get(comments_path(article))).links("more replies")
    page = read(client.get(link))
    context = [c for c in page.all("article", "comment") if "context" in c["class"].split()]
    assert int(context[0]["id"][1:]) == large[0].pk
    assert len(standing(page)) == ROWS_PER_PAGE + len(context)
    assert len(context) < 20


def test_a_cut_that_leaves_nothing_visible_has_no_link(client: Client, nadia: User, mo: User, article: Article) -> None:
    _root, *replies = plant(nadia, article, [0] * (ROWS_PER_PAGE + 10))
    Comment.objects.filter(pk__in=[reply.pk for reply in replies[ROWS_PER_PAGE - 1 :]]).hide(mo, "spam")
    page = read(client.get(comments_path(article)))
    assert len(own(page)) == ROWS_PER_PAGE
    assert page.links("more repl") == []


def test_one_reply_left_is_said_in_the_singular(client: Client, nadia: User, article: Article) -> None:
    plant(nadia, article, [0] * ROWS_PER_PAGE)
    assert "1 more reply" in read(client.get(comments_path(article))).text.replace("1 more replies", "")


# Many conversations


def test_a_page_of_many_large_conversations_stays_bounded_and_loses_nothing(
    client: Client, nadia: User, mo: User, article: Article
) -> None:
    sizes = [1, 2, 40, 3, 1, 60, 30, 1, 1, 45, 5, 50]
    for seed, size in enumerate(sizes):
        comments = grow(nadia, article, size, seed)
        if size > 20:
            comments[1].hide(mo, "spam")
            comments[size // 2].hide_branch(mo, "spam")
    first = read(client.get(comments_path(article)))
    assert len(standing(first)) <= ROWS_PER_PAGE
    assert_nested_as_the_tree(first, article)
    found = own(first)
    links = first.links("more repl")
    assert len(links) >= 3
    for link in links:
        for page in pages(client, link, "more repl"):
            found += own(page)
            assert_nested_as_the_tree(page, article)
    assert sorted(found) == sorted(in_order(article))
    assert len(found) == len(set(found))
