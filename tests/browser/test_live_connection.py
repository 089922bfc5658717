"""How an open page stays in touch: by stream, else by polling; through drops, in the background, to the end."""

import json
import re

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from tests.people import make_entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# An outage, and a stream that is refused: the browser itself writes them into its console.
OUTAGE = ("net::ERR_", "status of 503", "status of 404", "status of 400")


@pytest.fixture
def page(reader, blog):
    """Open, with a clock that the test can turn."""
    page = reader.open(blog, clock=True)
    expect(page.locator("body")).to_have_attribute("data-change", str(blog.change))
    return page


@pytest.fixture
def forgiving(reader):
    """What the browser itself writes into the console of an outage is no fault of the page."""
    yield
    reader.complaints[:] = [text for text in reader.complaints if not any(kind in text for kind in OUTAGE)]


def entry(page, entry):
    return page.locator(f"#e{entry.pk}")


def wait(page, seconds):
    """Turns the clock, in steps that leave answers the time to arrive."""
    for _step in range(0, seconds, 5):
        page.clock.run_for(min(5, seconds) * 1000)
        page.wait_for_timeout(100)


def asked(page):
    """The ways in which the page asks from now on."""
    ways = []
    page.on("request", lambda r: ways.append(found[1]) if (found := re.search(r"/live/\d+/(\w+)", r.url)) else None)
    return ways


def hide(page, hidden=True):
    """A browser without a window hides no tabs, so the page is told that it is hidden."""
    page.evaluate(
        """(hidden) => { Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange")); }""",
        hidden,
    )


def answer_stream(page, **answer):
    page.route("**/stream?*", lambda route: route.fulfill(**answer))


def test_a_stream_is_all_it_asks_for(reader, blog):
    ways = []
    page = reader.open()
    page.on("request", lambda r: ways.append(r.url.split("/live/")[1]) if "/live/" in r.url else None)
    reader.go(page, blog)
    for number in range(3):
        new = make_entry(blog, f"New {number}.")
        expect(entry(page, new)).to_be_attached()
    assert len(ways) == 1
    assert "/stream?after=" in ways[0]


def test_refused_it_polls_and_tries_the_stream_again_later(reader, blog, forgiving):
    page = reader.open(clock=True)
    answer_stream(page, status=503, headers={"Retry-After": "9"})
    reader.go(page, blog)
    new = make_entry(blog, "By polling.")
    page.wait_for_timeout(2_500)  # An answer may be two seconds old, whatever the page's clock says.
    page.clock.run_for(7_000)
    expect(entry(page, new)).to_be_attached()
    page.unroute_all()
    ways = asked(page)
    wait(page, 30)
    assert set(ways) == {"changes"}
    wait(page, 60)
    assert ways[-1] == "stream"


def test_a_proxy_that_holds_the_stream_back_is_found_out(reader, blog):
    page = reader.open(clock=True)
    page.route("**/stream?*", lambda route: None)
    with page.expect_request("**/stream?*"):
        page.goto(blog.get_absolute_url())
    ways = asked(page)
    new = make_entry(blog, "By polling.")
    reader.wait_until_served(blog)
    page.clock.run_for(9_000)
    assert ways == []
    page.clock.run_for(2_000)
    expect(entry(page, new)).to_be_attached()


def test_a_line_that_has_died_silently_is_opened_anew(page, blog):
    ways = asked(page)
    page.clock.fast_forward(39_000)
    page.wait_for_timeout(100)
    assert ways == []
    page.clock.fast_forward(2_000)
    page.wait_for_timeout(300)
    assert ways == ["stream"]
    expect(page.locator("#line")).to_have_text("")


