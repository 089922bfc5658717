"""What holds of every page that readers see: whole, quick, safe, and the same bytes for everyone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.models import Article
from tests.newsroom.pages import Page, read
from tests.people import make_article, make_entry, make_person, say

pytestmark = pytest.mark.django_db

MONDAY = datetime(2025, 6, 2, 9, tzinfo=UTC)
MOST_QUERIES = 8
FOUND = [
    "front",
    "further front",
    "topic",
    "further topic",
    "article",
    "further article",
    "one further",
    "oldest first",
    "day",
    "further day",
    "entry",
    "untitled entry",
    "archive",
    "further archive",
    "comments",
    "oldest comments",
    "comment",
    "Arabic",
]
OTHERS = {"no such page": 404, "draft": 404, "withdrawn entry": 410}
ALL = [*FOUND, *OTHERS]


@pytest.fixture(scope="module")
def addresses(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    """One site for all these tests, rolled back after the last: they only read."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def pages(addresses: dict[str, str]) -> dict[str, Page]:
    return {name: read(Client(), address, OTHERS.get(name, 200)) for name, address in addresses.items()}


def build() -> dict[str, str]:
    article = make_article("Storm over the coast", slug="storm", lead="The *dikes* & the sea.", at=MONDAY)
    for hour in range(24, 0, -1):
        make_entry(article, f"It is hour {hour}.", MONDAY + timedelta(hours=hour))
    for minute in range(120):
        make_entry(article, f"**Minute** {minute} & more.", MONDAY + timedelta(minutes=minute / 3), byline="Carla")
    entry = make_entry(
        article, "See [the map](https://m.example).", MONDAY, headline="A dike breaks", is_key_event=True
    )
    entry.edit(text="See [the map](https://m.example), which is new.")
    entry.pin()
    bare = make_entry(article, "The *road* to Hill & Vale is open.", MONDAY)
    gone = make_entry(article, "Nobody is hurt.", MONDAY)
    gone.withdraw()
    for number in range(25):
        make_article(f"Ended {number}", slug=f"ended-{number}", at=MONDAY - timedelta(days=number)).end()
    arabic = make_article("عاصفة على الساحل", slug="عاصفة", language="ar", time_zone="Asia/Damascus", at=MONDAY)
    make_entry(arabic, "السد ما زال صامدا.", MONDAY)
    draft = Article.objects.create(topic=article.topic, title="Not yet", slug="not-yet", time_zone="UTC", language="en")
    reader = make_person("Reader")
    make_person("Moderator", "moderator")
    comment = say(reader, article, "I live <b>there</b>.")
    say(reader, article, "And it rains.", parent=comment)
    hidden = say(reader, article, "You fool.")
    say(reader, article, "No.", parent=hidden)
    hidden.hide(reader, "abuse")
    base = article.get_absolute_url()
    return {
        "front": "/",
        "further front": following("/"),
        "topic": "/weather/",
        "further topic": following("/weather/"),
        "article": base,
        "further article": (further := following(base)),
        "one further": following(further),
        "oldest first": f"{base}?order=oldest",
        "day": f"{base}2025-06-02/",
        "further day": following(f"{base}2025-06-02/"),
        "entry": f"{base}{entry.pk}/",
        "untitled entry": f"{base}{bare.pk}/",
        "archive": "/2025/06/02/",
        "further archive": following("/2025/06/02/"),
        "comments": f"{base}comments/",
        "oldest comments": f"{base}comments/?sort=oldest",
        "comment": f"/c/{comment.pk}/",
        "Arabic": arabic.get_absolute_url(),
        "no such page": "/weather/no-such-storm/",
        "draft": draft.get_absolute_url(),
        "withdrawn entry": f"{base}{gone.pk}/",
    }


def following(address: str) -> str:
    (link,) = read(Client(), address).attributes('nav a[rel="next"]', "href")
    return address.partition("?")[0] + link


@pytest.mark.parametrize("name", ALL)
def test_it_is_valid_html_with_one_main_heading(pages: dict[str, Page], name: str) -> None:
    found = pages[name]
    assert found.errors == []
    assert found.text("h1")
    ids = found.attributes("[id]", "id")
    assert len(ids) == len(set(ids))
    for anchor in found.attributes("a[href^='#']", "href"):
        assert anchor[1:] in ids


@pytest.mark.parametrize("name", ALL)
def test_headings_leave_no_level_out(pages: dict[str, Page], name: str) -> None:
    levels = [int(heading.name[1]) for heading in pages[name].all("h1, h2, h3, h4, h5, h6")]
    assert all(lower <= upper + 1 for upper, lower in zip([0, *levels], levels, strict=False))


