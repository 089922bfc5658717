"""What a page cuts off comes in place: each comment once, in its order, with the keyboard at the first new one."""

import pytest
from playwright.sync_api import expect

from comments.models import Comment
from comments.threads import CONVERSATIONS_PER_PAGE, ROWS_PER_PAGE
from tests.browser.talking import comments_of, moderator, row, shown
from tests.comments.plant import plant
from tests.people import make_person, say

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def in_order(blog, order="-tree_id"):
    return list(Comment.objects.filter(article=blog).visible().order_by(order, "lft").values_list("pk", flat=True))


@pytest.fixture
def large(blog):
    """A conversation of three pages, of several levels."""
    answers = [place - 1 if place % 3 else max(0, place - 7) for place in range(1, 2 * ROWS_PER_PAGE + 60)]
    levels = [0]
    for place, above in enumerate(answers):
        answers[place] = above if levels[above] < 10 else 0
        levels.append(levels[answers[place]] + 1)
    return plant(make_person("Nadia"), blog, answers)


def wait_for_more_than(page, number):
    expect(page.locator("article.comment")).not_to_have_count(number)


def bring_all(page, name):
    while page.get_by_role("link", name=name).count():
        before = len(shown(page))
        page.get_by_role("link", name=name).first.click()
        wait_for_more_than(page, before)


def test_more_replies_come_below_what_they_answer(reader, blog, large):
    page = reader.open(comments_of(blog))
    first = shown(page)
    page.get_by_role("link", name="more repl").click()
    wait_for_more_than(page, len(first))
    focused = page.evaluate("Number(document.activeElement.id.slice(1))")
    assert focused == in_order(blog)[len(first)]
    bring_all(page, "more repl")
    assert shown(page) == in_order(blog)
    parents = page.locator("article.comment").evaluate_all(
        "all => all.map(c => c.parentElement.parentElement.closest('li')?.querySelector('.comment').id ?? null)"
    )
    known = dict(Comment.objects.values_list("pk", "parent_id"))
    assert parents == [known[pk] and f"c{known[pk]}" for pk in in_order(blog)]
    expect(page.locator(".comment.context, .comment.target")).to_have_count(0)
    expect(page.locator(f"label[for=f{large[0].pk}]")).to_have_text(f"{len(large) - 1} replies")


@pytest.mark.parametrize("where", ["article", "comments"])
def test_more_conversations_come_below_the_last(reader, blog, where):
    nadia = make_person("Nadia")
    for number in range(2 * CONVERSATIONS_PER_PAGE + 3):
        say(nadia, blog, f"Number {number}.")
    page = reader.open(blog if where == "article" else comments_of(blog))
    bring_all(page, "More conversations")
    assert shown(page) == in_order(blog)
    assert page.evaluate("document.activeElement.matches('.comment')")


def test_what_was_loaded_can_be_folded_and_answered(reader, blog, large):
    page = reader.open(comments_of(blog))
    before = len(shown(page))
    page.get_by_role("link", name="more repl").click()
    wait_for_more_than(page, before)
    last = Comment.objects.get(pk=in_order(blog)[before + 5])
    expect(row(page, last).get_by_role("link", name="Reply")).to_have_attribute("href", f"/c/{last.pk}/reply/")
    above = Comment.objects.get(pk=last.parent_id)
    page.locator(f"label[for=f{above.pk}]").click()
    expect(row(page, last)).to_be_hidden()


def test_where_it_cannot_be_loaded_the_link_stays(reader, blog, large):
    reader.expected = "Failed to load resource"
    page = reader.open(comments_of(blog))
    page.route("**/c/*/?after=*", lambda route: route.abort())
    page.get_by_role("link", name="more repl").click()
    expect(page.get_by_role("alert")).to_have_text("It could not be loaded. Try again in a moment.")
    page.get_by_role("link", name="more repl").click()
    expect(page.get_by_role("alert")).to_have_count(1)
    page.unroute("**/c/*/?after=*")
    bring_all(page, "more repl")
    assert shown(page) == in_order(blog)


def test_the_order_is_kept_and_comes_in_place_on_the_article(reader, blog):
    nadia = make_person("Nadia")
    roots = [say(nadia, blog, f"Number {number}.") for number in range(3)]
    page = reader.open(blog)
    page.get_by_role("link", name="Oldest", exact=True).click()
    expect(page.locator("article.comment").first).to_have_id(f"c{roots[0].pk}")
    assert page.url.endswith(blog.get_absolute_url())
    again = reader.open(context=page.context, where=blog)
    expect(again.locator("article.comment").first).to_have_id(f"c{roots[0].pk}")
    expect(again.locator(".list .order [aria-current]")).to_have_text("Oldest")
    own = reader.open(comments_of(blog), context=page.context)
    expect(own.locator("article.comment").first).to_have_id(f"c{roots[0].pk}")
    # An address that names an order is about that one.
    named = reader.open(f"{comments_of(blog)}?sort=newest", context=page.context)
    expect(named.locator("article.comment").first).to_have_id(f"c{roots[2].pk}")


