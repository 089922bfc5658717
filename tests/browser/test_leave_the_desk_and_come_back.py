"""A page is closed, or something else is opened in it: what was typed comes back."""

import pytest
from playwright.sync_api import expect

from articles.models import Entry
from tests.browser.at_the_desk import LINE, published
from tests.people import make_entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_page_that_is_closed_gives_back_what_was_typed(sit_down, size):
    desk = sit_down("Carla", "correspondent", size)
    desk.headline.fill("Norden")
    desk.write(LINE)
    desk.page.get_by_label("Key event").check()
    desk.page.get_by_label("Time in Berlin").fill("2099-01-01T10:00")
    desk.page.close()
    again = desk.open_again()
    expect(again.said).to_have_text("This is what you had written before the page was closed.")
    expect(again.text).to_have_value(LINE)
    expect(again.headline).to_have_value("Norden")
    expect(again.page.get_by_label("Key event")).to_be_checked()
    expect(again.page.get_by_label("Time in Berlin")).to_have_value("2099-01-01T10:00")


def test_a_draft_is_kept_on_the_site_too(sit_down):
    desk = sit_down("Carla", "correspondent")
    desk.write(LINE)
    expect(desk.page.locator("#saved")).to_contain_text("Saved", timeout=12_000)
    draft = Entry.objects.get(text=LINE)
    assert (draft.state, draft.author.name) == ("draft", "Carla")
    desk.send()
    expect(desk.text).to_have_value("")
    draft.refresh_from_db()
    assert draft.state == "published"


def test_two_pages_of_one_desk_do_not_write_into_each_other(sit_down):
    desk = sit_down("Carla", "correspondent")
    desk.write("In the first.")
    second = desk.open_again()
    second.page.wait_for_timeout(400)
    expect(second.text).to_have_value("")
    second.write("In the second.")
    second.send()
    expect(second.text).to_have_value("")
    expect(desk.text).to_have_value("In the first.")
    desk.page.bring_to_front()
    desk.text.focus()
    desk.send()
    expect(desk.text).to_have_value("")
    assert [published("In the first."), published("In the second.")] == [1, 1]


def test_what_was_written_comes_back_after_an_entry_was_edited(sit_down, blog):
    make_entry(blog, "Two roads.")
    desk = sit_down("Edith", "editor")
    desk.write(LINE)
    desk.edit("Two roads.")
    expect(desk.text).to_have_value("Two roads.")
    desk.write("Three roads.")
    desk.send()
    expect(desk.text).to_have_value(LINE)


def test_an_edit_that_is_left_can_be_had_again(sit_down, blog):
    make_entry(blog, "Two roads.")
    desk = sit_down("Edith", "editor")
    desk.edit("Two roads.")
    expect(desk.text).to_have_value("Two roads.")
    desk.write("Three roads.")
    desk.page.keyboard.press("Escape")
    expect(desk.text).to_have_value("")
    desk.page.get_by_role("button", name="Take it back").click()
    expect(desk.text).to_have_value("Three roads.")
    desk.send()
    expect(desk.row("Three roads.")).to_be_visible()


def test_so_can_several_and_after_the_page_was_closed(sit_down, blog):
    for text in ("One road.", "Two roads."):
        make_entry(blog, text)
    desk = sit_down("Edith", "editor")
    for text in ("One road.", "Two roads."):
        desk.edit(text)
        desk.write(f"{text} Or not.")
        desk.page.keyboard.press("Escape")
        expect(desk.text).to_have_value("")
    desk.page.close()
    again = desk.open_again()
    for text in ("Two roads. Or not.", "One road. Or not."):
        again.page.get_by_role("button", name="Take it back").click()
        expect(again.text).to_have_value(text)
        again.send()
        expect(again.row(text)).to_be_visible()
