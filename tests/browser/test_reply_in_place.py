"""A reader answers where they read: the form opens in place, keeps what is typed, and shows what became of it."""

import pytest
from playwright.sync_api import expect

from comments.models import Comment
from tests.browser.conftest import PHONE
from tests.browser.talking import comments_of, moderator, row, shown, sign_in
from tests.people import make_person, say

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "The water stands at the *second* step."


@pytest.fixture
def talk(blog):
    """Two conversations; the first has two replies."""
    nadia = make_person("Nadia")
    root = say(nadia, blog, "How high is the water?\n\nOur street is closed.")
    first = say(nadia, blog, "Higher.", parent=root)
    return [root, first, say(nadia, blog, "Lower.", parent=root), say(nadia, blog, "Something else.")]


def area(page):
    return page.locator(".in-place textarea[name=text]")


def open_reply(page, comment):
    row(page, comment).get_by_role("link", name="Reply").click()
    expect(area(page)).to_be_focused()


def send(page):
    page.locator(".in-place").get_by_role("button", name="Send", exact=True).click()


def test_a_reply_stands_last_below_what_it_answers(reader, blog, talk):
    page = reader.open(size=PHONE)
    sign_in(page, "Tom", comments_of(blog))
    open_reply(page, talk[1])
    area(page).fill(TEXT)
    send(page)
    expect(page.locator(".in-place")).to_have_count(0)
    own = Comment.objects.get(parent=talk[1])
    expect(row(page, own).locator("em")).to_have_text("second")
    expect(row(page, own)).to_be_in_viewport()
    expect(row(page, own)).to_be_focused()
    assert shown(page) == [talk[3].pk, talk[0].pk, talk[1].pk, own.pk, talk[2].pk]
    assert page.url.endswith(comments_of(blog))
    expect(page.locator(f"label[for=f{talk[1].pk}]")).to_have_text("1 reply")
    expect(row(page, own).get_by_role("link", name="Withdraw")).to_be_visible()
    expect(row(page, own).get_by_role("link", name="Edit")).to_be_visible()
    # Its draft has gone, and it is no news.
    open_reply(page, talk[1])
    expect(area(page)).to_have_value("")
    page.wait_for_timeout(3_000)
    expect(page.locator(".waiting, .comment.new")).to_have_count(0)


def test_a_new_conversation_stands_on_top(reader, blog, talk):
    page = reader.open()
    sign_in(page, "Tom", blog.get_absolute_url())
    page.get_by_role("link", name="Write a comment").click()
    area(page).fill(TEXT)
    send(page)
    expect(page.locator("article.comment").first).to_contain_text("second step")
    expect(page.locator("article.comment").first).to_be_in_viewport()


def test_a_comment_on_an_entry_is_written_below_it(reader, blog, talk):
    page = reader.open()
    sign_in(page, "Tom", blog.get_absolute_url())
    entry = blog.entries.published()[2]
    page.locator(f"#e{entry.pk}").get_by_role("link", name="Comment on this").click()
    expect(page.locator(f"#e{entry.pk} + .in-place")).to_be_visible()
    area(page).fill(TEXT)
    send(page)
    expect(page.locator("article.comment").first).to_contain_text("second step")
    assert Comment.objects.latest("pk").entry_id == entry.pk


def test_escape_and_cancel_close_it_and_the_draft_is_there_again(reader, blog, talk):
    page = reader.open()
    sign_in(page, "Tom", comments_of(blog))
    open_reply(page, talk[0])
    area(page).fill("Half a thought")
    page.keyboard.press("Escape")
    expect(area(page)).to_have_count(0)
    expect(row(page, talk[0]).get_by_role("link", name="Reply")).to_be_focused()
    open_reply(page, talk[1])
    expect(area(page)).to_have_value("")
    page.get_by_role("button", name="Cancel").click()
    page.reload()
    open_reply(page, talk[0])
    expect(area(page)).to_have_value("Half a thought")
    # On the form's own page too.
    page.goto(f"/c/{talk[0].pk}/reply/")
    expect(page.get_by_label("Your comment")).to_have_value("Half a thought")
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url("**/c/*/")
    page.goto(f"/c/{talk[0].pk}/reply/")
    expect(page.get_by_label("Your comment")).to_have_value("")


def test_what_was_typed_last_is_in_the_draft_of_who_leaves(reader, blog, talk):
    page = reader.open(comments_of(blog))
    open_reply(page, talk[0])
    area(page).press_sequentially("All this without a pause")
    # Not even the last letters are waited for.
    page.reload()
    open_reply(page, talk[0])
    expect(area(page)).to_have_value("All this without a pause")


