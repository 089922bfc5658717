"""The admin with a thumb: nothing sideways, lists as cards, what saves is in reach; by day and in the dark."""

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from accounts.models import User
from articles.models import Article, Entry
from comments.models import Comment
from tests.browser.conftest import DESK, PHONE, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

THUMB = 44
LISTS = [
    "articles/article",
    "articles/entry",
    "articles/topic",
    "articles/byline",
    "comments/comment",
    "comments/decision",
    "comments/report",
    "accounts/user",
]
FORMS = ["articles/article/add", "articles/entry/add", "accounts/user/add", "articles/article/desk"]

IS_DARK = """(element) => {
    const channels = getComputedStyle(element).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number);
    return Math.max(...channels) < 64;
}"""


@pytest.fixture
def admin(visit):
    """Opens the admin as an administrator."""

    def open_page(where: str = "", size: dict[str, int] = PHONE, **options) -> Page:
        page = visit(size, **options)
        page.goto(f"/accounts/login/?next=/admin/{where}")
        sign_in(page, "admin")
        page.wait_for_url(f"**/admin/{where}")
        return page

    return open_page


def go(page: Page, where: str) -> None:
    answer = page.goto(f"/admin/{where}")
    assert answer.status == 200, where


def a_person() -> str:
    return f"accounts/user/{User.objects.get(username='correspondent').pk}/"


def box(locator) -> dict[str, float]:
    found = locator.bounding_box()
    assert found is not None, "It is not to be seen"
    return found


