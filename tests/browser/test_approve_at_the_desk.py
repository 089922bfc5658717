"""Who may not publish submits; an editor sees how many wait, approves, amends or returns with a note."""

import pytest
from playwright.sync_api import expect

from articles.models import Entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def conny(sit_down, size):
    desk = sit_down("Conny", "contributor", size)
    expect(desk.page.get_by_role("button", name="Publish")).to_have_count(0)
    desk.write("The pier is shut.")
    desk.send()
    expect(desk.said).to_have_text("Submitted: an editor decides.")
    return desk


def test_an_editor_approves_and_readers_see_it(conny, sit_down, reader, blog, size):
    page = reader.open(blog, size)
    edith = sit_down("Edith", "editor", size)
    edith.page.get_by_role("link", name="1 entry waits for approval").click()
    edith.page.get_by_role("button", name="Approve").click()
    edith.page.wait_for_url("**/desk/*/")
    expect(page.get_by_text("The pier is shut.")).to_be_attached(timeout=2_000)
    assert Entry.objects.get(text="The pier is shut.").author.name == "Conny"


def test_an_editor_returns_it_with_a_note_and_it_comes_again(conny, sit_down, size):
    edith = sit_down("Edith", "editor", size)
    edith.row("The pier").get_by_role("button", name="Return").click()
    edith.page.get_by_label("What is missing?").fill("Who says so?")
    edith.page.get_by_role("button", name="Go on").click()
    expect(conny.row("The pier")).to_contain_text("Who says so?", timeout=10_000)
    conny.edit("The pier")
    conny.write("The pier is shut, says the port.")
    conny.send()
    expect(conny.text).to_have_value("")
    expect(edith.row("says the port")).to_contain_text("submitted", timeout=10_000)


def test_an_editor_amends_it_first(conny, sit_down, size):
    edith = sit_down("Edith", "editor", size)
    edith.page.get_by_role("link", name="1 entry waits for approval").click()
    edith.page.get_by_role("link", name="Amend").click()
    expect(edith.text).to_have_value("The pier is shut.")
    edith.write("The pier is shut until noon.")
    edith.send()
    expect(edith.said).to_have_text("Published.")
    assert Entry.objects.get(text__startswith="The pier").text == "The pier is shut until noon."


def test_she_takes_it_back_to_change_it(conny):
    conny.row("The pier").get_by_role("button", name="Take back").click()
    expect(conny.row("The pier")).to_contain_text("draft")
    conny.edit("The pier")
    expect(conny.text).to_have_value("The pier is shut.")