def test_who_types_without_a_pause_has_a_draft(reader, blog, talk):
    page = reader.open(comments_of(blog))
    open_reply(page, talk[0])
    kept = page.evaluate(
        """async () => {
            const area = document.querySelector(".in-place textarea");
            for (let n = 0; n < 20; n++) {
                area.value += "word ";
                area.dispatchEvent(new Event("input", { bubbles: true }));
                await new Promise((then) => setTimeout(then, 50));
            }
            return localStorage.getItem("newsroom-drafts");
        }"""
    )
    assert "word word" in (kept or "")


def test_the_draft_of_an_edit_is_there_again_while_the_comment_is_the_same(reader, blog, talk):
    page = reader.open()
    own = say(sign_in(page, "Tom", comments_of(blog)), blog, "My own words.", parent=talk[0])
    reader.wait_until_served(blog)
    page.reload()
    edit = row(page, own).get_by_role("link", name="Edit")
    edit.click()
    expect(area(page)).to_be_focused()
    page.keyboard.type(" And more.")
    expect(area(page)).to_have_value("My own words. And more.")
    # What comes back as a preview has not become what it began with.
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".in-place .preview")).to_be_visible()
    page.keyboard.press("Escape")
    edit.click()
    expect(area(page)).to_have_value("My own words. And more.")
    page.keyboard.press("Escape")
    own.edit("Other words of mine.", own.author)
    edit.click()
    expect(area(page)).to_have_value("Other words of mine.")


def test_a_preview_is_shown_in_place(reader, blog, talk):
    page = reader.open()
    sign_in(page, "Tom", comments_of(blog))
    open_reply(page, talk[0])
    area(page).fill(TEXT)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".in-place .preview em")).to_have_text("second")
    expect(area(page)).to_have_value(TEXT)
    send(page)
    expect(page.locator(".comment em")).to_have_text("second")
    assert Comment.objects.filter(parent=talk[0]).count() == 3


def test_what_is_refused_says_why_and_keeps_the_text(reader, blog, talk):
    reader.expected = "Failed to load resource"
    page = reader.open()
    sign_in(page, "Tom", comments_of(blog))
    open_reply(page, talk[0])
    area(page).fill("Hm")
    send(page)
    expect(page.locator(".in-place .errorlist")).to_contain_text("Say a little more")
    expect(area(page)).to_have_value("Hm")
    talk[0].hide(moderator(), "spam")
    area(page).fill(TEXT)
    send(page)
    expect(page.locator(".in-place .errorlist")).to_contain_text("no longer shown")
    expect(area(page)).to_have_value(TEXT)


def test_a_form_that_grew_old_is_sent_once_more_by_itself(reader, blog, talk):
    reader.expected = "Failed to load resource"
    page = reader.open()
    sign_in(page, "Tom", comments_of(blog))
    open_reply(page, talk[0])
    area(page).fill(TEXT)
    # As signing in in another tab does.
    other = page.context.new_page()
    page.context.clear_cookies(name="sessionid")
    page.context.clear_cookies(name="csrftoken")
    sign_in(other, "Tom", comments_of(blog))
    with page.expect_response(lambda response: response.status == 403):
        send(page)
    expect(page.locator(".comment em")).to_have_text("second")
    assert Comment.objects.filter(parent=talk[0], text=TEXT).count() == 1


def test_a_line_that_breaks_keeps_the_text(reader, blog, talk):
    reader.expected = "Failed to load resource"
    page = reader.open()
    sign_in(page, "Tom", comments_of(blog))
    open_reply(page, talk[0])
    area(page).fill(TEXT)
    page.route("**/reply/", lambda route: route.abort())
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("Your text is still here")
    expect(page.get_by_role("alert")).to_be_in_viewport()
    assert page.evaluate("document.querySelector('.failed').nextElementSibling.matches('.buttons')")
    send(page)
    expect(page.locator(".in-place .errorlist")).to_have_count(1)
    page.unroute("**/reply/")
    send(page)
    expect(page.locator(".comment em")).to_have_text("second")


def test_signed_out_the_text_waits_over_the_sign_in(reader, blog, talk):
    page = reader.open(comments_of(blog))
    open_reply(page, talk[0])
    area(page).fill(TEXT)
    send(page)
    page.wait_for_url("**/accounts/**")
    sign_in(page, "Tom", f"/c/{talk[0].pk}/reply/")
    expect(page.get_by_label("Your comment")).to_have_value(TEXT)


def test_what_is_held_says_that_a_moderator_looks_at_it(reader, blog, talk):
    blog.edit(comment_policy="held")
    page = reader.open()
    sign_in(page, "Tom", comments_of(blog))
    open_reply(page, talk[0])
    area(page).fill(TEXT)
    send(page)
    expect(page.locator(".in-place")).to_contain_text("A moderator looks at it")
    assert shown(page) == [talk[3].pk, talk[0].pk, talk[1].pk, talk[2].pk]


