"""Two people on one entry: who saves second sees both texts, and nothing is overwritten before they choose."""

import pytest
from playwright.sync_api import expect

from tests.people import make_entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def entry(blog):
    return make_entry(blog, "Two roads are shut.", label="unconfirmed", tags=",roads,")


@pytest.fixture
def conflict(sit_down, entry, size):
    """Edith has it open while a colleague saves; then she saves."""
    desk = sit_down("Edith", "editor", size)
    desk.edit("Two roads")
    expect(desk.text).to_have_value("Two roads are shut.")
    entry.edit(text="Three roads are shut.", label="confirmed")
    desk.write("Two roads are open.")
    desk.send()
    expect(desk.conflict).to_be_visible()
    return desk


def test_both_texts_are_shown_with_what_differs_marked(conflict, entry):
    expect(conflict.said).to_contain_text("Somebody has changed this since you opened it.")
    expect(conflict.conflict.locator(".theirs del").first).to_have_text("Three")
    expect(conflict.conflict.locator(".mine ins").first).to_have_text("Two")
    expect(conflict.conflict.locator(".theirs")).to_contain_text("Label: confirmed")
    expect(conflict.text).to_have_value("Two roads are open.")
    entry.refresh_from_db()
    assert entry.text == "Three roads are shut."


def test_who_has_seen_both_may_save_theirs(conflict, entry):
    conflict.page.get_by_role("button", name="Save mine").click()
    expect(conflict.conflict).to_be_hidden()
    expect(conflict.text).to_have_value("")
    entry.refresh_from_db()
    assert (entry.text, entry.version) == ("Two roads are open.", 2)


def test_or_go_on_from_the_other_s_and_have_their_own_again(conflict, entry):
    conflict.page.get_by_role("button", name="Take theirs into the box").click()
    expect(conflict.text).to_have_value("Three roads are shut.")
    expect(conflict.page.get_by_label("Label")).to_have_value("confirmed")
    expect(conflict.page.get_by_label("Tags")).to_have_value("roads")
    conflict.page.get_by_role("button", name="Take it back").click()
    expect(conflict.text).to_have_value("Two roads are open.")


def test_it_is_shown_who_is_editing(sit_down, entry):
    edith, emil = sit_down("Edith", "editor"), sit_down("Emil", "editor")
    edith.edit("Two roads")
    expect(emil.row("Two roads")).to_contain_text("Edith is editing this", timeout=10_000)
    edith.page.keyboard.press("Escape")
    expect(emil.row("Two roads")).not_to_contain_text("is editing this", timeout=10_000)


def test_what_is_done_in_the_list_to_the_open_entry_is_no_conflict(sit_down, entry):
    desk = sit_down("Edith", "editor")
    desk.edit("Two roads")
    desk.row("Two roads").get_by_role("button", name="Key event").click()
    expect(desk.page.get_by_label("Key event")).to_be_checked()
    desk.write("Three roads are shut.")
    desk.send()
    expect(desk.text).to_have_value("")
    expect(desk.conflict).to_be_hidden()
    entry.refresh_from_db()
    assert (entry.text, entry.is_key_event) == ("Three roads are shut.", True)


def test_but_what_somebody_else_has_written_meanwhile_is(sit_down, entry):
    desk = sit_down("Edith", "editor")
    desk.edit("Two roads")
    entry.edit(text="Three roads are shut.")
    desk.beside.locator(f"[data-entry='{entry.pk}']").get_by_role("button", name="Pin", exact=True).click()
    expect(desk.beside.get_by_role("button", name="Unpin")).to_be_visible()
    desk.write("Two roads are open.")
    desk.send()
    expect(desk.conflict).to_be_visible()
    entry.refresh_from_db()
    assert entry.text == "Three roads are shut."


def test_a_label_is_no_less_theirs_than_a_text(sit_down, entry):
    desk = sit_down("Edith", "editor")
    desk.edit("Two roads")
    entry.edit(label="confirmed")
    desk.page.get_by_label("Tags").fill("roads, coast")
    for _time in range(2):
        desk.text.focus()
        desk.send()
        expect(desk.conflict.locator(".theirs")).to_contain_text("Label: confirmed")
    entry.refresh_from_db()
    assert (entry.label, entry.tags) == ("confirmed", ",roads,")


def test_two_editors_on_the_lead_of_an_article(sit_down, blog):
    desk = sit_down("Edith", "editor")
    desk.page.get_by_text("Title and what you need to know").click()
    blog.edit(lead="The sea is falling.")
    desk.page.get_by_label("Lead").fill("The sea is *rising* again.")
    desk.page.locator("#article-words button").click()
    both = desk.page.locator("#article-words .both[data-of=lead]")
    expect(both.locator(".theirs")).to_have_text("The sea is falling.")
    blog.refresh_from_db()
    assert blog.lead == "The sea is falling."
    desk.page.locator("#article-words button").click()
    expect(desk.said).to_have_text("Saved")
    expect(both).to_be_hidden()
    blog.refresh_from_db()
    assert blog.lead == "The sea is *rising* again."