def test_each_has_a_title_of_its_own(pages: dict[str, Page]) -> None:
    by_title: dict[str, list[str]] = {}
    for name in ALL:
        by_title.setdefault(pages[name].text("title"), []).append(name)
    assert [names for names in by_title.values() if len(names) > 1 and names != ["no such page", "draft"]] == []


@pytest.mark.parametrize("name", FOUND)
def test_it_names_its_one_address_in_full(
    client: Client, addresses: dict[str, str], pages: dict[str, Page], name: str
) -> None:
    canonical = pages[name].attribute('link[rel="canonical"]', "href")
    assert canonical.startswith("http://testserver/")
    link = f'<link rel="canonical" href="{escape(canonical)}">'
    assert link in client.get(canonical).content.decode()
    with_noise = addresses[name] + ("&" if "?" in addresses[name] else "?") + "utm_source=mail"
    assert link in client.get(with_noise).content.decode()


def test_pages_that_show_other_rows_have_addresses_of_their_own(pages: dict[str, Page]) -> None:
    canonicals = {
        name: pages[name].attribute('link[rel="canonical"]', "href")
        for name in FOUND
        # The same entries in another order are the same page.
        if name != "oldest first"
    }
    assert len(set(canonicals.values())) == len(canonicals)


@pytest.mark.parametrize("name", OTHERS)
def test_a_page_that_is_none_names_no_address(pages: dict[str, Page], name: str) -> None:
    assert pages[name].all('link[rel="canonical"]') == []


@pytest.mark.parametrize("name", ALL)
def test_it_says_its_language_and_direction(pages: dict[str, Page], name: str) -> None:
    found = pages[name]
    expected = ("ar", "rtl") if name == "Arabic" else ("en", "ltr")
    assert (found.attribute("html", "lang"), found.attribute("html", "dir")) == expected


@pytest.mark.parametrize("name", ALL)
def test_it_carries_no_inline_script_or_style_and_asks_nobody_else(pages: dict[str, Page], name: str) -> None:
    found = pages[name]
    for element in found.all("*"):
        assert element.name not in ("style", "iframe", "object", "embed", "form")
        assert not [attribute for attribute in element.attrs if attribute.startswith("on") or attribute == "style"]
    for script in found.all("script"):
        assert script.attrs["src"].startswith("/static/")
        assert script.to_text() == ""
    for source in found.attributes("[src]", "src") + found.attributes('link[rel="stylesheet"]', "href"):
        assert source.startswith("/static/")


@pytest.mark.parametrize("name", ALL)
def test_its_policy_lets_nothing_else_in(client: Client, addresses: dict[str, str], name: str) -> None:
    response = client.get(addresses[name])
    directives = [part.split() for part in response["Content-Security-Policy"].split(";")]
    policy = {directive: sources for directive, *sources in directives}
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == ["'self'"]
    assert policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.fixture
def readers(addresses: dict[str, str]) -> list[Client]:
    """One who is not signed in, a reader and a moderator who are."""
    clients = [Client(), Client(), Client()]
    for client, username in zip(clients[1:], ("reader", "moderator"), strict=True):
        client.force_login(User.objects.get(username=username))
    return clients


@pytest.mark.parametrize("name", ALL)
def test_it_is_the_same_for_everyone(readers: list[Client], addresses: dict[str, str], name: str) -> None:
    answers = [client.get(addresses[name]) for client in readers]
    assert len({answer.content for answer in answers}) == 1
    for answer in answers:
        assert not answer.cookies
        assert "cookie" not in answer.get("Vary", "").lower()


@pytest.mark.parametrize("name", ALL)
def test_it_takes_few_queries(
    client: Client,
    addresses: dict[str, str],
    name: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get(addresses[name])


@pytest.mark.parametrize("name", FOUND)
def test_it_is_only_read(client: Client, addresses: dict[str, str], name: str) -> None:
    for send in (client.post, client.put, client.patch, client.delete):
        assert send(addresses[name]).status_code == 405


@pytest.mark.parametrize("name", ALL)
def test_asking_for_its_head_answers_the_same_without_a_body(
    client: Client, addresses: dict[str, str], name: str
) -> None:
    response = client.head(addresses[name])
    assert (response.status_code, response.content) == (OTHERS.get(name, 200), b"")


@pytest.mark.parametrize("name", ["article", "day", "entry", "untitled entry", "archive"])
def test_what_is_said_about_it_elsewhere_is_plain_text(pages: dict[str, Page], name: str) -> None:
    found = pages[name]
    for said in [*found.attributes('meta[name="description"]', "content"), found.text("title")]:
        assert [mark for mark in ("&amp;", "*", "<p>", "](") if mark in said] == []
