"""Pages that are the same for everyone: every cache on the way may keep them, and nobody is known on them.

Every route of the site is one or the other, shared or private; none can be forgotten.
"""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import DjangoAssertNumQueries

from articles.models import Article, Entry
from articles.views import NEWEST_CHANGES, OLDER_CHANGES
from comments.models import Comment
from newsroom.shared import SUBJECT_HEADER, release
from tests.people import make_article, make_entry, make_person, say

pytestmark = pytest.mark.django_db

FRESH = "public, max-age=1, stale-while-revalidate=1, stale-if-error=86400"
PRIVATE = "private, no-store"


class Site:
    """An article with an entry and a comment on it, and those who read it."""

    def __init__(self) -> None:
        self.article = make_article(slug="storm")
        self.entry: Entry = make_entry(self.article)
        self.tom = make_person("Tom")
        self.comment: Comment = say(self.tom, self.article)
        self.wanda = make_person("Wanda")
        say(self.wanda, self.article)
        self.mo = make_person("Mo", "moderator")
        self.readers = {"nobody": Client()}
        for person in (self.tom, self.mo, make_person("Nadia"), make_person("Ada", "administrator")):
            self.readers[person.name] = Client()
            self.readers[person.name].force_login(person)

    def get(self, name: str, reader: str = "nobody", **headers: str) -> HttpResponse:
        return self.readers[reader].get(SHARED[name](self), headers=headers)


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    """One for all these tests, rolled back after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Site()
        transaction.set_rollback(True)


@pytest.fixture
def site(built: Site, db: None) -> Site:
    """As it was built, whatever the test before did to it."""
    site = copy.copy(built)
    site.article, site.entry, site.comment = copy.deepcopy((built.article, built.entry, built.comment))
    return site


# An address of each shared route, by its name.
SHARED: dict[str, Callable[[Site], str]] = {
    "front": lambda site: "/",
    "topic": lambda site: "/weather/",
    "article": lambda site: site.article.get_absolute_url(),
    "article-day": lambda site: f"/weather/storm/{site.entry.day}/",
    "entry": lambda site: site.entry.get_absolute_url(),
    "archive": lambda site: reverse("archive", args=[site.entry.day]),
    "comments": lambda site: "/weather/storm/comments/",
    "comment": lambda site: f"/c/{site.comment.pk}/",
    "person": lambda site: f"/people/{site.wanda.pk}/",
    "corrections": lambda site: "/corrections/",
    "article-corrections": lambda site: "/weather/storm/corrections/",
    "changes": lambda site: f"/live/{site.article.pk}/changes?after=0",
    "arrivals": lambda site: f"/live/{site.article.pk}/comments?after=0",
}
# For those of them that say for themselves how long they may be kept.
CACHING = {"changes": OLDER_CHANGES, "arrivals": OLDER_CHANGES}

# What a 304 says again.
SAID = ("ETag", "Cache-Control", SUBJECT_HEADER)

HAPPENS: dict[str, Callable[[Site], object]] = {
    "an entry is edited": lambda site: site.entry.edit(text="The dike has gone."),
    "an entry is published": lambda site: make_entry(site.article),
    "the article ends": lambda site: site.article.end(),
    "a comment is posted": lambda site: say(site.tom, site.article),
    "a comment is hidden": lambda site: site.comment.hide(site.mo, "abuse"),
    "the topic is renamed": lambda site: site.article.topic.edit(name="The weather"),
}


def routes(resolver: Any = None, before: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        else:
            yield route, pattern


def is_shared(pattern: URLPattern) -> bool:
    return getattr(pattern.callback, "is_shared", False)


OTHERS = [route for route, pattern in routes() if not is_shared(pattern)]


# Shared.


def test_every_shared_route_is_tested_here() -> None:
    assert sorted(pattern.name or route for route, pattern in routes() if is_shared(pattern)) == sorted(SHARED)


@pytest.mark.parametrize("name", SHARED)
def test_every_cache_may_keep_it(site: Site, name: str) -> None:
    response = site.get(name)
    assert response.status_code == 200
    assert response["Cache-Control"] == CACHING.get(name, FRESH)
    # A strong one: without W/.
    assert re.fullmatch(rf'"{release()}\.[0-9.]+"', response["ETag"])
    subject, _space, version = response[SUBJECT_HEADER].partition(" ")
    assert subject in ("site", site.article.subject)
    assert response["ETag"] == f'"{release()}.{version}"'


def test_who_is_up_to_date_asks_for_changes_every_two_seconds(site: Site) -> None:
    address = f"/live/{site.article.pk}/changes?after={site.article.change}"
    response = Client().get(address)
    assert (
        response["Cache-Control"] == NEWEST_CHANGES == "public, max-age=2, stale-while-revalidate=2, stale-if-error=600"
    )


@pytest.mark.parametrize("name", SHARED)
def test_nobody_is_known_on_it(site: Site, name: str) -> None:
    answers = [site.get(name, reader) for reader in site.readers]
    for answer in answers:
        assert answer.status_code == 200
        assert not answer.cookies
        assert "cookie" not in answer.get("Vary", "").lower()
        for name_or_token in ("csrf", "Nadia", "nadia", "Ada", "Mo<"):
            assert name_or_token not in answer.text
    assert len({(answer.content, str(sorted(answer.items()))) for answer in answers}) == 1


@pytest.mark.parametrize("name", SHARED)
def test_who_has_it_already_is_told_so_for_one_small_query(
    site: Site, name: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = site.get(name)
    for reader in site.readers:
        with django_assert_num_queries(1):
            again = site.get(name, reader, if_none_match=first["ETag"])
        assert (again.status_code, again.content) == (304, b"")
        assert {header: again[header] for header in SAID} == {header: first[header] for header in SAID}
        assert not again.cookies


@pytest.mark.parametrize("happens", HAPPENS)
def test_whatever_changes_they_all_have_another_name_from_then_on(site: Site, happens: str) -> None:
    """Also an article's page for a comment: it shows how many there are."""
    before = {name: site.get(name) for name in SHARED}
    HAPPENS[happens](site)
    after = {name: site.get(name, if_none_match=before[name]["ETag"]) for name in SHARED}
    assert {name: answer.status_code for name, answer in after.items()} == dict.fromkeys(SHARED, 200)
    for header in ("ETag", SUBJECT_HEADER):
        assert [name for name in SHARED if after[name][header] == before[name][header]] == []


