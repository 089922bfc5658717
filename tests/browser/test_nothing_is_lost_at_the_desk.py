"""A line that is down, a session that has ended, an answer that is lost, a page that is closed: no word is lost.

What was sent twice is one entry.
"""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from accounts.models import User
from articles.models import Entry
from tests.accounts.authenticator import App
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


def test_who_has_a_second_factor_signs_in_in_another_tab_and_comes_back(sit_down, size):
    desk = sit_down("Carla", "correspondent", size)
    app = App(User.objects.get(name="Carla"))
    desk.write(LINE)
    desk.context.clear_cookies(name="sessionid")
    desk.send()
    dialog = desk.page.get_by_role("dialog")
    dialog.get_by_label("Username").fill("carla")
    dialog.get_by_label("Password").fill("secret")
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog.locator(".errornote")).to_contain_text("Your second factor is asked for in another tab")
    with desk.context.expect_page() as opened:
        dialog.get_by_role("link", name="Open it").click()
    tab = opened.value
    tab.get_by_label("Code").fill(app.code())
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("heading", name="You are signed in")).to_be_visible()
    tab.close()
    desk.page.bring_to_front()
    # Chromium without a window tells no page that it is looked at again.
    desk.page.evaluate("dispatchEvent(new Event('focus'))")
    expect(desk.said).to_have_text("Published.")
    expect(desk.text).to_have_value("")
    assert published() == 1


def test_who_comes_back_without_having_signed_in_finds_the_dialog_as_it_was(sit_down):
    desk = sit_down("Carla", "correspondent")
    desk.write(LINE)
    desk.context.clear_cookies(name="sessionid")
    desk.send()
    dialog = desk.page.get_by_role("dialog")
    dialog.get_by_label("Username").fill("car")
    with desk.page.expect_response("**/me/"):
        desk.page.evaluate("dispatchEvent(new Event('focus'))")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label("Username")).to_have_value("car")
    expect(desk.text).to_have_value(LINE)


def test_who_closes_the_sign_in_goes_on_writing(sit_down):
    desk = sit_down("Carla", "correspondent")
    desk.write(LINE)
    desk.context.clear_cookies(name="sessionid")
    desk.send()
    dialog = desk.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(desk.said).to_contain_text("You are signed out. Sign in again")
    expect(desk.text).to_have_value(LINE)
    expect(desk.page.get_by_role("button", name="Publish")).to_be_enabled()
    desk.text.focus()
    desk.send()
    expect(dialog).to_be_visible()


def test_nor_where_somebody_else_signed_in_in_another_page(sit_down):
    desk = sit_down("Carla", "correspondent")
    other = sit_down("Edith", "editor")
    desk.write(LINE)
    desk.context.add_cookies([c for c in other.context.cookies() if c["name"] in ("sessionid", "csrftoken")])
    desk.send()
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


def test_what_is_changed_after_it_was_sent_is_not_sent_by_itself(sit_down):
    desk = sit_down("Carla", "correspondent")
    desk.page.route(PUBLISH, lambda route: route.abort())
    desk.write("Five people")
    desk.send()
    expect(desk.page.locator("#queue")).to_be_visible()
    desk.page.unroute(PUBLISH)
    desk.write("Four people, no")
    expect(desk.said).to_have_text("Changed since it was sent: send it again.")
    desk.page.wait_for_timeout(4_000)
    assert not Entry.objects.published().filter(text__contains="people").exists()
    desk.write("Four people.")
    desk.send()
    expect(desk.said).to_have_text("Published.")
    assert published("Four people.") == 1


def test_nothing_else_goes_out_in_its_place(sit_down, blog):
    desk = sit_down("Carla", "correspondent")
    draft = Entry.objects.create(article=blog, text="Not yet.", author=User.objects.get(name="Carla"))
    desk.page.route(PUBLISH, lambda route: route.abort())
    desk.write(LINE)
    desk.send()
    expect(desk.page.locator("#queue")).to_be_visible()
    desk.edit("Not yet.")
    desk.page.unroute(PUBLISH)
    expect(desk.row(LINE)).to_be_visible()
    expect(desk.text).to_have_value("Not yet.")
    draft.refresh_from_db()
    assert (draft.state, published()) == ("draft", 1)
    desk.page.keyboard.press("Escape")
    expect(desk.text).to_have_value("")