def select(page, selector):
    page.evaluate(
        """selector => { const range = new Range(); range.selectNodeContents(document.querySelector(selector));
        getSelection().removeAllRanges(); getSelection().addRange(range); }""",
        selector,
    )


@pytest.mark.parametrize("how", ["button", "key"])
def test_what_is_selected_in_a_comment_is_quoted_in_the_answer(reader, blog, talk, how):
    page = reader.open(comments_of(blog))
    select(page, f"#c{talk[0].pk} .text")
    button = page.get_by_role("button", name="Quote")
    expect(button).to_be_visible()
    if how == "button":
        button.click()
    else:
        page.keyboard.press("q")
    quoted = "> How high is the water?\n>\n> Our street is closed.\n\n"
    expect(page.locator(f"#c{talk[0].pk} + .in-place textarea")).to_have_value(quoted)
    area(page).press_sequentially("Very.")
    select(page, f"#c{talk[0].pk} .text p:last-child")
    page.get_by_role("button", name="Quote").click()
    expect(area(page)).to_have_value(f"{quoted}Very.\n\n> Our street is closed.\n\n")


def test_a_quote_goes_into_the_answer_that_is_open(reader, blog, talk):
    page = reader.open(comments_of(blog))
    open_reply(page, talk[0])
    area(page).press_sequentially("Hear!")
    select(page, f"#c{talk[3].pk} .text")
    page.get_by_role("button", name="Quote").click()
    expect(page.locator(f"#c{talk[0].pk} + .in-place textarea")).to_have_value("Hear!\n\n> Something else.\n\n")


def test_three_clicks_select_a_paragraph_that_can_be_quoted(reader, blog, talk):
    page = reader.open(comments_of(blog))
    row(page, talk[0]).locator(".text p").last.click(click_count=3)
    page.get_by_role("button", name="Quote").click()
    expect(area(page)).to_have_value("> Our street is closed.\n\n")


def test_what_is_selected_in_an_entry_is_quoted_in_a_comment_on_it(reader, blog, talk):
    page = reader.open(blog)
    entry = blog.entries.published()[1]
    select(page, f"#e{entry.pk} .text")
    page.get_by_role("button", name="Quote").click()
    expect(page.locator(f"#e{entry.pk} + .in-place textarea")).to_have_value(f"> {entry.text.strip()}\n\n")


def test_near_the_limit_characters_are_counted_as_people_count_them(reader, blog, talk):
    page = reader.open(comments_of(blog))
    open_reply(page, talk[0])
    area(page).fill("x" * 4_000)
    expect(page.locator(".count")).to_have_count(0)
    area(page).fill("x" * 4_810 + "👨‍👩‍👧‍👦é")
    expect(page.locator(".count")).to_have_text("4,812 of 5,000 characters")


def test_a_closed_article_offers_nothing(reader, blog, talk):
    blog.edit(comment_policy="closed")
    page = reader.open(blog)
    expect(page.locator("article.comment")).to_have_count(4)
    expect(page.get_by_role("link", name="Reply")).to_have_count(0)
    expect(page.get_by_role("link", name="Comment on this")).to_have_count(0)
    select(page, f"#c{talk[0].pk} .text")
    page.wait_for_timeout(400)
    expect(page.get_by_role("button", name="Quote")).to_have_count(0)


def test_a_comment_is_edited_recommended_and_reported_in_place(reader, blog, talk):
    page = reader.open()
    tom = sign_in(page, "Tom", comments_of(blog))
    own = say(tom, blog, "My own words.", parent=talk[0])
    reader.wait_until_served(blog)
    page.reload()
    row(page, own).get_by_role("link", name="Edit").click()
    expect(area(page)).to_have_value("My own words.")
    area(page).fill("My own better words.")
    page.locator(".in-place").get_by_role("button", name="Save").click()
    expect(row(page, own)).to_contain_text("My own better words.")
    expect(row(page, own)).to_contain_text("edited")

    expect(row(page, own).get_by_text("♥")).to_have_count(0)
    heart = row(page, talk[0]).get_by_role("button", name="Recommend")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    expect(heart).to_have_text("♥ 1")
    heart.press("Space")
    expect(heart).to_have_attribute("aria-pressed", "false")
    expect(heart).to_have_text("♥ Recommend")

    row(page, talk[3]).get_by_role("link", name="Report").click()
    page.locator(".in-place input[type=radio]").first.check()
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator(".in-place")).to_contain_text("The moderators will look at the comment.")
    page.locator(".in-place").get_by_role("button", name="Cancel").click()
    expect(page.locator(".in-place")).to_have_count(0)


def test_who_is_signed_out_signs_in_to_recommend(reader, blog, talk):
    page = reader.open(comments_of(blog))
    row(page, talk[0]).get_by_role("link", name="Recommend").click()
    page.wait_for_url(f"**/accounts/login/?next=%2Fc%2F{talk[0].pk}%2Frecommend%2F")
