"""A passkey, made and used in Chromium with an authenticator that Chromium itself plays."""

from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import DESK, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def plug_in_an_authenticator(page: Page) -> None:
    """One that asks for a finger, and is given it."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


@pytest.fixture
def site(site: str) -> str:
    """By its name: an address of numbers has no passkeys."""
    return site.replace("127.0.0.1", "localhost")


def sign_out(page: Page) -> None:
    page.goto("/accounts/you/")
    page.get_by_role("button", name="Sign out").click()


def add_a_passkey(page: Page) -> None:
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()


def test_a_moderator_sets_one_up_and_signs_in_by_it_alone(visit: Any) -> None:
    with override_settings(STAFF_SECOND_FACTOR=True, MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN=True):
        page = visit(DESK)
        plug_in_an_authenticator(page)
        page.goto("/accounts/login/password/?next=/admin/")
        sign_in(page, "moderator")
        expect(page.get_by_role("heading", name="A second factor")).to_be_visible()
        add_a_passkey(page)
        page.goto("/admin/")
        expect(page.locator("#content")).to_contain_text("Comments")
        sign_out(page)
        page.goto("/accounts/login/?next=/admin/comments/comment/")
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url("**/admin/comments/comment/")


def test_beside_a_password_it_is_the_second_factor(visit: Any) -> None:
    with override_settings(MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN=True):
        page = visit(DESK)
        plug_in_an_authenticator(page)
        page.goto("/accounts/login/password/?next=/accounts/2fa/webauthn/")
        sign_in(page, "reader")
        add_a_passkey(page)
        sign_out(page)
        page.goto("/accounts/login/password/?next=/accounts/settings/")
        sign_in(page, "reader")
        page.get_by_role("button", name="Use a security key").click()
        page.wait_for_url("**/accounts/settings/")
        assert User.objects.get(username="reader").authenticator_set.count() == 2
