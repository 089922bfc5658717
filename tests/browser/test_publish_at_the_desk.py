"""Publishing at the desk: one chord, or one tap on a phone, and the box is empty for the next one."""

import pytest
from playwright.sync_api import expect

from articles.models import Entry
from tests.browser.conftest import DESK, PHONE
from tests.people import make_entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_one_chord_publishes_and_leaves_an_empty_box(sit_down, reader, blog, size):
    open_page = reader.open(blog, size)
    desk = sit_down("Carla", "correspondent", size)
    expect(desk.text).to_be_focused()
    desk.write("The bridge at Norden is *open*.")
    desk.send()
    expect(desk.said).to_have_text("Published.")
    expect(desk.text).to_have_value("")
    expect(desk.text).to_be_focused()
    expect(desk.row("The bridge at Norden is open.")).to_be_visible()
    expect(open_page.get_by_text("The bridge at Norden is open.")).to_be_attached()
    assert Entry.objects.get(text="The bridge at Norden is *open*.").byline == "Carla"


def test_the_next_one_needs_no_click(sit_down):
    desk = sit_down("Carla", "correspondent")
    for number in range(3):
        desk.page.keyboard.type(f"Line {number}.")
        desk.send()
        expect(desk.text).to_have_value("")
    assert [entry.text for entry in Entry.objects.published().filter(text__startswith="Line")] == [
        "Line 2.",
        "Line 1.",
        "Line 0.",
    ]


def test_all_of_it_goes_by_keyboard(sit_down, blog):
    desk = sit_down("Carla", "correspondent")
    press, type_ = desk.page.keyboard.press, desk.page.keyboard.type
    press("Alt+h")
    type_("Norden")
    press("Tab")
    desk.text.focus()
    press("Control+b")
    type_("Now")
    press("ArrowRight")
    press("ArrowRight")
    type_(" it is open.")
    press("Alt+k")
    press("Alt+i")
    press("Alt+p")
    expect(desk.page.locator("#preview strong")).to_have_text("Now")
    press("Control+Enter")
    expect(desk.said).to_have_text("Published.")
    entry = Entry.objects.get(headline="Norden")
    assert (entry.text, entry.is_key_event, entry.is_pinned) == ("**Now** it is open.", True, True)
    expect(desk.row("Norden")).to_be_visible()
    press("Alt+l")
    expect(desk.row("Norden").get_by_role("button", name="Edit")).to_be_focused()


def test_keys_are_shown_where_there_are_keys(sit_down):
    desk, phone = sit_down("Carla", "correspondent"), sit_down("Conny", "correspondent", PHONE)
    expect(desk.page.get_by_text("Ctrl Shift 8")).to_be_visible()
    expect(phone.page.get_by_text("Ctrl Shift 8")).to_be_hidden()


def test_the_button_is_in_reach_of_a_thumb_while_a_long_text_is_typed(sit_down):
    desk = sit_down("Carla", "correspondent", PHONE)
    desk.write("Line.\n" * 60)
    button = desk.page.get_by_role("button", name="Publish")
    expect(button).to_be_in_viewport(ratio=1)
    assert button.bounding_box()["height"] >= 44


def test_nothing_to_read_is_not_published(sit_down):
    desk = sit_down("Carla", "correspondent")
    desk.write("  ")
    desk.send()
    expect(desk.said).to_have_text("There is nothing to read yet. Write something, or add a photograph.")


def test_what_is_typed_while_it_is_on_its_way_stays(sit_down, blog):
    desk = sit_down("Carla", "correspondent")

    def slowly(route):
        desk.page.evaluate("document.querySelector('#text').value += ' And the ferry.'")
        route.continue_()

    desk.page.route("**/send/publish/", slowly)
    desk.write("The bridge is open.")
    desk.send()
    expect(desk.said).to_have_text("Published.")
    expect(desk.text).to_have_value("The bridge is open. And the ferry.")
    desk.page.unroute("**/send/publish/")
    desk.send()
    expect(desk.text).to_have_value("")
    assert [e.text for e in blog.entries.filter(text__startswith="The bridge")] == [
        "The bridge is open. And the ferry."
    ]


def test_a_hold_leaves_time_to_undo(sit_down, size):
    desk = sit_down("Carla", "correspondent", size)
    desk.page.get_by_label("Hold").select_option("5")
    desk.write("The bridge is shut.")
    desk.send()
    undo = desk.page.get_by_role("button", name="Undo")
    expect(undo).to_be_in_viewport(ratio=1)
    undo.click()
    expect(desk.text).to_have_value("The bridge is shut.")
    assert not Entry.objects.published().filter(text__startswith="The bridge").exists()