@pytest.mark.parametrize("name", SHARED)
def test_what_an_earlier_release_made_is_another_page(site: Site, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = site.get(name)
    monkeypatch.setattr("newsroom.shared.release", lambda: "the-next")
    assert site.get(name, if_none_match=before["ETag"])["ETag"].startswith('"the-next.')


def test_a_release_is_of_the_code_and_of_the_settings_that_pages_show(settings: Any) -> None:
    assert release.__wrapped__() == release()
    settings.SITE_NAME = "The Gazette"
    assert release.__wrapped__() != release()


def test_another_article_does_not_change_an_article_s_page_but_the_site_s(site: Site) -> None:
    article, front = site.get("article"), site.get("front")
    make_entry(make_article("Elsewhere"))
    assert site.get("article", if_none_match=article["ETag"]).status_code == 304
    assert site.get("front", if_none_match=front["ETag"]).status_code == 200


def test_a_withdrawn_entry_is_gone_for_everybody_and_no_cache_shows_it_for_longer(site: Site) -> None:
    before = site.get("entry")
    site.entry.withdraw()
    answers = [site.get("entry", reader, if_none_match=before["ETag"]) for reader in site.readers]
    for answer in answers:
        assert answer.status_code == 410
        assert answer["Cache-Control"] == FRESH
        assert answer[SUBJECT_HEADER].startswith(site.article.subject)
        assert "ETag" not in answer
        assert "dike holds" not in answer.text
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize(
    "address",
    ["/weather/no-storm/", "/weather/not-yet/", "/no-topic/", "/c/999/", "/live/999/changes?after=0", "/?after=1-1"],
)
def test_a_page_that_is_none_is_kept_nowhere(site: Site, address: str) -> None:
    Article.objects.create(topic=site.article.topic, title="Not yet", slug="not-yet", time_zone="UTC", language="en")
    for client in site.readers.values():
        response = client.get(address)
        assert response.status_code == 404
        assert response["Cache-Control"] == PRIVATE
        assert "ETag" not in response
        assert SUBJECT_HEADER not in response


@pytest.mark.parametrize("name", SHARED)
def test_what_may_not_be_sent_there_is_refused_privately(site: Site, name: str) -> None:
    for client in site.readers.values():
        response = client.post(SHARED[name](site))
        assert response.status_code == 405
        assert response["Cache-Control"] == PRIVATE


# Everything else.

# What stands for each part of a route; an object of the admin is the first of its kind.
PARTS = {
    "topic": "weather",
    "slug": "storm",
    "id": "1",
    "content_type_id": "1",
    "app_label": "articles",
    "url": "no-such-page",
    "name": "none",
    "rendition": "960.webp",
    "token": "x",
}
# Answered with a whole page to somebody, so that what is said of them here is said of something.
SEEN = {
    "/accounts/login/",
    "/accounts/login/password/",
    "/accounts/you/",
    "/accounts/settings/",
    "/accounts/second-factor/",
    "/accounts/email/",
    "/accounts/2fa/",
    "/accounts/2fa/webauthn/",
    "/me/",
    "/<words:topic>/<words:slug>/comments/new/",
    "/c/<int:pk>/reply/",
    "/c/<int:pk>/mine/",
    "/c/<int:pk>/edit/",
    "/c/<int:pk>/recommend/",
    "/c/<int:pk>/report/",
    "/c/<int:pk>/reported/",
    "/c/<int:pk>/pick/",
    "/c/<int:pk>/moderate/",
    "/c/<int:pk>/follow/",
    "/notices/",
    "/people/<int:pk>/mute/",
    "/accounts/comments/",
    "/accounts/notifications/",
    "/accounts/muted/",
    "/accounts/conversations/",
    "/accounts/data/",
    "/accounts/leave/",
    "/<words:topic>/<words:slug>/comments/policy/",
    "/admin/",
    "/admin/jsi18n/",
    "/admin/articles/entry/<path:object_id>/change/",
    "/admin/articles/article/desk/<int:article_id>/",
    "/admin/comments/comment/",
}


def address(route: str, site: Site) -> str:
    """The route with something real in each of its places."""
    real = PARTS | {
        "pk": str(site.tom.pk if route.startswith("/people/") else site.comment.pk),
        "object_id": "1",
        "article_id": str(site.article.pk),
        "entry_id": str(site.entry.pk),
        "action": "publish",
    }
    if found := re.match(r"/admin/(\w+)/(\w+)/<", route):
        real["object_id"] = str(apps.get_model(*found.groups()).objects.values_list("pk", flat=True).first() or 1)
    route = re.sub(r"\^?\(\?P<(\w+)>[^)]*\)\$?", lambda part: real[part[1]], route)
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: real[part[1]], route)


