"""A reader follows the day on a phone, answers somebody, and signs in only then."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ARTICLE = "/sorrel-floods/storm-ottoline-marenza/"
ARABIC = "/archaeology/sana-oasis-library/"
PAGES = ["/", "/sorrel-floods/", ARTICLE, f"{ARTICLE}?order=oldest", f"{ARTICLE}comments/?sort=best", ARABIC]


def test_from_the_front_page_to_an_answer_with_the_text_waiting_for_the_sign_in(visit):
    page = visit(PHONE)
    page.goto("/")
    page.get_by_role("link", name="Storm Ottoline").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Storm Ottoline")
    page.get_by_role("link", name="Reply").first.click()
    page.get_by_label("Your comment").fill("I typed this on a tram, and *signed out*.")
    page.get_by_role("button", name="Send").click()
    sign_in(page, "reader")
    expect(page.get_by_label("Your comment")).to_have_value("I typed this on a tram, and *signed out*.")
    page.get_by_role("button", name="Send").click()
    sent = page.locator(".comment.target")
    expect(sent.locator(".text")).to_have_text("I typed this on a tram, and signed out.")
    expect(sent.locator("em")).to_have_text("signed out")
    expect(sent.get_by_role("link", name="Withdraw")).to_be_visible()


def test_a_reader_withdraws_a_comment(visit):
    page = visit(PHONE)
    page.goto(f"{ARTICLE}comments/new/")
    page.get_by_label("Your comment").fill("Sent too early.")
    page.get_by_role("button", name="Send").click()
    sign_in(page, "reader2")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="Withdraw", exact=True).click()
    page.get_by_role("button", name="Withdraw it").click()
    expect(page.get_by_text("You have withdrawn it.")).to_be_visible()
    page.goto(ARTICLE)
    expect(page.get_by_text("Sent too early.")).to_have_count(0)


def test_everything_is_there_without_javascript(visit):
    page = visit(PHONE, java_script_enabled=False)
    page.goto(ARTICLE)
    page.get_by_role("link", name="Oldest first").click()
    expect(page.locator(".entry").first).to_be_visible()
    page.get_by_role("link", name="Newest first").click()
    page.get_by_role("link", name="More conversations").click()
    expect(page.locator(".comment").first).to_be_visible()
    page.get_by_role("link", name="Reply").first.click()
    expect(page.get_by_label("Your comment")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_no_page_is_wider_than_the_screen(visit, size):
    page = visit(size)
    for address in PAGES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"], address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_an_accessibility_fault_that_axe_can_find(visit, scheme):
    page = visit(PHONE, color_scheme=scheme)
    for address in [*PAGES, f"{ARTICLE}comments/new/", "/accounts/login/", "/nothing-here/"][:8]:
        page.goto(address)
        results = Axe().run(page)
        assert results.violations_count == 0, f"{address}\n{results.generate_report()}"


def test_an_arabic_article_reads_from_right_to_left(visit):
    page = visit(DESK)
    page.goto(ARABIC)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    time, title = page.locator(".entry .when").first.bounding_box(), page.locator("h1").bounding_box()
    rail = page.locator(".stream").bounding_box()
    assert time["x"] + time["width"] > rail["x"] + rail["width"] / 2, "the time stands at the right edge of its entry"
    assert title["x"] + title["width"] > DESK["width"] / 2


def test_the_link_to_a_comment_scrolls_to_it(visit):
    page = visit(PHONE)
    page.goto(f"{ARTICLE}comments/?sort=oldest")
    page.locator(".comments ol ol .time").last.click()
    expect(page.locator(".comment.target")).to_be_in_viewport()
