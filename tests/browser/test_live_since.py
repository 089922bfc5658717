"""Who comes back sees how much is new, which key events were missed, and where reading stopped."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from tests.people import make_article, make_entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AN_HOUR_LATER = "01:00:00"


@pytest.fixture
def page(reader, blog):
    """A reader who has seen the article, and has gone elsewhere for an hour."""
    page = reader.open(blog, clock=True)
    go_away(page)
    return page


def go_away(page):
    page.goto("/accounts/login/")
    page.clock.fast_forward(AN_HOUR_LATER)


def report(blog, number, **fields):
    with transaction.atomic():
        return [make_entry(blog, f"Later report {n}.", **fields) for n in range(number)]


def test_the_box_counts_and_the_divider_shows_where_reading_stopped(page, reader, blog):
    last_seen = blog.entries.published().first()
    first_new, *_others = report(blog, 3)
    reader.go(page, blog)
    box = page.get_by_role("complementary", name="Since you were last here")
    expect(box).to_contain_text("3 updates since you were last here")
    divider = page.locator("#stopped")
    assert divider.evaluate("d => d.previousElementSibling.id") == f"e{first_new.pk}"
    following = divider.locator("xpath=following::article[1]")
    expect(following).to_have_id(f"e{last_seen.pk}")
    box.get_by_role("link", name="To where you stopped").click()
    expect(divider).to_be_in_viewport()


def test_missed_key_events_are_named(page, reader, blog):
    (event,) = report(blog, 1, headline="The dike is breaking", is_key_event=True)
    reader.go(page, blog)
    box = page.locator(".since")
    expect(box).to_contain_text("1 update since you were last here")
    box.get_by_role("link", name="The dike is breaking").click()
    expect(page.locator(f"#e{event.pk}")).to_be_in_viewport()


def test_more_than_a_page_was_missed(page, reader, blog):
    last_seen = blog.entries.published().first()
    first_new, *_others = report(blog, 60)
    reader.go(page, blog)
    box = page.locator(".since")
    expect(box).to_contain_text("60 updates since you were last here")
    expect(page.locator("#stopped")).to_have_count(0)
    box.get_by_role("link", name="To where you stopped").click()
    expect(page.locator(".entry").first).to_have_id(f"e{first_new.pk}")
    assert page.locator(f"#e{last_seen.pk}").count() == 0


def test_oldest_first_has_the_divider_too(page, reader, blog):
    first_new, *_others = report(blog, 2)
    reader.go(page, f"{blog.get_absolute_url()}?order=oldest")
    expect(page.locator(".since")).to_contain_text("2 updates")
    assert page.locator("#stopped").evaluate("d => d.nextElementSibling.id") == f"e{first_new.pk}"


def test_who_was_there_all_the_time_has_missed_nothing(reader, blog):
    page = reader.open(blog, clock=True)
    (new,) = report(blog, 1)
    expect(page.locator(f"#e{new.pk}")).to_be_attached()
    go_away(page)
    reader.go(page, blog)
    expect(page.locator(".since")).to_have_count(0)


def test_a_reload_shows_no_box(reader, blog):
    page = reader.open(blog, clock=True)
    page.goto("/accounts/login/")
    report(blog, 1)
    reader.go(page, blog)
    expect(page.locator(".entry").first).to_contain_text("Later report 0.")
    expect(page.locator(".since")).to_have_count(0)


def test_a_first_visit_shows_no_box(reader, blog):
    expect(reader.open(blog).locator(".since")).to_have_count(0)


def test_another_tab_does_not_set_it_back(page, reader, blog):
    """The second tab has seen more; the first, left on an older page, must not make it new again."""
    behind = reader.open(f"{blog.get_absolute_url()}?order=oldest", context=page.context)
    behind.route("**/live/**", lambda route: None)
    behind.reload()
    report(blog, 2)
    reader.go(page, blog)
    behind.evaluate(
        """() => { Object.defineProperty(document, "hidden", { value: true });
        document.dispatchEvent(new Event("visibilitychange")); }"""
    )
    go_away(page)
    reader.go(page, blog)
    expect(page.locator(".since")).to_have_count(0)


def test_what_is_kept_is_little_and_is_forgotten(reader, blog):
    page = reader.open(clock=True)
    page.goto("/accounts/login/")
    page.evaluate(
        """() => { const seen = { 900000: { at: Date.now() - 31 * 86400000, place: "1~1", count: 1 } };
        for (let id = 900001; id < 900200; id++) seen[id] = { at: Date.now() - id, place: "1~1", count: 1 };
        localStorage.setItem("newsroom-seen", JSON.stringify(seen)); }"""
    )
    reader.go(page, blog)
    kept = page.evaluate("Object.keys(JSON.parse(localStorage.getItem('newsroom-seen')))")
    assert len(kept) == 100
    assert str(blog.pk) in kept
    assert "900000" not in kept


@pytest.mark.parametrize("kept", ["nonsense", "[1]", "null", '{"%d": 7}', '{"%d": {"place": 3, "at": "x"}}'])
def test_what_it_cannot_read_it_forgets(reader, blog, kept):
    page = reader.open()
    page.goto("/accounts/login/")
    page.evaluate("kept => localStorage.setItem('newsroom-seen', kept)", kept.replace("%d", str(blog.pk)))
    reader.go(page, blog)
    expect(page.locator(".since")).to_have_count(0)
    expect(page.locator(".entry")).to_have_count(30)


def test_where_nothing_may_be_kept_everything_else_works(reader, blog):
    page = reader.open()
    page.add_init_script(
        """Object.defineProperty(window, "localStorage", { get() { throw new DOMException("", "SecurityError"); } })"""
    )
    reader.go(page, blog)
    new = make_entry(blog, "New.")
    expect(page.locator(f"#e{new.pk}")).to_be_attached()


def test_nothing_is_told_to_anybody(page, reader, blog):
    report(blog, 60)
    asked = []
    page.on("request", lambda request: asked.append(request))
    reader.go(page, blog)
    expect(page.locator(".since")).to_be_visible()
    assert all(request.method == "GET" for request in asked)
    blog.refresh_from_db()
    assert {r.url.split("?")[-1] for r in asked if "?" in r.url} == {f"article={blog.pk}", f"after={blog.change}"}


def test_the_arabic_box(reader, blog):
    start = timezone.now() - timedelta(hours=1)
    arabic = make_article("عاصفة على الساحل", language="ar", time_zone="Asia/Baghdad", at=start)
    make_entry(arabic, "الماء يرتفع.", start)
    page = reader.open(arabic, clock=True)
    go_away(page)
    report(arabic, 11)
    reader.go(page, arabic)
    expect(page.locator(".since b")).to_have_text("11 تحديثًا جديدًا منذ زيارتك الأخيرة")
