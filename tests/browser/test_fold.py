"""A reader folds a branch, with a script or without; it stays folded when they come back, and unfolds when named."""

import pytest
from playwright.sync_api import expect

from comments.models import Comment
from tests.browser.conftest import PHONE
from tests.browser.talking import comments_of, row
from tests.people import make_person, say

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def branch(blog):
    """Six comments, each the answer to the one before, and one beside them."""
    nadia = make_person("Nadia")
    comments = [say(nadia, blog, "Answer 0.")]
    for number in range(1, 6):
        comments.append(say(nadia, blog, f"Answer {number}.", parent=comments[-1]))
    say(nadia, blog, "Beside.", parent=comments[0])
    return comments


def assert_folded(page, branch, at):
    expect(row(page, branch[at]).locator(".who")).to_be_visible()
    expect(row(page, branch[at]).locator(".text")).to_be_hidden()
    expect(row(page, branch[at]).locator(".actions")).to_be_hidden()
    for below in branch[at + 1 :]:
        expect(row(page, below)).to_be_hidden()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_branch_folds_and_says_how_many_replies_it_has(reader, blog, branch, script):
    page = reader.open(java_script_enabled=script)
    page.goto(comments_of(blog))
    page.locator(f"label[for=f{branch[1].pk}]").click()
    assert_folded(page, branch, 1)
    expect(page.locator(f"label[for=f{branch[1].pk}]")).to_have_text("4 replies")
    expect(page.get_by_text("Beside.")).to_be_visible()
    page.locator(f"label[for=f{branch[1].pk}]").click()
    expect(row(page, branch[5])).to_be_visible()


def test_the_keyboard_folds_and_a_screen_reader_hears_what(reader, blog, branch):
    page = reader.open(java_script_enabled=False)
    page.goto(comments_of(blog))
    switch = page.get_by_role("checkbox", name="Fold 6 replies")
    switch.focus()
    page.keyboard.press("Space")
    expect(switch).to_be_checked()
    assert_folded(page, branch, 0)
    outline = page.locator(f"label[for=f{branch[0].pk}]").evaluate("label => getComputedStyle(label).outlineStyle")
    assert outline == "solid"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_going_on_and_back_leaves_it_folded(reader, blog, branch, script):
    page = reader.open(java_script_enabled=script)
    page.goto(comments_of(blog))
    page.locator(f"label[for=f{branch[2].pk}]").click()
    page.goto("/accounts/login/")
    page.go_back()
    assert_folded(page, branch, 2)


def test_another_visit_finds_it_folded_and_another_article_knows_nothing(reader, blog, branch):
    page = reader.open(comments_of(blog))
    page.locator(f"label[for=f{branch[2].pk}]").click()
    page.goto(blog.get_absolute_url())
    assert_folded(page, branch, 2)
    page.locator(f"label[for=f{branch[2].pk}]").click()
    page.goto(comments_of(blog))
    expect(row(page, branch[5])).to_be_visible()
    assert page.evaluate("localStorage.getItem('newsroom-folds')") == "{}"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_comment_that_an_address_names_is_seen_in_a_folded_branch(reader, blog, branch, script):
    page = reader.open(java_script_enabled=script)
    page.goto(comments_of(blog))
    page.locator(f"label[for=f{branch[0].pk}]").click()
    page.evaluate("0") if script else None
    page.goto(f"{comments_of(blog)}#c{branch[4].pk}")
    expect(row(page, branch[4])).to_be_in_viewport()


def test_the_comment_of_an_address_is_marked_and_scrolled_to_without_a_fragment(reader, blog, branch):
    for _ in range(8):
        branch.append(say(branch[0].author, blog, "More.", parent=branch[-1]))
    page = reader.open(f"/c/{branch[-1].pk}/", PHONE)
    expect(page.locator(".comment.target")).to_be_in_viewport()
    assert page.evaluate("scrollY") > 300


def test_on_a_phone_the_indent_stops_after_three_levels(reader, blog, branch):
    page = reader.open(comments_of(blog), PHONE)
    lefts = [row(page, comment).bounding_box()["x"] for comment in branch]
    assert lefts[0] < lefts[1] < lefts[2] < lefts[3] == lefts[4] == lefts[5]
    expect(row(page, branch[4]).locator(".answers")).to_have_text("to Nadia")
    assert Comment.objects.get(pk=branch[5].pk).level == 5
