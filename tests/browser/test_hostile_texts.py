"""Three hundred known payloads and all naughty strings in a real browser, the Content Security Policy off: as text,
name, quote, report, search, in the bell and in a mail. None of them does anything."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from accounts.models import User
from articles.models import Article
from comments import mailing
from comments.models import Comment, Notice, Report
from newsroom import markup
from tests.browser.conftest import make_groups
from tests.people import make_article, make_person

HOSTILE = Path(settings.BASE_DIR).parent / "shared" / "data" / "hostile"
# Reports whatever a payload may call: a dialog, or a function that most of them name.
WATCH = """
window.ran = [];
for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = (text) => window.ran.push(`${name} ${text}`);
"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not HOSTILE.exists(), reason="the hostile texts are not beside the repository"),
]


def payloads() -> list[str]:
    xss = json.loads((HOSTILE / "xss.json").read_text())
    naughty = json.loads((HOSTILE / "naughty-strings.json").read_text())
    # Spread over the whole collection, with its oldest tricks first.
    chosen = [*xss[:60], *xss[60 :: len(xss) // 260], *naughty]
    return [text for text in dict.fromkeys(map(markup.tidy, chosen)) if text]


class Plant:
    """A conversation for each payload, by people who are called so, with a quote of it below and a report."""

    def __init__(self) -> None:
        make_groups()
        self.article: Article = make_article("Storm", slug="storm")
        self.nadia, self.mo = make_person("Nadia"), make_person("Mo", "moderator")
        for number, text in enumerate(payloads()):
            author = User(username=f"h{number}", name=f"{number} {text[:30]}", email=f"h{number}@example.org")
            author.save()
            said: dict[str, Any] = {"author": author, "name": author.name}
            root = Comment.objects.bring_in(Comment(text=text, **said), self.article)
            quote = Comment.objects.bring_in(Comment(text=f"> {text}\n\n@{text}", **said), self.article, parent=root)
            Report.objects.create(comment=root, reason="other", text=text, reporter=author)
            Notice.objects.create(reader=self.nadia, kind=Notice.Kind.REPLY, comment=quote)


def watched(context: BrowserContext) -> Page:
    context.add_init_script(WATCH)
    page = context.new_page()
    page.on("dialog", lambda dialog: pytest.fail(f"A dialog: {dialog.message}"))
    return page


def assert_nothing_ran(page: Page) -> None:
    page.wait_for_load_state("load")
    assert page.evaluate("window.ran") == [], page.url
    found = page.evaluate(
        """() => [...document.querySelectorAll("*")]
          .flatMap((element) => [...element.attributes])
          .filter(({ name, value }) => /^on/.test(name) || /^\\s*(javascript|vbscript):/i.test(value))
          .map(({ name, value }) => `${name}=${value}`)"""
    )
    # What somebody searched for stands in the search's own field.
    assert [one for one in found if not one.startswith("value=")] == [], page.url


def test_none_of_them_does_anything_on_any_page(browser: Any, live_server: Any) -> None:
    plant = Plant()
    reader, moderator = (sign_in(browser, live_server, person) for person in (plant.nadia, plant.mo))
    address = f"{plant.article.get_absolute_url()}comments/"
    pages = 0
    while address:
        reader.goto(address)
        assert_nothing_ran(reader)
        pages += 1
        following = reader.locator(".list a[rel=next]")
        address = following.get_attribute("href") if following.count() else ""
        address = address and f"{plant.article.get_absolute_url()}comments/{address}"
    assert pages > len(payloads()) // 20
    roots = list(Comment.objects.filter(parent=None).order_by("pk"))
    for root in roots[:: len(roots) // 25]:
        for path in (f"/c/{root.pk}/", f"/c/{root.pk}/reply/", f"/c/{root.pk}/report/", f"/people/{root.author_id}/"):
            reader.goto(path)
            assert_nothing_ran(reader)
        moderator.goto(f"/c/{root.pk}/moderate/")
        assert_nothing_ran(moderator)
        for table in ("comment", "report"):
            moderator.goto(f"/admin/comments/{table}/")
            moderator.locator("#searchbar").fill(root.text.partition("\n")[0])
            moderator.locator("#searchbar").press("Enter")
            assert_nothing_ran(moderator)


def test_nor_in_the_bell_and_the_moderators_lists(browser: Any, live_server: Any) -> None:
    plant = Plant()
    reader, moderator = (sign_in(browser, live_server, person) for person in (plant.nadia, plant.mo))
    reader.goto("/notices/")
    for _page in range(len(payloads()) // 30):
        assert_nothing_ran(reader)
        reader.locator("a[rel=next]").first.click()
    for table in ("comment", "report"):
        for number in range(1, 6):
            moderator.goto(f"/admin/comments/{table}/?p={number}")
            assert_nothing_ran(moderator)


def test_nor_in_a_mail(browser: Any, live_server: Any) -> None:
    plant = Plant()
    page = watched(browser.new_context())
    notices = list(Notice.objects.filter(reader=plant.nadia).select_related("comment__article__topic", "decision"))
    assert len(notices) > 300
    for start in range(0, len(notices), mailing.MOST_IN_A_MAIL):
        some = notices[start : start + mailing.MOST_IN_A_MAIL]
        message = mailing._message(plant.nadia, "nadia@example.org", some, number=start)
        (html, kind), *_others = message.alternatives
        assert kind == "text/html"
        assert "\n" not in message.subject
        page.set_content(html)
        assert_nothing_ran(page)


def sign_in(browser: Any, live_server: Any, person: User) -> Page:
    """By a session of the test's own: signing in is tested elsewhere."""
    client = Client()
    client.force_login(person)
    context = browser.new_context(base_url=live_server.url, bypass_csp=True)
    context.set_default_timeout(15_000)
    # Django's own test server has no streams.
    context.route("**/live/*/stream?*", lambda route: route.fulfill(status=204))
    key = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
    return watched(context)
