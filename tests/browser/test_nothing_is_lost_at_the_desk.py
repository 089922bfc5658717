"""A line that is down, a session that has ended, an answer that is lost, a page that is closed: no word is lost.

What was sent twice is one entry.
"""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from articles.models import Entry
from tests.people import make_entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LINE = "The bridge at Norden is open."
PUBLISH, DRAFT = "**/send/publish/", "**/send/draft/"


def published(text=LINE):
    return Entry.objects.published().filter(text=text).count()


# Signed out


def test_who_is_signed_out_while_typing_signs_in_and_goes_on(sit_down, size):
    desk = sit_down("Carla", "correspondent", size)
    desk.write(LINE)
    desk.context.clear_cookies(name="sessionid")
    desk.send()
    dialog = desk.page.get_by_role("dialog")
    expect(dialog).to_contain_text("what you wrote is still here")
    dialog.get_by_label("Username").fill("carla")
    dialog.get_by_label("Password").fill("wrong")
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog.locator(".errornote")).to_be_visible()
    expect(desk.text).to_have_value(LINE)
    dialog.get_by_label("Password").fill("secret")
    dialog.get_by_role("button", name="Sign in").click()
    expect(desk.said).to_have_text("Published.")
    expect(desk.text).to_have_value("")
    assert published() == 1


def test_nothing_goes_out_under_somebody_else_s_name(sit_down):
    desk = sit_down("Carla", "correspondent")
    sit_down("Edith", "editor").context.close()
    desk.write(LINE)
    desk.context.clear_cookies(name="sessionid")
    desk.send()
    dialog = desk.page.get_by_role("dialog")
    dialog.get_by_label("Username").fill("edith")
    dialog.get_by_label("Password").fill("secret")
    dialog.get_by_role("button", name="Sign in").click()
    expect(desk.said).to_contain_text("Somebody else is signed in now")
    expect(desk.text).to_have_value(LINE)
    assert published() == 0


# The line is down


def test_what_is_sent_while_the_line_is_down_goes_out_later(sit_down, size):
    desk = sit_down("Carla", "correspondent", size)
    desk.write(LINE)
    desk.context.set_offline(True)
    desk.send()
    expect(desk.page.locator("#queue")).to_contain_text("It is kept here and sent when the line is back.")
    expect(desk.text).to_have_value(LINE)
    desk.context.set_offline(False)
    expect(desk.said).to_have_text("Published.")
    expect(desk.text).to_have_value("")
    expect(desk.page.locator("#queue")).to_be_hidden()
    assert published() == 1


def test_more_is_written_meanwhile_and_all_goes_out_in_order(sit_down):
    desk = sit_down("Carla", "correspondent")
    desk.context.set_offline(True)
    for number in range(3):
        desk.write(f"Line {number}.")
        desk.send()
        desk.page.get_by_role("button", name="Write the next one meanwhile").click()
        expect(desk.text).to_have_value("")
    expect(desk.page.locator("#queue")).to_contain_text("waiting: 3.")
    desk.context.set_offline(False)
    expect(desk.said).to_have_text("Saved")
    texts = Entry.objects.published().filter(text__startswith="Line").order_by("change").values_list("text", flat=True)
    assert list(texts) == ["Line 0.", "Line 1.", "Line 2."]


def test_what_waits_survives_the_closing_of_the_page(sit_down):
    desk = sit_down("Carla", "correspondent")
    desk.write(LINE)
    desk.page.route("**/send/**", lambda route: route.abort())
    desk.send()
    desk.page.get_by_role("button", name="Write the next one meanwhile").click()
    desk.write("And the next")
    desk.page.close()
    again = desk.open_again()
    expect(again.said).to_have_text("Saved")
    expect(again.text).to_have_value("And the next")
    assert published() == 1


