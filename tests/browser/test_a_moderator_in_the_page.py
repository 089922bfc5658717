"""A moderator hides an abusive branch from the page where it stands, and brings it back."""

import pytest
from playwright.sync_api import expect

from comments.models import Comment
from tests.browser.conftest import DESK, PHONE, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_hide_a_branch_and_restore_it(visit, size):
    root = Comment.objects.visible().filter(parent=None, rght__gt=6).order_by("-tree_id").first()
    reply = Comment.objects.visible().filter(tree_id=root.tree_id, level=1).first()
    page = visit(size)
    page.goto(f"/accounts/login/?next=/c/{root.pk}/")
    sign_in(page, "moderator")
    page.locator(f"#c{root.pk}").get_by_role("link", name="Moderate").click()
    page.get_by_label("Reason").select_option("abuse")
    page.get_by_label("Note for the team").fill("Called a rower names.")
    page.get_by_role("button", name="Hide it with all replies").click()
    expect(page.locator(".log")).to_contain_text("Called a rower names.")

    reader = visit(size)
    reader.goto(f"/c/{root.pk}/")
    expect(reader.locator(".tombstone")).to_contain_text("Hidden by a moderator: abusive.")
    expect(reader.locator(".tombstone")).to_contain_text("folded")
    expect(reader.locator(f"#c{reply.pk}")).to_have_count(0)
    assert root.text not in reader.content()

    page.get_by_role("button", name="Restore").click()
    reader.reload()
    expect(reader.locator(f"#c{root.pk} .who")).to_contain_text(root.name)
    expect(reader.locator(f"#c{reply.pk}")).to_be_visible()


def test_a_reader_sees_no_moderators_link(visit):
    page = visit(PHONE)
    page.goto("/accounts/login/?next=/sorrel-floods/storm-ottoline-marenza/")
    sign_in(page, "reader")
    expect(page.locator("a.me")).not_to_have_text("Sign in")
    expect(page.get_by_role("link", name="Moderate", exact=True)).to_have_count(0)
