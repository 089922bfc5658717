"""A correction is made in the composer; who has the article open sees it within a second."""

import pytest
from playwright.sync_api import expect

from tests.people import make_entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_open_page_sees_the_correction(sit_down, reader, blog, size):
    entry = make_entry(blog, "Five people were hurt.")
    page = reader.open(blog, size)
    desk = sit_down("Edith", "editor", size)
    desk.edit("Five people")
    expect(desk.text).to_have_value("Five people were hurt.")
    desk.write("Four people were hurt.")
    desk.page.get_by_label("What was wrong").fill("It said five people.")
    desk.send()
    expect(desk.text).to_have_value("")
    shown = page.locator(f"#e{entry.pk}")
    expect(shown).to_contain_text("Four people were hurt.", timeout=2_000)
    expect(shown.locator(".correction")).to_contain_text("It said five people.")
    page.goto("/corrections/")
    expect(page.get_by_text("It said five people.")).to_be_visible()


def test_a_plain_edit_says_when(sit_down, reader, blog):
    entry = make_entry(blog, "Five people were hurt.")
    page = reader.open(blog)
    desk = sit_down("Edith", "editor")
    desk.edit("Five people")
    expect(desk.text).to_have_value("Five people were hurt.")
    desk.write("Four people were hurt.")
    desk.send()
    expect(page.locator(f"#e{entry.pk} .edited")).to_contain_text("Updated", timeout=2_000)
    expect(page.locator(f"#e{entry.pk} .correction")).to_have_count(0)