def width(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth")


# Everywhere


def test_nothing_goes_beyond_the_screen_and_the_header_is_one_line(admin):
    page = admin()
    forms = [
        f"articles/entry/{Entry.objects.published().first().pk}/change/",
        f"articles/article/{Article.objects.first().pk}/change/",
        f"articles/article/{Article.objects.first().pk}/desk/",
        f"comments/comment/{Comment.objects.first().pk}/change/",
        f"{a_person()}change/",
        # People are not deleted there; groups are.
        f"auth/group/{Group.objects.first().pk}/delete/",
    ]
    for where in ["", *(f"{place}/" for place in LISTS + FORMS), *forms, "password_change/"]:
        go(page, where)
        assert width(page) == PHONE["width"], where
        assert box(page.locator("#header"))["height"] <= 60, where


def test_the_links_of_the_header_are_there_for_a_thumb(admin):
    page = admin()
    header = page.locator("#user-tools")
    for link in [
        header.get_by_role("link", name="Desk"),
        header.get_by_role("link", name="View site"),
        header.get_by_role("link", name="Change password"),
        header.get_by_role("button", name="Log out"),
        header.locator(".theme-toggle"),
    ]:
        assert box(link)["height"] >= THUMB
    header.get_by_role("link", name="Change password").click()
    expect(page).to_have_url("/admin/password_change/")


# Lists


def test_a_row_of_a_list_is_a_card(admin):
    page = admin("articles/entry/")
    card = page.locator("#result_list tbody tr").filter(has_text="published").first
    title, name, value = card.locator("th a"), card.get_by_text("State", exact=True), card.locator(".field-state")
    expect(name).to_be_visible()
    # What it links to is on top; a name and its value stand on one line, in the order of reading.
    assert box(title)["y"] < box(name)["y"]
    assert abs(box(name)["y"] - box(value)["y"]) < 4
    assert box(name)["x"] + box(name)["width"] <= box(value)["x"]
    assert box(card)["x"] >= 0
    assert box(card)["x"] + box(card)["width"] <= PHONE["width"]
    cards = page.locator("#result_list tbody tr")
    assert box(cards.nth(0))["y"] + box(cards.nth(0))["height"] < box(cards.nth(1))["y"]


def test_at_a_desk_it_is_the_table_that_it_was(admin):
    page = admin("comments/comment/", DESK)
    expect(page.get_by_role("columnheader", name="Name", exact=True)).to_be_visible()
    expect(page.locator("#result_list tbody .card-label").first).to_be_hidden()
    expect(page.get_by_role("link", name="Filter", exact=True)).to_be_hidden()
    # Each heading stands above its values.
    for heading, value in [("column-name", "field-name"), ("column-article", "field-article")]:
        above, below = page.locator(f"thead .{heading}"), page.locator(f"tbody .{value}").first
        assert abs(box(above)["x"] - box(below)["x"]) < 1


def test_who_chose_a_row_further_down_acts_on_it_there(admin):
    page = admin("articles/entry/")
    entry = Entry.objects.published().order_by("published_at").first()
    chosen = page.locator(f"input[name=_selected_action][value='{entry.pk}']")
    assert min(box(chosen)["width"], box(chosen)["height"]) >= THUMB
    chosen.check()
    action, run = page.locator("select[name=action]"), page.locator(".actions button")
    expect(action).to_be_in_viewport(ratio=1)
    expect(run).to_be_in_viewport(ratio=1)
    assert min(box(action)["height"], box(run)["height"]) >= THUMB
    action.select_option("withdraw")
    run.click()
    expect(page.get_by_text("1 done.")).to_be_visible()
    entry.refresh_from_db()
    assert entry.state == Entry.State.WITHDRAWN


def test_all_are_chosen_with_one_box(admin):
    page = admin("accounts/user/")
    assert box(page.locator("#action-toggle"))["height"] >= THUMB
    page.locator("#action-toggle").check()
    assert page.locator(".action-select:checked").count() == page.locator(".action-select").count() > 1


def test_searching_filtering_and_turning_pages_want_no_small_fingers(admin):
    page = admin("comments/comment/")
    for target in [
        page.get_by_role("searchbox").or_(page.locator("#searchbar")),
        page.get_by_role("button", name="Search"),
        page.get_by_label("Reason"),
        page.get_by_label("Note"),
        page.get_by_role("link", name="Filter", exact=True),
        page.locator("#changelist-filter li a").first,
        page.locator(".paginator a").first,
        page.locator("#result_list tbody td a").first,
        page.locator("thead a").first,
    ]:
        assert box(target)["height"] >= THUMB, target
    page.get_by_role("link", name="Filter", exact=True).click()
    expect(page.get_by_role("heading", name="Filter")).to_be_in_viewport()
    page.locator("#changelist-filter").get_by_role("link", name="hidden by a moderator").click()
    expect(page).to_have_url("/admin/comments/comment/?state__exact=hidden")
    assert width(page) == PHONE["width"]


# Forms


def test_what_saves_is_in_reach_all_the_way_down_a_long_form(admin):
    page = admin()
    for where in ["articles/article/add/", "articles/entry/add/", f"{a_person()}change/"]:
        go(page, where)
        assert page.evaluate("document.documentElement.scrollHeight") > PHONE["height"]
        for place in (0, 300, 100_000):
            page.evaluate(f"scrollTo(0, {place})")
            buttons = page.locator(".submit-row :is(input, a)").all()
            assert len(buttons) >= 3
            for button in buttons:
                expect(button).to_be_in_viewport(ratio=1)
                assert box(button)["height"] >= THUMB
        bar, last = page.locator(".submit-row"), page.locator(".form-row:visible").last
        assert box(bar)["height"] < PHONE["height"] / 5
        # At the end of the form the bar stands below it.
        assert box(last)["y"] + box(last)["height"] <= box(bar)["y"] + 1


def test_it_never_lies_on_the_line_that_has_the_cursor(admin):
    page = admin("articles/article/add/")
    fields = page.locator("form .form-row :is(input, select, textarea):visible")
    fields.first.focus()
    seen = set()
    for _field in range(30):
        page.keyboard.press("Tab")
        at = page.evaluate("document.activeElement.name")
        if page.evaluate("!!document.activeElement.closest('.submit-row')"):
            break
        if at:
            field = box(page.locator(":focus"))
            assert field["y"] + min(field["height"], THUMB) <= box(page.locator(".submit-row"))["y"], at
            seen.add(at)
    assert {"title", "slug", "points", "lead", "comment_policy"} <= seen


def test_no_field_makes_an_iphone_zoom(admin):
    page = admin()
    for where in ["articles/article/add/", "articles/entry/add/", f"{a_person()}change/", "comments/comment/"]:
        go(page, where)
        sizes = page.locator("#content :is(input:not([type=hidden], [type=submit], [type=checkbox]), select, textarea)")
        small = sizes.evaluate_all(
            "found => found.filter(f => parseFloat(getComputedStyle(f).fontSize) < 16).map(f => f.name || f.id)"
        )
        assert small == [], where


def test_publishing_stands_beside_saving(admin):
    page = admin("articles/entry/add/")
    publish, save = page.get_by_role("button", name="Publish"), page.get_by_role("button", name="Save", exact=True)
    assert box(publish)["y"] == box(save)["y"]
    page.get_by_label("Text").fill("The bridge is open.")
    publish.click()
    expect(page.get_by_text("1 done.")).to_be_visible()
    assert Entry.objects.get(text="The bridge is open.").state == Entry.State.PUBLISHED


# Day and night


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_cards_and_the_save_bar_follow_the_device(admin, scheme):
    page = admin("articles/entry/", color_scheme=scheme)
    assert page.locator("#result_list tbody tr").first.evaluate(IS_DARK) is (scheme == "dark")
    assert page.locator("#searchbar").evaluate(IS_DARK) is (scheme == "dark")
    go(page, "articles/entry/add/")
    assert page.locator(".submit-row").evaluate(IS_DARK) is (scheme == "dark")


def test_and_what_was_chosen_with_the_button_in_the_header(admin):
    page = admin("articles/entry/", color_scheme="light")
    for _auto_dark in range(3):
        if page.locator("html").get_attribute("data-theme") == "dark":
            break
        page.locator(".theme-toggle").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.locator("#result_list tbody tr").first.evaluate(IS_DARK)


# From right to left


def test_in_arabic_all_of_it_is_the_other_way_round(admin, settings):
    page = admin()
    settings.LANGUAGE_CODE = "ar"
    for where in ["", "articles/entry/", "articles/entry/add/", "comments/comment/", f"{a_person()}change/"]:
        go(page, where)
        assert page.locator("html").get_attribute("dir") == "rtl"
        assert width(page) == PHONE["width"], where
    go(page, "comments/comment/")
    card = page.locator("#result_list tbody tr").first
    name, value = card.locator(".card-label:has(+ .field-state)"), card.locator(".field-state")
    assert box(value)["x"] + box(value)["width"] <= box(name)["x"]
