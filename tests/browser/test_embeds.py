"""Cards: nobody else learns of a reader before they click, and then they have the video, the sound or the post."""

import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.people import make_article, make_entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VIDEO = "https://youtu.be/dQw4w9WgXcQ"
FRAME = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"
ALL = [
    VIDEO,
    "https://vimeo.com/76979871",
    "https://x.com/nws/status/1234567890123456789",
    "https://mastodon.social/@storm_watch/109372843234",
    "https://soundcloud.com/forss/flickermood",
]
STUB = "<!doctype html><html lang=en><title>Theirs</title><main><h1>Theirs</h1></main>"


@pytest.fixture
def others(reader):
    """Addresses of other sites that were asked. All of them are answered from here, so nothing leaves this machine."""
    asked = []
    open_page = reader.open

    def open_with_others(where=None, size=PHONE, **options):
        page = open_page(None, size, **options)
        page.context.route(re.compile("^https:"), lambda route: route.fulfill(body=STUB, content_type="text/html"))
        page.on("request", lambda request: asked.append(request.url) if request.url.startswith("https://") else None)
        if where is not None:
            reader.go(page, where)
        return page

    reader.open = open_with_others
    yield asked
    # These are not the page's own doing: each test says which it expects.
    reader.complaints[:] = [one for one in reader.complaints if not one.startswith("https://")]


def test_nobody_else_is_asked_before_the_click(reader, blog, others):
    make_entry(blog, "\n\n".join(ALL))
    page = reader.open(blog)
    expect(page.locator(".embed")).to_have_count(len(ALL))
    page.locator(".embed").last.hover()
    page.locator(".embed a").first.focus()
    page.wait_for_timeout(500)
    assert page.locator("iframe").count() == 0
    assert others == []


def test_a_click_shows_it_and_the_link_stays(reader, blog, others):
    make_entry(blog, f"Look:\n\n{VIDEO}?t=90")
    page = reader.open(blog)
    link = page.get_by_role("link", name="YouTube")
    link.click()
    frame = page.locator(".embed iframe")
    expect(frame).to_be_focused()
    expect(frame).to_have_attribute("src", f"{FRAME}?start=90")
    expect(frame).to_have_attribute("title", "▶ YouTube youtu.be/dQw4w9WgXcQ")
    expect(frame).to_have_attribute("sandbox", "allow-scripts allow-same-origin allow-popups allow-presentation")
    expect(frame).to_have_attribute("referrerpolicy", "strict-origin-when-cross-origin")
    expect(frame).to_have_attribute("allow", "fullscreen; encrypted-media; picture-in-picture")
    # The page's own policy lets it in.
    expect(page.frame_locator(".embed iframe").get_by_text("Theirs")).to_be_visible()
    assert others == [f"{FRAME}?start=90"]
    link.click()
    expect(page).to_have_url(f"{VIDEO}?t=90")


def test_each_card_is_opened_for_itself(reader, blog, others):
    make_entry(blog, "\n\n".join(ALL))
    page = reader.open(blog)
    page.get_by_role("link", name="Vimeo").click()
    expect(page.locator("iframe")).to_have_count(1)
    assert {urlsplit(address).hostname for address in others} == {"player.vimeo.com"}


def test_it_can_be_opened_from_the_keyboard(reader, blog, others):
    make_entry(blog, VIDEO)
    page = reader.open(blog)
    page.locator(".embed a").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".embed iframe")).to_be_focused()
    assert others == [FRAME]


@pytest.mark.parametrize(
    "how", [{"modifiers": ["Control"]}, {"modifiers": ["Meta"]}, {"modifiers": ["Shift"]}, {"button": "middle"}]
)
def test_who_asks_for_another_tab_gets_it(reader, blog, others, how):
    make_entry(blog, VIDEO)
    page = reader.open(blog)
    # Nothing answers for another site in a new tab, so it is left at whether the browser would open one.
    page.evaluate(
        """for (const kind of ["click", "auxclick"]) addEventListener(kind, (event) => {
            window.taken = event.defaultPrevented;
            event.preventDefault();
        })"""
    )
    page.locator(".embed a").click(**how)
    assert page.evaluate("window.taken") is False
    assert page.locator("iframe").count() == 0


def test_it_is_opened_before_it_is_known_who_reads(reader, blog, others):
    make_entry(blog, VIDEO)
    page = reader.open()
    page.route("**/me/*", lambda route: None)
    page.goto(blog.get_absolute_url(), wait_until="commit")
    page.wait_for_timeout(500)
    page.locator(".embed a").click()
    expect(page.locator(".embed iframe")).to_have_attribute("src", FRAME)


def test_one_that_arrives_while_the_page_is_open(reader, blog, others):
    page = reader.open(blog)
    new = make_entry(blog, VIDEO)
    page.locator(f"#e{new.pk} .embed a").click()
    expect(page.locator(f"#e{new.pk} iframe")).to_have_attribute("src", FRAME)
    make_entry(blog, "Another one.")
    expect(page.get_by_text("Another one.")).to_be_attached()
    expect(page.frame_locator(".embed iframe").get_by_text("Theirs")).to_be_attached()
    assert others == [FRAME]


def test_on_the_page_of_a_single_entry(reader, blog, others):
    page = reader.open(make_entry(blog, VIDEO))
    page.locator(".alone .embed a").click()
    expect(page.locator(".alone iframe")).to_have_attribute("src", FRAME)


def test_without_scripts_it_is_a_link(reader, blog, others):
    make_entry(blog, VIDEO)
    page = reader.open(java_script_enabled=False)
    page.goto(blog.get_absolute_url())
    assert others == []
    page.get_by_role("link", name="YouTube youtu.be/dQw4w9WgXcQ").click()
    expect(page).to_have_url(VIDEO)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_shape_of_each(reader, blog, others, size, language):
    article = make_article(language=language)
    make_entry(article, "عاصفة على الساحل\n\n" + "\n\n".join(ALL))
    page = reader.open(article, size)
    text = page.locator(".entry .text").bounding_box()["width"]
    for card in page.locator(".embed").all():
        assert card.bounding_box()["height"] >= 72
        assert card.bounding_box()["width"] == pytest.approx(text, abs=1)
        card.locator("a").click()
        frame = card.locator("iframe").bounding_box()
        assert frame["width"] == pytest.approx(text - 2, abs=1)
        if card.evaluate("card => card.matches('.video')"):
            assert frame["width"] / frame["height"] == pytest.approx(16 / 9, rel=0.02)
        else:
            assert frame["height"] == (512 if card.evaluate("card => card.matches('.post')") else 168)
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(reader, blog, others, scheme):
    make_entry(blog, "\n\n".join(ALL))
    page = reader.open(blog, color_scheme=scheme, reduced_motion="reduce")
    page.get_by_role("link", name="Vimeo").click()
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
