"""Somebody new writes a comment, and only then gives an address, types a code and chooses a name. On a phone, and
without JavaScript."""

import re
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from comments.models import Comment
from tests.browser.conftest import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WRITE = "/sorrel-floods/storm-ottoline-marenza/comments/new/"
TEXT = "The water stands at the second step."


def code() -> str:
    return re.findall(r"^\d{4}-\d{4}$", str(mail.outbox[-1].body), re.MULTILINE)[0]


def write(page: Page) -> None:
    page.goto(WRITE)
    page.get_by_label("Your comment").fill(TEXT)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def fits(page: Page) -> bool:
    page.wait_for_load_state()
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_text_waits_through_address_code_and_name(visit: Any, size: dict[str, int], javascript: bool) -> None:
    page = visit(size, java_script_enabled=javascript)
    write(page)
    page.get_by_label("Your e-mail address").fill("paula@example.org")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_text("paula@example.org")).to_be_visible()
    page.get_by_label("The code").fill(code())
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Your public name").fill("Paula")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Your comment")).to_have_value(TEXT)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text(TEXT)).to_be_visible()
    assert Comment.objects.get(text=TEXT).author.name == "Paula"


def test_a_passkey_is_offered_where_scripts_run_only(visit: Any) -> None:
    for javascript in (True, False):
        page = visit(java_script_enabled=javascript)
        page.goto("/accounts/login/")
        assert page.get_by_role("button", name="Use a passkey").is_visible() is javascript


def test_every_page_fits_a_phone_and_a_desk(visit: Any, size: dict[str, int]) -> None:
    page = visit(size)
    page.goto("/accounts/login/")
    assert fits(page)
    page.get_by_label("Your e-mail address").fill(f"{'p' * 60}@example.org")
    page.get_by_role("button", name="Send me a code").click()
    assert fits(page)
    page.get_by_label("The code").fill(code())
    page.get_by_role("button", name="Sign in").click()
    assert fits(page)
    for address in (
        "you",
        "settings",
        "second-factor",
        "email",
        "password/set",
        "2fa",
        "2fa/webauthn",
        "2fa/totp/activate",
    ):
        page.goto(f"/accounts/{address}/")
        assert fits(page), address
