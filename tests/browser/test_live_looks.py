"""What scripts show is light, readable, right to left where it should be, and fits on a phone."""

import gzip
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.people import make_article, make_entry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# 9.0 kB follow the article; 14.5 kB are the conversations: folds, what is new, forms in place, drafts and the links to
# them, quotes. Each is fetched once, and none of it stands in the way of the page.
MOST_BYTES = 25_088
LINE = "document.getElementById('line').replaceChildren(document.getElementById('line-lost').content.cloneNode(true))"


def show_everything(reader, page, article):
    """The button, a mark, the box, the divider and the line, all at once."""
    page.goto("/accounts/login/")
    page.clock.fast_forward("02:00:00")
    make_entry(article, "A key event was missed.", is_key_event=True)
    reader.go(page, article)
    expect(page.locator(".since")).to_be_visible()
    page.evaluate("scrollTo(0, document.querySelectorAll('.entry')[3].getBoundingClientRect().top + scrollY - 200)")
    page.wait_for_timeout(100)
    make_entry(article, "New.")
    article.entries.published()[4].edit(text="Edited.")
    expect(page.locator(".arrivals button")).to_be_in_viewport()
    expect(page.locator(".entry.fresh")).to_have_count(1)
    page.evaluate(LINE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(reader, blog, scheme):
    page = reader.open(blog, color_scheme=scheme, reduced_motion="reduce", clock=True)
    show_everything(reader, page, blog)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_an_arabic_page(reader, blog, size):
    article = make_article("عاصفة على الساحل", language="ar", time_zone="Asia/Baghdad")
    for number in range(12):
        make_entry(article, f"الماء يرتفع. {number} " * 12)
    page = reader.open(article, size, clock=True)
    show_everything(reader, page, article)
    button = page.locator(".arrivals button")
    expect(button).to_have_text("تحديث جديد واحد")
    expect(page.locator("#line")).to_contain_text("انقطع الاتصال")
    for _number in range(2):
        make_entry(article, "الماء يرتفع.")
    expect(button).to_have_text("3 تحديثات جديدة")
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
    stream, box = page.locator(".stream").bounding_box(), button.bounding_box()
    assert abs((box["x"] + box["width"] / 2) - (stream["x"] + stream["width"] / 2)) < 1
    assert box["height"] >= 44


def test_the_scripts_of_a_page_are_small(client: Client, blog):
    html = client.get(blog.get_absolute_url()).content.decode()
    scripts = re.findall(r'<script[^>]* src="/static/([^"]+)"', html)
    found = {}
    while scripts:
        name = scripts.pop()
        if name not in found:
            with open(finders.find(name), "rb") as file:
                found[name] = file.read()
            scripts += re.findall(r'\b(?:from|import) ?\(?"\./([^"]+)"', found[name].decode())
    assert {"me.js", "live.js", "page.js", "reply.js", "waiting.js", "drafts.js"} <= found.keys()
    sizes = {name: len(gzip.compress(source, 9)) for name, source in found.items()}
    assert sum(sizes.values()) <= MOST_BYTES, sizes


def test_without_scripts_nothing_of_it_shows(reader, blog):
    page = reader.open(java_script_enabled=False)
    page.goto(blog.get_absolute_url())
    expect(page.locator(".entry")).to_have_count(30)
    for what in ("#line", ".arrivals button", ".since", "#stopped"):
        expect(page.locator(what)).to_be_hidden()
    for what in ("Connection lost", "You stopped here", "Load it anew", "new update"):
        expect(page.get_by_text(what)).to_have_count(0)
    assert page.locator("#line").bounding_box()["height"] == 0