def test_each_of_two_that_are_held_can_be_undone_and_the_line_may_be_down_for_a_moment(sit_down):
    desk = sit_down("Carla", "correspondent")
    desk.page.get_by_label("Hold").select_option("10")
    for text in ("The first.", "The second."):
        desk.write(text)
        desk.send()
        expect(desk.text).to_have_value("")
    desk.page.route("**/unschedule/", lambda route: route.abort(), times=1)
    desk.page.get_by_role("button", name="Undo").first.click()
    expect(desk.text).to_have_value("The first.")
    desk.page.get_by_role("button", name="Undo").click()
    expect(desk.text).to_have_value("The second.")
    assert not Entry.objects.published().filter(text__startswith="The ").exists()


def test_after_the_hold_it_goes_out(sit_down):
    desk = sit_down("Carla", "correspondent")
    desk.page.get_by_label("Hold").select_option("1")
    desk.write("The bridge is shut.")
    desk.send()
    expect(desk.said).to_have_text("Published.")
    assert Entry.objects.get(text="The bridge is shut.").state == "published"


def test_one_click_edits_pins_marks_and_withdraws(sit_down, reader, blog, size):
    entry = make_entry(blog, "Two roads are shut.")
    open_page = reader.open(blog, size)
    desk = sit_down("Edith", "editor", size)
    row = desk.row("Two roads are shut.")
    row.get_by_role("button", name="Key event").click()
    expect(row.get_by_role("button", name="No key event")).to_be_visible()
    row.get_by_role("button", name="Pin", exact=True).click()
    expect(row.get_by_role("button", name="Unpin")).to_be_visible()
    row.get_by_role("button", name="Edit").click()
    expect(desk.text).to_have_value("Two roads are shut.")
    desk.write("Three roads are shut.")
    desk.send()
    expect(open_page.locator(f"#e{entry.pk}").get_by_text("Three roads are shut.")).to_be_attached()
    desk.row("Three roads").get_by_role("button", name="Withdraw").click()
    desk.page.get_by_label("Why is it withdrawn?").fill("Not confirmed.")
    desk.page.get_by_role("button", name="Go on").click()
    expect(open_page.locator(f"#e{entry.pk}")).to_have_count(0)
    expect(desk.row("Three roads")).to_contain_text("Not confirmed.")


def test_a_colleague_s_entry_comes_into_the_list_and_no_row_moves_from_under_the_pointer(sit_down, blog):
    first = blog.entries.published().first()
    desk = sit_down("Edith", "editor", DESK)
    row = desk.beside.locator(f"[data-entry='{first.pk}']")
    row.hover()
    before = row.bounding_box()["y"]
    make_entry(blog, "Just in: the bridge is open.")
    expect(desk.row("Just in")).to_be_attached()
    assert abs(row.bounding_box()["y"] - before) <= 1


def test_an_article_is_ended_after_a_question(sit_down, blog):
    desk = sit_down("Edith", "editor")
    desk.beside.get_by_role("button", name="End").click()
    desk.page.get_by_role("button", name="Cancel").click()
    desk.beside.get_by_role("button", name="End").click()
    blog.refresh_from_db()
    assert blog.state == "live"
    desk.page.get_by_role("button", name="Go on").click()
    expect(desk.beside.get_by_role("button", name="Resume")).to_be_visible()


def test_a_new_article_is_topic_title_go(sit_down):
    desk = sit_down("Edith", "editor")
    desk.page.goto("/admin/articles/article/desk/new/")
    desk.page.get_by_label("New topic").fill("Harbour")
    desk.page.get_by_label("Title").fill("The strike")
    desk.page.get_by_role("button", name="Go live").click()
    expect(desk.page.get_by_role("heading", name="The strike")).to_be_visible()
    expect(desk.text).to_be_focused()


def test_it_is_told_apart_who_edits_the_title_and_who_writes(sit_down, blog):
    desk = sit_down("Edith", "editor")
    desk.page.get_by_text("Title and what you need to know").click()
    desk.page.get_by_label("What you need to know").fill("The dike holds.")
    desk.page.keyboard.press("Control+Enter")
    expect(desk.said).to_have_text("Saved")
    blog.refresh_from_db()
    assert blog.points == "The dike holds."
