"""On the pages that everybody gets, what only some may do shows to them alone; without scripts it shows to all."""

import pytest
from playwright.sync_api import expect

from tests.browser.talking import comments_of, moderator, row, sign_in
from tests.people import make_person, say

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FOR_MODERATORS = ("Moderators:", "decide about it", "open, hold or close the comments")
FOR_ITS_AUTHOR = ("Is this yours?", "Withdraw it")


@pytest.fixture
def comment(blog):
    return say(make_person("Nadia"), blog, "How high is the water?")


def test_a_reader_sees_neither_what_moderators_nor_what_authors_do(reader, blog, comment):
    page = reader.open()
    sign_in(page, "Tom")
    for where in (comment.get_absolute_url(), comments_of(blog)):
        page.goto(where)
        # Their own answer has come.
        expect(row(page, comment).get_by_role("button", name="Recommend")).to_be_visible()
        for text in (*FOR_MODERATORS, *FOR_ITS_AUTHOR):
            expect(page.get_by_text(text).locator("visible=true")).to_have_count(0)
    page.goto(comment.get_absolute_url())
    expect(page.get_by_role("link", name="Follow this conversation")).to_be_visible()


def test_a_moderator_sees_the_ways_to_decide(reader, blog, comment):
    moderator()
    page = reader.open()
    sign_in(page, "Mo", comments_of(blog))
    page.get_by_role("link", name="open, hold or close the comments").click()
    expect(page.get_by_role("heading", name="Comments on this article")).to_be_visible()
    # On a comment that is hidden, which has no actions of its own, too.
    comment.hide(moderator("Max"), "abuse")
    page.goto(comment.get_absolute_url())
    page.get_by_role("link", name="decide about it").click()
    expect(page.get_by_role("button", name="Restore")).to_be_visible()


def test_an_author_withdraws_and_edits_at_the_comment_and_does_not_report_it(reader, blog, comment):
    page = reader.open()
    tom = sign_in(page, "Tom", comments_of(blog))
    own = say(tom, blog, "My own words.", parent=comment)
    reader.wait_until_served(blog)
    for where in (own.get_absolute_url(), comments_of(blog), blog.get_absolute_url()):
        page.goto(where)
        expect(row(page, own).get_by_role("link", name="Withdraw", exact=True)).to_be_visible()
        expect(row(page, own).get_by_text("Report")).to_have_count(0)
        expect(row(page, own).get_by_text("Recommend")).to_have_count(0)
        expect(row(page, comment).get_by_role("link", name="Report")).to_be_visible()


def test_nor_is_what_was_just_written_reported(reader, blog, comment):
    page = reader.open()
    sign_in(page, "Tom", comments_of(blog))
    row(page, comment).get_by_role("link", name="Reply").click()
    page.locator(".in-place textarea").fill("At the second step.")
    page.locator(".in-place").get_by_role("button", name="Send", exact=True).click()
    own = page.locator(".comment", has_text="At the second step.")
    expect(own.get_by_role("link", name="Withdraw")).to_be_visible()
    expect(own.get_by_text("Report")).to_have_count(0)


def test_without_scripts_nobody_is_known_and_all_of_it_shows(reader, blog, comment):
    reader.wait_until_served(blog)
    page = reader.open(java_script_enabled=False)
    page.goto(comment.get_absolute_url())
    expect(page.get_by_role("link", name="Withdraw it")).to_be_visible()
    expect(page.get_by_role("link", name="decide about it")).to_be_visible()
    page.goto(comments_of(blog))
    expect(page.get_by_role("link", name="open, hold or close the comments")).to_be_visible()