def is_private(response: HttpResponse) -> bool:
    said = set(response["Cache-Control"].split(", "))
    return {"private", "no-store"} <= said and "public" not in said and SUBJECT_HEADER not in response


def test_every_other_page_is_kept_nowhere_whoever_asks(site: Site) -> None:
    seen = set()
    for route in OTHERS:
        for reader, client in site.readers.items():
            response = client.get(address(route, site))
            assert is_private(response), f"{route} for {reader}: {response['Cache-Control']}"
            if response.status_code == 200:
                seen.add(route)
    assert seen >= SEEN


def test_so_are_the_answers_to_what_is_sent(site: Site) -> None:
    sent = {
        "/accounts/login/": {"email": "nadia"},
        "/accounts/login/password/": {"login": "nadia", "password": "wrong"},
        "/accounts/login/code/": {"code": "1234-5678"},
        "/accounts/name/": {"name": "Newsroom"},
        "/weather/storm/comments/new/": {"text": ""},
        f"/c/{site.comment.pk}/reply/": {"text": "No."},
        f"/c/{site.comment.pk}/moderate/": {"action": "hide"},
        f"/c/{site.comment.pk}/edit/": {"text": ""},
        f"/c/{site.comment.pk}/recommend/": {"on": "1"},
        f"/c/{site.comment.pk}/report/": {"reason": "abuse"},
        f"/c/{site.comment.pk}/pick/": {"on": "1"},
        "/weather/storm/comments/policy/": {"policy": "open"},
        f"/c/{site.comment.pk}/mine/": {},
        f"/c/{site.comment.pk}/follow/": {"action": "follow"},
        "/notices/": {"upto": "1"},
        f"/people/{site.tom.pk}/mute/": {"action": "mute"},
        "/accounts/notifications/": {"mail_me": "hourly"},
        "/accounts/leave/": {"name": "No."},
        "/accounts/mail/stop/x/": {},
    }
    statuses = set()
    for place, fields in sent.items():
        for reader, client in site.readers.items():
            response = client.post(place, fields)
            assert is_private(response), f"{place} for {reader}: {response['Cache-Control']}"
            statuses.add(response.status_code)
    # Shown again, sent elsewhere, refused, and not there.
    assert statuses >= {200, 302, 403, 404, 422}
