"""The line is down, or the site has a fault: what was sent waits, goes out in order, and no word is lost."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from articles.models import Entry
from tests.browser.at_the_desk import LINE, PUBLISH, published

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