def test_offline_and_back_misses_nothing(page, blog, forgiving):
    heard = timezone.localtime(timezone.now(), blog.zone)
    page.context.set_offline(True)
    page.clock.run_for(10_000)
    line = page.get_by_text("Connection lost.")
    expect(line).to_have_count(0)
    missed = [make_entry(blog, f"Missed {number}.") for number in range(3)]
    blog.entries.published().last().edit(text="Edited meanwhile.")
    page.clock.run_for(60_000)
    expect(line).to_be_visible()
    expect(line).to_have_text(re.compile(rf"Connection lost. Last updated {heard:%H}:\d\d CE[ST]+\."))
    for new in missed:
        expect(entry(page, new)).to_have_count(0)
    page.context.set_offline(False)
    for new in missed:
        expect(entry(page, new)).to_be_attached()
    expect(page.get_by_text("Edited meanwhile.")).to_be_attached()
    expect(line).to_have_count(0)


def test_in_an_outage_it_asks_ever_more_rarely(reader, blog, forgiving):
    page = reader.open(clock=True)
    answer_stream(page, status=503)
    reader.go(page, blog)
    page.route("**/changes?*", lambda route: route.fulfill(status=503))
    page.clock.run_for(60_000)
    ways = asked(page)
    for _minute in range(10):
        page.clock.run_for(60_000)
    assert 4 <= ways.count("changes") <= 9
    assert "stream" not in ways
    expect(page.get_by_text("Connection lost.")).to_be_visible()


def test_it_waits_as_long_as_it_is_told(reader, blog, forgiving):
    page = reader.open(clock=True)
    answer_stream(page, status=503)
    reader.go(page, blog)
    page.route("**/changes?*", lambda route: route.fulfill(status=503, headers={"Retry-After": "600"}))
    wait(page, 15)
    ways = asked(page)
    page.clock.run_for(580_000)
    assert ways == []
    wait(page, 30)
    assert ways == ["changes"]


def test_a_hidden_tab_holds_no_line_but_counts(page, reader, blog):
    hide(page)
    ways = asked(page)
    new = make_entry(blog, "While hidden.")
    reader.wait_until_served(blog)
    page.clock.run_for(45_000)
    assert ways == []
    expect(entry(page, new)).to_have_count(0)
    with page.expect_response("**/changes?*"):
        wait(page, 30)
    expect(page).to_have_title("(1) Storm over the coast – Newsroom")
    another = make_entry(blog, "Also while hidden.")
    reader.wait_until_served(blog)
    hide(page, False)
    expect(entry(page, another)).to_be_attached()
    expect(entry(page, new)).to_be_attached()
    expect(page).to_have_title("Storm over the coast – Newsroom")
    assert set(ways) == {"changes", "stream"}


def test_back_in_the_browsers_history_it_catches_up(page, reader, blog):
    page.goto("/accounts/login/")
    new = make_entry(blog, "Meanwhile.")
    reader.wait_until_served(blog)
    page.go_back()
    expect(entry(page, new)).to_be_attached()


def test_two_tabs_show_the_same(reader, blog):
    first = reader.open(blog)
    second = reader.open(blog, context=first.context)
    new = make_entry(blog, "For both.")
    for page in (first, second):
        expect(entry(page, new)).to_have_count(1)


def test_a_page_that_has_changed_a_lot_offers_to_be_loaded(page, blog):
    with transaction.atomic():
        for _number in range(75):
            make_entry(blog)
    blog.edit(time_zone="UTC")
    expect(page.get_by_text("This page has changed a lot.")).to_be_visible()
    page.get_by_role("button", name="Load it anew").click()
    expect(page.locator(".zone").first).to_have_text("Times are those of UTC.")
    expect(page.locator("#line")).to_have_text("")


def test_a_number_that_never_was_ends_it_with_a_plain_sentence(reader, blog, forgiving):
    page = reader.open(clock=True)
    answer_stream(page, status=400)
    page.route("**/changes?*", lambda route: route.fulfill(status=400, body=json.dumps({"error": "No."})))
    reader.go(page, blog)
    expect(page.get_by_text("This page can no longer follow what happens.")).to_be_visible()
    expect(page.get_by_role("button", name="Load it anew")).to_be_visible()
    ways = asked(page)
    page.clock.run_for(300_000)
    assert ways == []
