"""What a reader began and did not send is kept in this browser, and the link to it says so."""

import pytest
from playwright.sync_api import expect

from comments.models import Comment
from comments.threads import CONVERSATIONS_PER_PAGE
from tests.browser.talking import comments_of, row, sign_in
from tests.people import make_person, say

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def root(blog):
    return say(make_person("Nadia"), blog, "How high is the water?")


def area(page):
    return page.locator(".in-place textarea[name=text]")


def begin(page, link, text="Half a thought"):
    link.click()
    expect(area(page)).to_be_focused()
    area(page).fill(text)
    page.keyboard.press("Escape")
    expect(area(page)).to_have_count(0)


def test_a_reply_that_was_begun(reader, blog, root):
    other = say(root.author, blog, "Something else.")
    page = reader.open(comments_of(blog))
    begin(page, row(page, root).get_by_role("link", name="Reply"))
    going_on = row(page, root).get_by_role("link", name="Continue your reply")
    expect(going_on).to_be_focused()
    # On return, and on the other pages where the comment stands.
    for where in (comments_of(blog), blog.get_absolute_url(), root.get_absolute_url()):
        page.goto(where)
        expect(going_on).to_be_visible()
    page.goto(comments_of(blog))
    expect(row(page, other).get_by_role("link", name="Reply", exact=True)).to_be_visible()
    going_on.click()
    expect(area(page)).to_have_value("Half a thought")
    # Nothing is kept of an empty text.
    area(page).fill("")
    page.keyboard.press("Escape")
    expect(row(page, root).get_by_role("link", name="Reply", exact=True)).to_be_focused()


def test_a_reply_begun_before_another_was(reader, blog, root):
    other = say(root.author, blog, "Something else.")
    page = reader.open(comments_of(blog))
    row(page, root).get_by_role("link", name="Reply").click()
    area(page).fill("Half a thought")
    row(page, other).get_by_role("link", name="Reply").click()
    expect(page.locator(f"#c{other.pk} + .in-place")).to_be_visible()
    expect(row(page, root).get_by_role("link", name="Continue your reply")).to_be_visible()


def test_sent_it_is_continued_no_more(reader, blog, root):
    page = reader.open()
    sign_in(page, "Tom", comments_of(blog))
    begin(page, row(page, root).get_by_role("link", name="Reply"))
    row(page, root).get_by_role("link", name="Continue your reply").click()
    area(page).fill("At the second step.")
    page.locator(".in-place").get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".comment", has_text="At the second step.")).to_be_focused()
    expect(row(page, root).get_by_role("link", name="Reply", exact=True)).to_be_visible()


def test_held_for_a_look_it_is_continued_no_more(reader, blog, root):
    blog.edit(comment_policy="held")
    page = reader.open()
    sign_in(page, "Tom", comments_of(blog))
    begin(page, page.get_by_role("link", name="Write a comment"))
    page.get_by_role("link", name="Continue your comment").click()
    page.locator(".in-place").get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".in-place")).to_contain_text("A moderator looks at it")
    expect(page.get_by_role("link", name="Write a comment")).to_be_visible()


def test_a_comment_and_one_on_an_entry(reader, blog, root):
    page = reader.open(blog)
    entry = blog.entries.published()[2]
    begin(page, page.get_by_role("link", name="Write a comment"), "On all of it")
    begin(page, page.locator(f"#e{entry.pk}").get_by_role("link", name="Comment on this"), "On the dike")
    page.reload()
    on_all = page.locator("#comments > .write").get_by_role("link", name="Continue your comment")
    on_entry = page.locator(f"#e{entry.pk}").get_by_role("link", name="Continue your comment")
    expect(page.get_by_role("link", name="Continue your comment")).to_have_count(2)
    on_entry.click()
    expect(area(page)).to_have_value("On the dike")
    on_all.click()
    expect(area(page)).to_have_value("On all of it")
    # The entry's own page writes about the entry.
    page.goto(entry.get_absolute_url())
    on_all.click()
    expect(area(page)).to_have_value("On the dike")


def test_on_rows_that_load_later(reader, blog, root):
    for number in range(CONVERSATIONS_PER_PAGE):
        say(root.author, blog, f"Number {number}.")
    page = reader.open(root.get_absolute_url())
    begin(page, row(page, root).get_by_role("link", name="Reply"))
    reader.go(page, comments_of(blog))
    expect(row(page, root)).to_have_count(0)
    page.get_by_role("link", name="More conversations").click()
    expect(row(page, root).get_by_role("link", name="Continue your reply")).to_be_visible()


def test_begun_in_another_tab(reader, blog, root):
    page = reader.open(comments_of(blog))
    other = reader.open(root.get_absolute_url(), context=page.context)
    begin(other, row(other, root).get_by_role("link", name="Reply"))
    expect(row(page, root).get_by_role("link", name="Continue your reply")).to_be_visible()


def test_in_the_article_s_language(reader, blog, root):
    blog.edit(language="ar")
    reader.wait_until_served(blog)
    page = reader.open(comments_of(blog))
    begin(page, row(page, root).get_by_role("link", name="رد", exact=True))
    expect(row(page, root).get_by_role("link", name="أكمل ردك")).to_be_visible()
    assert not Comment.objects.filter(parent=root).exists()
