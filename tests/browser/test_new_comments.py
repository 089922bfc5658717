"""What is new since the last visit is marked; what comes meanwhile waits; what is taken back goes; nothing moves."""

import pytest
from playwright.sync_api import expect

from articles.models import Article
from comments.models import Comment
from comments.threads import ROWS_PER_PAGE
from tests.browser.conftest import PHONE
from tests.browser.talking import comments_of, moderator, remember_visit, row, shown, sign_in
from tests.comments.plant import plant
from tests.people import make_entry, make_person, say

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def nadia(blog):
    return make_person("Nadia")


@pytest.fixture
def talk(nadia, blog):
    """Three conversations of three comments each, the newest last."""
    roots = [say(nadia, blog, f"Root {number}.") for number in range(3)]
    for root in roots:
        say(nadia, blog, "Second.", parent=say(nadia, blog, "First.", parent=root))
    return roots


def number_of(blog):
    return Article.objects.get(pk=blog.pk).comment_change


def test_a_first_visit_marks_nothing(reader, blog, talk):
    page = reader.open(comments_of(blog))
    expect(page.locator(".comment")).to_have_count(9)
    page.wait_for_timeout(300)
    expect(page.locator(".comment.new, .news")).to_have_count(0)


def test_what_came_since_the_last_visit_is_marked_and_a_key_leads_through_it(reader, blog, nadia, talk):
    page = reader.open(comments_of(blog))
    remember_visit(page, blog, number_of(blog))
    new = [say(nadia, blog, "New reply.", parent=talk[2]), say(nadia, blog, "New reply.", parent=talk[0])]
    reader.wait_until_served(blog)
    page.reload()
    expect(page.locator(".comment.new")).to_have_count(2)
    expect(row(page, new[0])).to_contain_text("New")
    expect(page.locator(".news")).to_contain_text("2 new comments")
    for key, comment in (("n", new[0]), ("n", new[1]), ("p", new[0]), ("p", new[1])):
        page.keyboard.press(key)
        expect(row(page, comment)).to_be_focused()
        expect(row(page, comment)).to_be_in_viewport()
    # The same visit goes on, on another page.
    page.goto(blog.get_absolute_url())
    expect(page.locator(".comment.new")).to_have_count(2)


def test_a_button_leads_there_too_and_a_folded_branch_unfolds(reader, blog, nadia, talk):
    page = reader.open(comments_of(blog), PHONE)
    page.locator(f"label[for=f{talk[1].pk}]").click()
    remember_visit(page, blog, number_of(blog))
    new = say(nadia, blog, "New reply.", parent=talk[1])
    reader.wait_until_served(blog)
    page.reload()
    expect(row(page, new)).to_be_hidden()
    next_one = page.get_by_role("button", name="Next")
    assert next_one.bounding_box()["height"] >= 40
    next_one.click()
    expect(row(page, new)).to_be_in_viewport()


def test_the_keys_are_letters_while_one_types(reader, blog, nadia, talk):
    page = reader.open(comments_of(blog))
    remember_visit(page, blog, number_of(blog) - 1)
    page.reload()
    expect(page.locator(".comment.new")).to_have_count(1)
    row(page, talk[2]).get_by_role("link", name="Reply").click()
    expect(page.locator(".in-place textarea")).to_be_focused()
    page.keyboard.type("npq")
    expect(page.locator(".in-place textarea")).to_have_value("npq")


def test_new_conversations_wait_behind_a_button(reader, blog, nadia, talk):
    page = reader.open(comments_of(blog))
    before = shown(page)
    new = [say(nadia, blog, f"New {number}.") for number in range(2)]
    button = page.get_by_role("button", name="2 new conversations")
    expect(button).to_be_visible()
    assert shown(page) == before
    button.click()
    expect(row(page, new[0])).to_be_visible()
    assert shown(page) == [new[1].pk, new[0].pk, *before]
    expect(page.locator(".comment.new")).to_have_count(2)
    expect(row(page, new[1])).to_be_focused()
    expect(page.locator(".waiting")).to_have_count(0)


def test_new_replies_wait_at_the_end_of_their_conversation(reader, blog, nadia, talk):
    page = reader.open(blog)
    before = shown(page)
    new = [say(nadia, blog, "New.", parent=talk[1]) for _ in range(2)]
    button = page.locator(".conversation", has=row(page, talk[1])).get_by_role("button", name="2 new replies")
    button.click()
    expect(row(page, new[0])).to_be_visible()
    expect(row(page, new[1])).to_be_visible()
    at = before.index(talk[1].pk) + 3
    assert shown(page) == [*before[:at], new[0].pk, new[1].pk, *before[at:]]
    expect(page.locator(f"label[for=f{talk[1].pk}]")).to_have_text("4 replies")
    expect(page.locator(".waiting")).to_have_count(0)


def test_the_button_leads_to_the_new_reply_not_to_what_was_cut_off(reader, blog, nadia):
    root, *replies = plant(nadia, blog, [0] * (ROWS_PER_PAGE + 20))
    page = reader.open(blog)
    assert replies[-1].pk not in shown(page)
    new = say(nadia, blog, "New.", parent=root)
    page.get_by_role("button", name="1 new reply").click()
    expect(row(page, new)).to_be_focused()
    expect(row(page, new)).to_be_in_viewport()


def test_in_another_order_new_conversations_are_offered_on_the_article_s_page(reader, blog, nadia, talk):
    page = reader.open(blog)
    page.get_by_role("link", name="Oldest", exact=True).click()
    expect(page.locator("article.comment").first).to_have_id(f"c{talk[0].pk}")
    new = say(nadia, blog, "New.")
    page.get_by_role("button", name="1 new conversation").click()
    expect(row(page, new)).to_be_focused()
    assert shown(page)[0] == new.pk
    expect(page.locator(".waiting")).to_have_count(0)


