"""An answer is lost, a button clicked twice: what was sent twice is one entry, and another story is one of its own."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from accounts.models import User
from articles.models import Entry
from tests.browser.at_the_desk import DRAFT, LINE, PUBLISH, published
from tests.people import make_entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
