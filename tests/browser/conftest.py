"""A real Chromium (Debian's, driven by Playwright) on the site with its sample content."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from urllib.request import urlopen

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection, transaction
from django.utils import timezone
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from accounts.models import User
from articles.models import Article
from importers.sample import SAMPLE_PASSWORD, load_sample
from tests.people import make_article, make_entry, make_person
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


def make_groups() -> None:
    """The test before has emptied all tables, the groups that a migration made among them."""
    import_module("accounts.migrations.0004_the_desk_s_roles").make_groups(apps, SimpleNamespace(connection=connection))


@pytest.fixture
def site(live_server: Any) -> str:
    """The address of a running site with the sample content."""
    make_groups()
    load_sample()
    return str(live_server.url)


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Any]:
    """Opens pages as one visitor; at the end the console must be clean and nothing asked of another host."""
    contexts, complaints = [], []

    def open_page(size: dict[str, int] = PHONE, **options: Any) -> Page:
        context = browser.new_context(viewport=size, base_url=site, **options)
        context.set_default_timeout(10_000)
        # Django's own test server has no streams, and a browser writes a 404 into its console.
        context.route("**/live/*/stream?*", lambda route: route.fulfill(status=204))
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


class LiveSite:
    """`manage.py serve` in a process of its own, on the database of the tests: what they commit, its readers see."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
            "PORT": str(self.port),
            "DEBUG": "1",
            "SECRET_KEY": "only-for-tests",
            "LOG_LEVEL": "ERROR",
            "LIMIT_READERS": "0",
        }
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"], cwd=settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL
        )
        for _attempt in range(150):
            time.sleep(0.1)
            with suppress(OSError), urlopen(f"{self.address}/accounts/login/"):  # noqa: S310
                return
        raise AssertionError("manage.py serve does not answer")

    def end(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(10)


@pytest.fixture(scope="session")
def server() -> Iterator[LiveSite]:
    server = LiveSite()
    yield server
    server.end()


@pytest.fixture
def blog(server: LiveSite, transactional_db: None) -> Article:
    """A live article with thirty short entries, one a minute, the newest a minute old."""
    now = timezone.now()
    with transaction.atomic():
        article = make_article(lead="The sea is *rising*.", time_zone="Europe/Berlin")
        for minute in range(30, 0, -1):
            make_entry(article, f"Report {31 - minute}. " + "The dike holds. " * 12, now - timedelta(minutes=minute))
    # Not before: an empty site would be filled with sample content.
    if server.process is None:
        server.start()
    return article


class Reader:
    """One visitor of the running site, with helpers that read like what people do."""

    def __init__(self, browser: Browser, address: str, complaints: list[str]) -> None:
        self.browser, self.address, self.complaints = browser, address, complaints
        # How a line of the console begins that a test brings about itself.
        self.expected = "\0"
        self.contexts: list[Any] = []

    def open(
        self,
        where: Any = None,
        size: dict[str, int] = PHONE,
        *,
        context: Any = None,
        clock: bool = False,
        **options: Any,
    ) -> Page:
        """Opens an article, an entry or an address, and waits until the page follows it."""
        if context is None:
            # Who comes back a second later than in a test would not get the page from the browser's cache.
            fresh = {"Cache-Control": "no-cache"}
            context = self.browser.new_context(
                viewport=size, base_url=self.address, extra_http_headers=fresh, **options
            )
            context.set_default_timeout(8_000)
            self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: self.complain(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith(self.address) else self.complaints.append(r.url))
        if clock:
            page.clock.install()
        if where is not None:
            self.go(page, where)
        return page

    def complain(self, text: str) -> None:
        if not text.startswith(self.expected):
            self.complaints.append(text)

    def wait_until_served(self, article: Article) -> None:
        """Where nothing may tell the server's process at once (SQLite), it takes half a second to look."""
        article.refresh_from_db()
        for _attempt in range(50):
            with urlopen(self.address + article.get_absolute_url()) as page:  # noqa: S310
                if f'data-change="{article.change}"'.encode() in page.read():
                    return
            time.sleep(0.05)
        raise AssertionError("The site does not show the latest change")

    def go(self, page: Page, where: Any) -> None:
        article = getattr(where, "article", where)
        if isinstance(article, Article):
            self.wait_until_served(article)
        with page.expect_response(lambda r: "/live/" in r.url):
            page.goto(where if isinstance(where, str) else where.get_absolute_url())


@pytest.fixture
def reader(browser: Browser, server: LiveSite, blog: Article) -> Iterator[Reader]:
    """Opens live pages; at the end the consoles must be clean and nothing asked of another host."""
    complaints: list[str] = []
    reader = Reader(browser, server.address, complaints)
    yield reader
    for context in reader.contexts:
        context.close()
    assert complaints == []


class Desk:
    """The desk of the article, open in somebody's browser."""

    def __init__(self, page: Page) -> None:
        self.page, self.context = page, page.context
        self.text = page.get_by_role("textbox", name="Text", exact=True)
        self.headline = page.get_by_role("textbox", name="Headline")
        self.said = page.locator("#say")
        self.beside = page.locator("#beside")
        self.conflict = page.locator("#conflict")
        self.is_phone = bool(page.viewport_size and page.viewport_size["width"] < 800)
        page.wait_for_selector("#desk[data-ready]")

    def write(self, text: str) -> None:
        self.text.fill(text)

    def send(self) -> None:
        """One chord; on a phone one tap."""
        if self.is_phone:
            self.page.locator("#composer .send button[data-send]:visible").first.tap()
        else:
            self.page.keyboard.press("Control+Enter")

    def row(self, text: str) -> Any:
        """The entry in the list beside the composer."""
        return self.beside.locator("li").filter(has_text=text)

    def edit(self, text: str) -> None:
        """Opens an entry of the list in the composer."""
        self.row(text).get_by_role("button", name="Edit").click()
        expect(self.page.get_by_text("You edit an entry")).to_be_visible()

    def open_again(self) -> "Desk":
        """In another page of the same browser."""
        page = self.context.new_page()
        page.goto(self.page.url)
        return Desk(page)


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def size(request: pytest.FixtureRequest) -> dict[str, int]:
    return request.param


@pytest.fixture
def sit_down(reader: Reader, blog: Article) -> Any:
    """Opens the desk of the article for one of the newsroom, by name and role."""
    make_groups()
    # Refusals and lines that are down are what many of these tests are about; Chromium writes each into the console.
    reader.expected = "Failed to load resource"

    def sit_down(name: str, role: str, size: dict[str, int] = DESK) -> Desk:
        person = User.objects.filter(name=name).first() or make_person(name, role)
        # As the server's process knows it, which has none of the tests' own quick hashes.
        person.password = PBKDF2PasswordHasher().encode("secret", "salt", iterations=1)
        person.save()
        phone = {"has_touch": True, "is_mobile": True} if size == PHONE else {}
        page = reader.open(size=size, **phone)
        page.goto(f"/accounts/login/?next=/admin/articles/article/desk/{blog.pk}/")
        page.get_by_label("Username").fill(person.username)
        page.get_by_label("Password").fill("secret")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/desk/*/")
        return Desk(page)

    return sit_down