def test_a_queue_goes_out_though_the_box_was_emptied(sit_down):
    desk = sit_down("Carla", "correspondent")
    desk.page.route(PUBLISH, lambda route: route.abort())
    desk.write("First.")
    desk.send()
    desk.page.get_by_role("button", name="Write the next one meanwhile").click()
    desk.write("Second.")
    desk.send()
    expect(desk.page.locator("#queue")).to_contain_text("waiting: 2.")
    desk.write("")
    desk.page.unroute(PUBLISH)
    expect(desk.row("First.")).to_be_visible()
    assert [published("First."), published("Second.")] == [1, 0]


def test_where_the_device_keeps_nothing_the_queue_waits_in_the_page(sit_down):
    desk = sit_down("Carla", "correspondent")
    desk.page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full') } }")
    desk.page.route(PUBLISH, lambda route: route.abort())
    desk.write(LINE)
    expect(desk.page.locator("#saved")).to_have_text(
        "This device has no room left: keep this page open until all has gone out."
    )
    desk.send()
    desk.page.get_by_role("button", name="Write the next one meanwhile").click()
    expect(desk.text).to_have_value("")
    desk.page.unroute(PUBLISH)
    expect(desk.row(LINE)).to_be_visible()
    assert published() == 1


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


def test_the_next_story_does_not_overwrite_the_one_on_its_way(sit_down, blog):
    make_entry(blog, "Two roads.")
    desk = sit_down("Edith", "editor")
    held = []
    desk.page.route(PUBLISH, lambda route: held.append(route))
    desk.write(LINE)
    desk.send()
    desk.edit("Two roads.")
    held[0].continue_()
    expect(desk.row(LINE)).to_be_visible()
    desk.page.keyboard.press("Escape")
    # Not what has gone out: a new form.
    expect(desk.text).to_have_value("")


def test_an_answer_lost_with_the_page_is_found_again(sit_down):
    desk = sit_down("Carla", "correspondent")

    def lose(route):
        route.fetch()
        route.abort()

    desk.page.route(PUBLISH, lose)
    desk.write(LINE)
    desk.send()
    expect(desk.page.locator("#queue")).to_be_visible()
    desk.page.close()
    again = desk.open_again()
    expect(again.text).to_have_value("")
    expect(again.said).to_have_text("Published.")
    again.write("Another story.")
    again.send()
    expect(again.row("Another story.")).to_be_visible()
    assert [published(), published("Another story.")] == [1, 1]


def test_another_story_in_a_form_that_went_out_is_a_conflict_and_may_be_one_of_its_own(sit_down, blog):
    desk = sit_down("Carla", "correspondent")
    desk.write("Another story.")
    key = desk.page.locator("input[name=key]").input_value()
    Entry.objects.post(blog, by=User.objects.get(name="Carla"), key=key, text=LINE)
    desk.send()
    expect(desk.conflict).to_be_visible()
    desk.page.get_by_role("button", name="Send mine as a new entry").click()
    expect(desk.row("Another story.")).to_be_visible()
    assert [published(), published("Another story.")] == [1, 1]


def test_a_draft_of_her_own_that_she_opens_is_the_one_in_the_box(sit_down):
    desk = sit_down("Carla", "correspondent")
    desk.write("The bridge")
    expect(desk.page.locator("#saved")).to_contain_text("Saved", timeout=12_000)
    desk.write(LINE)
    desk.edit("The bridge")
    expect(desk.text).to_have_value(LINE)
    desk.send()
    expect(desk.said).to_have_text("Published.")
    expect(desk.text).to_have_value("")
    assert (published(), Entry.objects.filter(text__startswith="The bridge").count()) == (1, 1)


# Pages


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
