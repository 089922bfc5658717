"""A real Chromium (Debian's, driven by Playwright) on the site with its sample content."""

import os
from collections.abc import Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from importers.sample import SAMPLE_PASSWORD, load_sample
from tests.run import chromium

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}

# Playwright's own event loop makes Django believe that it runs inside async code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def site(live_server: Any) -> str:
    """The address of a running site with the sample content."""
    # The test before has emptied all tables, the groups that a migration made among them.
    import_module("accounts.migrations.0002_groups").make_groups(apps, SimpleNamespace(connection=connection))
    load_sample()
    return str(live_server.url)


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Any]:
    """Opens pages as one visitor; at the end the console must be clean and nothing asked of another host."""
    contexts, complaints = [], []

    def open_page(size: dict[str, int] = PHONE, **options: Any) -> Page:
        context = browser.new_context(viewport=size, base_url=site, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith(site) else complaints.append(f"asks {r.url}"))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(page: Page, username: str) -> None:
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(SAMPLE_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