def test_a_choice_comes_in_place_on_the_article_and_is_not_kept(reader, blog):
    nadia, mo = make_person("Nadia"), moderator()
    roots = [say(nadia, blog, f"Number {number}.") for number in range(3)]
    roots[1].pick(mo)
    roots[0].pick(mo)
    page = reader.open(blog)
    page.get_by_role("link", name="Editors’ picks").click()
    expect(page.locator("article.comment")).to_have_count(2)
    assert shown(page) == [roots[1].pk, roots[0].pk]
    expect(page.locator(".list .filter [aria-current]")).to_have_text("Editors’ picks")
    expect(page.locator(".list .filter")).to_be_focused()
    assert page.url.endswith(blog.get_absolute_url())
    # It stays in another order. A new conversation is offered, and brings all of them.
    page.get_by_role("link", name="Oldest", exact=True).click()
    expect(page.locator("article.comment").first).to_have_id(f"c{roots[0].pk}")
    assert shown(page) == [roots[0].pk, roots[1].pk]
    new = say(nadia, blog, "New.")
    page.get_by_role("button", name="1 new conversation").click()
    expect(row(page, new)).to_be_focused()
    assert shown(page) == [new.pk, *(root.pk for root in reversed(roots))]
    page.get_by_role("link", name="Answered by the newsroom").click()
    expect(page.get_by_text("There are no comments here.")).to_be_visible()
    page.get_by_role("link", name="All", exact=True).click()
    expect(page.locator("article.comment")).to_have_count(4)
    # The order is kept, the choice is not.
    again = reader.open(context=page.context, where=blog)
    expect(again.locator("article.comment").first).to_have_id(f"c{roots[0].pk}")
    expect(again.locator(".list .filter [aria-current]")).to_have_text("All")


def test_a_choice_that_cannot_come_in_place_is_a_page_of_its_own(reader, blog):
    reader.expected = "Failed to load resource"
    say(make_person("Nadia"), blog)
    page = reader.open(blog)
    page.route("**/comments/?*show=picks", lambda route: route.abort(), times=1)
    page.get_by_role("link", name="Editors’ picks").click()
    page.wait_for_url("**/comments/?sort=newest&show=picks")


def test_another_order_leaves_the_form_with_what_is_typed(reader, blog):
    nadia = make_person("Nadia")
    roots = [say(nadia, blog, f"Number {number}.") for number in range(3)]
    page = reader.open(blog)
    row(page, roots[2]).get_by_role("link", name="Reply").click()
    page.locator(".in-place textarea").press_sequentially("Half a")
    page.get_by_role("link", name="Oldest", exact=True).click()
    expect(page.locator("article.comment").first).to_have_id(f"c{roots[0].pk}")
    expect(page.locator(f"#c{roots[2].pk} + .in-place textarea")).to_have_value("Half a")


def test_a_remembered_order_that_comes_late_gives_way_to_who_writes(reader, blog):
    nadia = make_person("Nadia")
    roots = [say(nadia, blog, f"Number {number}.") for number in range(3)]
    page = reader.open(blog)
    page.evaluate(
        "localStorage.setItem('newsroom-order', JSON.stringify({comments: {order: 'oldest', at: Date.now()}}))"
    )
    held = []
    page.route("**/comments/?sort=oldest", lambda route: held.append(route))
    page.reload()
    row(page, roots[2]).get_by_role("link", name="Reply").click()
    page.locator(".in-place textarea").press_sequentially("Half a")
    with page.expect_response("**/comments/?sort=oldest"):
        held[0].continue_()
    page.wait_for_timeout(300)
    expect(page.locator(f"#c{roots[2].pk} + .in-place textarea")).to_have_value("Half a")
    expect(page.locator("article.comment").first).to_have_id(f"c{roots[2].pk}")


def test_the_reader_stays_in_their_place_while_the_order_comes(reader, blog):
    nadia = make_person("Nadia")
    for number in range(30):
        say(nadia, blog, f"Number {number}. " + "Long. " * number)
    page = reader.open(blog)
    page.evaluate("localStorage.setItem('newsroom-order', JSON.stringify({comments: {order: 'best', at: Date.now()}}))")
    page.route("**/comments/?sort=best", lambda route: (page.wait_for_timeout(600), route.continue_())[1])
    page.reload()
    page.evaluate("scrollTo(0, 1500)")
    before = page.evaluate("document.elementFromPoint(150, 300).closest('.entry')?.getBoundingClientRect().top")
    expect(page.locator(".list .order [aria-current]")).to_have_text("Best")
    after = page.evaluate("document.elementFromPoint(150, 300).closest('.entry')?.getBoundingClientRect().top")
    assert before is not None
    assert abs(before - after) < 2
