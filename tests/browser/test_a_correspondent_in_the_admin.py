"""A correspondent reports from the admin; readers see it; it is withdrawn again."""

import pytest
from playwright.sync_api import expect

from articles.models import Entry
from tests.browser.conftest import DESK, PHONE, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_publish_and_withdraw(visit, size):
    page = visit(size)
    page.goto("/admin/articles/entry/add/")
    sign_in(page, "correspondent")
    page.get_by_label("Headline").fill("The bridge is open")
    page.get_by_label("Text").fill("Cars are crossing **both ways**.")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("1 done.")).to_be_visible()
    entry = Entry.objects.get(headline="The bridge is open")

    reader = visit(size)
    reader.goto(entry.article.get_absolute_url())
    expect(reader.get_by_role("heading", name="The bridge is open").first).to_be_visible()

    page.goto("/admin/articles/entry/")
    page.locator(f"input[name=_selected_action][value='{entry.pk}']").check()
    page.locator("select[name=action]").select_option("withdraw")
    page.locator(".actions button").first.click()
    expect(page.get_by_text("1 done.")).to_be_visible()
    assert reader.request.get(entry.get_absolute_url()).status == 410
