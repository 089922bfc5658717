"""Each address of the site takes the way through nginx that its view asks for, so that none can be forgotten."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.urls.converters import IntConverter, PathConverter, StringConverter, UUIDConverter
from django.urls.converters import SlugConverter as DjangoSlugConverter

from articles.converters import ArchiveDayConverter, DayConverter, SlugConverter
from articles.desk.urls import Act, Run, Send
from tests.deploy.conftest import read
from tests.deploy.nginx import Nginx
from tests.deploy.upstream import Upstream, private, shared

pytestmark = pytest.mark.once

# What can stand for each kind of part.
EXAMPLES: dict[type, list[str]] = {
    SlugConverter: ["a_storm-2", "%D8%B9%D8%A7%D8%B5%D9%81%D8%A9"],
    DayConverter: ["2025-06-02"],
    ArchiveDayConverter: ["2025/06/02"],
    IntConverter: ["7", "123456789"],
    StringConverter: ["x"],
    DjangoSlugConverter: ["x-y"],
    PathConverter: ["x/y/"],
    Send: ["publish"],
    Run: ["pause"],
    Act: ["pin"],
    UUIDConverter: ["7b0d5c0e-58fb-4f2b-9d3c-5f0d2b8a9c11"],
}


def patterns(resolver: Any = None, before: str = "/", parts: Any = None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every route, with the converters of its parts."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        converters = (parts or {}) | pattern.pattern.converters
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, route, converters)
        elif isinstance(pattern, URLPattern):
            yield route, converters


def addresses(route: str, converters: dict[str, Any]) -> list[str]:
    """Some of the addresses of a route."""
    found = [route]
    for name, converter in converters.items():
        examples = EXAMPLES[type(converter)]
        found = [re.sub(rf"<[^<>]*\b{name}>", example, address) for address in found for example in examples]
    return found


def is_shared(address: str) -> bool:
    view = resolve(unquote(address)).func
    return getattr(view, "is_shared", False) or getattr(view, "is_public_file", False)


# Django's admin has two as regular expressions; whatever is below /admin/ goes one way.
ROUTES = [(route, converters) for route, converters in patterns() if not re.match(r"/admin/\^?\(\?P<", route)]
ALL = [address for route, converters in ROUTES for address in addresses(route, converters)]
SHARED = [address for address in ALL if is_shared(address)]
PRIVATE = [address for address in ALL if not is_shared(address)]


def test_no_route_was_left_out() -> None:
    assert [address for address in ALL if "<" in address or "(" in address] == []
    assert {"/", "/a_storm-2/", "/a_storm-2/a_storm-2/comments/", "/c/7/", "/live/7/changes"} <= set(SHARED)
    assert {"/me/", "/admin/", "/accounts/login/", "/c/7/reply/"} <= set(PRIVATE)


@pytest.fixture
def answering(front: Nginx, site: Upstream) -> Nginx:
    site.answer = lambda asked: shared()
    return front


def test_every_shared_page_is_kept_and_nobody_is_known_there(answering: Nginx, site: Upstream) -> None:
    for address in SHARED:
        read(answering.port, address, Cookie="sessionid=nadia", Authorization="Basic bmFkaWE=")
        again = read(answering.port, address, Cookie="sessionid=tom", Authorization="Basic dG9t")
        # Expired where a second has just begun.
        assert again.cache in ("HIT", "EXPIRED", "REVALIDATED"), f"{address} goes past the cache"
    for asked in site.asked:
        assert "Cookie" not in asked.headers, asked.target
        assert "Authorization" not in asked.headers, asked.target


def test_every_other_page_goes_past_the_cache_with_its_cookie(answering: Nginx, site: Upstream) -> None:
    """Even if the site should call it public by mistake."""
    for address in PRIVATE:
        for reader in ("nadia", "tom"):
            answer = read(answering.port, address, Cookie=f"sessionid={reader}")
            assert answer.cache == "", f"{address} goes through the cache"
            assert site.asked[-1].headers["Cookie"] == f"sessionid={reader}", address
    assert len(site.asked) == 2 * len(PRIVATE)


def test_what_the_site_calls_private_is_kept_nowhere(front: Nginx, site: Upstream) -> None:
    site.answer = lambda asked: private()
    for address in SHARED:
        read(front.port, address)
        assert read(front.port, address).cache == "MISS"


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/you/%2e%2e/%2e%2e/weather/storm/",
        "/weather/storm/../../accounts/you/",
        "/accounts%2fyou/",
        "/weather/storm/%2e%2e/%2e%2e/me/",
        "//me/",
        "/me/?/weather/storm/",
        "/accounts/you/;storm.css",
    ],
)
def test_odd_addresses_never_bring_somebody_s_own_page_into_the_cache(
    front: Nginx, site: Upstream, address: str
) -> None:
    """Whichever way it takes: either it is not kept, or the site was not told who asks."""
    site.answer = lambda asked: shared(asked.headers["Cookie"].encode() if "Cookie" in asked.headers else b"anybody")
    read(front.port, address, Cookie="nadia")
    assert read(front.port, address).body == b"anybody"
