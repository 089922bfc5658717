"""A session ends while somebody writes: they sign in and go on, and nothing goes out under another's name."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from tests.accounts.authenticator import App
from tests.browser.at_the_desk import LINE, published

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in_again(desk, username):
    """In the dialog that the desk opens. Returns the dialog."""
    dialog = desk.page.get_by_role("dialog")
    dialog.get_by_label("Username").fill(username)
    dialog.get_by_label("Password").fill("secret")
    dialog.get_by_role("button", name="Sign in").click()
    return dialog


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
    sign_in_again(desk, "edith")
    expect(desk.said).to_contain_text("Somebody else is signed in now")
    expect(desk.text).to_have_value(LINE)
    assert published() == 0


def test_who_has_a_second_factor_signs_in_in_another_tab_and_comes_back(sit_down, size):
    desk = sit_down("Carla", "correspondent", size)
    app = App(User.objects.get(name="Carla"))
    desk.write(LINE)
    desk.context.clear_cookies(name="sessionid")
    desk.send()
    dialog = sign_in_again(desk, "carla")
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