@pytest.mark.parametrize("where", ["the article", "its comments", "one conversation"])
def test_an_article_that_has_ended_tells_of_new_comments_until_they_close(reader, blog, nadia, talk, where):
    blog.end()
    reader.wait_until_served(blog)
    places = {"the article": blog.get_absolute_url(), "its comments": comments_of(blog)}
    page = reader.open(places.get(where, talk[1].get_absolute_url()))
    new = say(nadia, blog, "New.", parent=talk[1])
    page.get_by_role("button", name="1 new reply").click()
    expect(row(page, new)).to_be_focused()
    blog.edit(comment_policy="closed")
    expect(page.locator("body")).to_have_attribute("data-change", str(blog.change))
    expect(page.locator("#line")).to_have_text("")


def test_what_is_taken_back_is_no_longer_counted_as_new(reader, blog, nadia, talk):
    page = reader.open(comments_of(blog))
    remember_visit(page, blog, number_of(blog) - 2)
    page.reload()
    expect(page.locator(".news")).to_contain_text("2 new comments")
    Comment.objects.latest("pk").hide(moderator(), "abuse")
    expect(page.locator(".news")).to_contain_text("1 new comment")


def test_nothing_lies_over_what_somebody_writes(reader, blog, nadia, talk):
    page = reader.open(comments_of(blog), PHONE)
    remember_visit(page, blog, number_of(blog) - 2)
    page.reload()
    expect(page.locator(".news")).to_be_visible()
    say(nadia, blog, "New.")
    expect(page.locator(".list > .waiting")).to_have_css("position", "sticky")
    row(page, talk[0]).get_by_role("link", name="Reply").click()
    expect(page.locator(".in-place textarea")).to_be_focused()
    expect(page.locator(".news")).to_be_hidden()
    expect(page.locator(".list > .waiting")).to_have_css("position", "static")
    page.keyboard.press("Escape")
    expect(page.locator(".news")).to_be_visible()


def test_nothing_moves_under_the_reader_and_folds_and_forms_stay(reader, blog, nadia, talk):
    page = reader.open(comments_of(blog), PHONE)
    page.locator(f"label[for=f{talk[2].pk}]").click()
    row(page, talk[0]).get_by_role("link", name="Reply").click()
    page.locator(".in-place textarea").fill("I am still typing.")
    page.evaluate("scrollTo(0, 300)")
    place = f"document.querySelector('#c{talk[0].pk}').getBoundingClientRect().top"
    before = page.evaluate(place)
    say(nadia, blog, "New reply.", parent=talk[1])
    say(nadia, blog, "New conversation.")
    expect(page.get_by_role("button", name="1 new conversation")).to_be_attached()
    expect(page.get_by_role("button", name="1 new reply")).to_be_attached()
    assert abs(page.evaluate(place) - before) < 2
    page.get_by_role("button", name="1 new reply").evaluate("button => button.click()")
    expect(page.locator(".comment")).to_have_count(10)
    expect(page.locator(".in-place textarea")).to_have_value("I am still typing.")
    expect(page.locator(f"#f{talk[2].pk}")).to_be_checked()


def test_what_is_taken_back_goes_at_once_and_comes_back(reader, blog, talk):
    page = reader.open(comments_of(blog))
    talk[1].hide(moderator(), "abuse")
    expect(row(page, talk[1])).to_have_text("This comment is no longer shown.", timeout=4_000)
    expect(page.locator(".comment")).to_have_count(9)
    Comment.objects.get(pk=talk[1].pk).restore(moderator("Max"))
    expect(row(page, talk[1])).to_contain_text("Root 1.")


def test_a_hidden_branch_goes_whole_and_what_waited_in_it_too(reader, blog, nadia, talk):
    page = reader.open(comments_of(blog))
    say(nadia, blog, "New.", parent=talk[0])
    expect(page.get_by_role("button", name="1 new reply")).to_be_visible()
    talk[0].hide_branch(moderator(), "abuse")
    expect(page.get_by_text("This comment is no longer shown.")).to_have_count(3)
    expect(page.locator(".waiting")).to_have_count(0)


def test_ones_own_comment_never_waits(reader, blog, talk):
    page = reader.open()
    own = sign_in(page, "Tom", comments_of(blog))
    say(own, blog, "From another window.")
    say(talk[0].author, blog, "Theirs.")
    expect(page.get_by_role("button", name="1 new conversation")).to_be_visible()


def test_on_an_entry_s_page_only_conversations_about_it_are_announced(reader, blog, nadia):
    entry = make_entry(blog, "The dike.")
    page = reader.open(entry)
    say(nadia, blog, "About something else.")
    about = Comment.objects.post(blog, "About the dike.", author=nadia, entry=entry)
    page.get_by_role("button", name="1 new conversation").click()
    expect(row(page, about)).to_be_visible()
    assert shown(page) == [about.pk]


def test_an_edited_comment_is_not_announced(reader, blog, talk):
    page = reader.open(comments_of(blog))
    talk[0].edit("Root 0, edited.", talk[0].author)
    say(talk[0].author, blog, "New.")
    expect(page.get_by_role("button", name="1 new conversation")).to_be_visible()
    expect(page.locator(".waiting")).to_have_count(1)


def test_what_waited_and_was_not_shown_is_new_at_the_next_visit(reader, blog, nadia, talk):
    page = reader.open(comments_of(blog))
    new = say(nadia, blog, "New.")
    expect(page.get_by_role("button", name="1 new conversation")).to_be_visible()
    reader.wait_until_served(blog)
    page.reload()
    expect(row(page, new)).to_have_class("comment new")