def test_what_comes_into_the_queue_while_it_is_sent_is_sent_too(sit_down):
    desk = sit_down("Carla", "correspondent")
    held = []
    desk.page.route("**/send/**", lambda route: route.abort())
    desk.write("First.")
    desk.send()
    desk.page.get_by_role("button", name="Write the next one meanwhile").click()
    desk.page.unroute("**/send/**")
    desk.page.route(PUBLISH, lambda route: held.append(route))
    desk.write("Second.")
    # The first is on its way, and the line hangs.
    desk.page.wait_for_timeout(3_500)
    desk.page.evaluate("document.querySelector('#queue [data-do=try]').click()")
    assert held
    desk.send()
    desk.page.wait_for_timeout(200)
    for route in held:
        route.continue_()
    desk.page.unroute(PUBLISH)
    expect(desk.text).to_have_value("")
    expect(desk.row("First.")).to_be_visible()
    expect(desk.row("Second.")).to_be_visible()
    assert [published("First."), published("Second.")] == [1, 1]


def test_an_answer_that_is_lost_makes_no_second_entry(sit_down):
    desk = sit_down("Carla", "correspondent")
    lost = []

    def lose(route):
        route.fetch()
        lost.append(True)
        route.abort()

    desk.page.route(PUBLISH, lose, times=1)
    desk.write(LINE)
    desk.send()
    expect(desk.said).to_have_text("Published.")
    assert lost
    assert published() == 1
    assert Entry.objects.get(text=LINE).edited_at is None


def test_a_second_click_makes_no_second_entry(sit_down):
    desk = sit_down("Carla", "correspondent")
    desk.write(LINE)
    desk.page.get_by_role("button", name="Publish").dblclick()
    expect(desk.row(LINE)).to_be_visible()
    assert published() == 1


def test_her_own_draft_whose_answer_was_lost_is_no_conflict(sit_down):
    desk = sit_down("Carla", "correspondent")
    # Nothing is tried again by itself.
    desk.page.clock.install()
    desk.page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=1))

    def lose(route):
        route.fetch()
        route.abort()

    for text in ("The bridge", "The bridge at Norden"):
        desk.page.route(DRAFT, lose, times=1)
        desk.write(text)
        desk.page.keyboard.press("Alt+d")
        expect(desk.said).to_have_text("The line is down.")
    assert Entry.objects.get(text="The bridge at Norden").version == 1
    desk.write(LINE)
    desk.send()
    expect(desk.said).to_have_text("Published.")
    assert published() == 1


def test_what_the_site_refuses_of_the_queue_comes_back_into_the_box(sit_down, blog):
    desk = sit_down("Carla", "correspondent")
    desk.page.route("**/send/**", lambda route: route.abort())
    desk.write(LINE)
    desk.send()
    desk.page.get_by_role("button", name="Write the next one meanwhile").click()
    blog.end()
    desk.page.unroute("**/send/**")
    expect(desk.text).to_have_value(LINE)
    expect(desk.said).to_contain_text("This article has ended. Resume it first, then publish.")


def test_a_fault_of_the_site_is_said_and_the_text_stays(sit_down):
    desk = sit_down("Carla", "correspondent")
    desk.page.route(PUBLISH, lambda route: route.fulfill(status=500, body="<h1>500</h1>"))
    desk.write(LINE)
    desk.send()
    expect(desk.said).to_contain_text("What you wrote is kept here; tell whoever runs the site.")
    expect(desk.text).to_have_value(LINE)


# Pages


def test_a_page_that_is_closed_gives_back_what_was_typed(sit_down, size):
    desk = sit_down("Carla", "correspondent", size)
    desk.headline.fill("Norden")
    desk.write(LINE)
    desk.page.get_by_label("Key event").check()
    desk.page.close()
    again = desk.open_again()
    expect(again.said).to_have_text("This is what you had written before the page was closed.")
    expect(again.text).to_have_value(LINE)
    expect(again.headline).to_have_value("Norden")
    expect(again.page.get_by_label("Key event")).to_be_checked()


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
