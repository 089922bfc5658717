"""Who may come where: every role at every admin and desk address, by both methods. A route without a row fails.

A row has a letter for each of ROLES: `+` let in, `-` refused (403), `>` sent to sign in, `x` the method is not for this
address, `0` not found (so that nobody learns whether it is there).
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from articles.desk.entry_views import ACTIONS
from articles.desk.views import RUNS, SENDS
from articles.models import Article, Byline, Entry
from tests.people import make_article, make_entry, make_person, say

pytestmark = pytest.mark.django_db

ROLES = ("nobody", "reader", "contributor", "correspondent", "editor", "moderator", "administrator")

# Route: GET, POST.
ROWS: dict[str, tuple[str, str]] = {
    "/admin/": (">>+++++", ">>+++++"),
    "/admin/(?P<url>.*)$": (">>00000", ">>00000"),
    "/admin/^(?P<app_label>auth|accounts|articles|comments)/$": (">>+++++", ">>+++++"),
    "/admin/accounts/user/": (">>----+", ">>----+"),
    "/admin/accounts/user/<id>/password/": (">>----+", ">>----+"),
    "/admin/accounts/user/<path:object_id>/": (">>+++++", ">>+++++"),
    "/admin/accounts/user/<path:object_id>/change/": (">>----+", ">>----+"),
    "/admin/accounts/user/<path:object_id>/delete/": (">>-----", ">>-----"),
    "/admin/accounts/user/<path:object_id>/history/": (">>----+", ">>----+"),
    "/admin/accounts/user/add/": (">>----+", ">>----+"),
    "/admin/articles/article/": (">>+++++", ">>+++++"),
    "/admin/articles/article/<path:object_id>/": (">>+++++", ">>+++++"),
    "/admin/articles/article/<path:object_id>/change/": (">>+++++", ">>--+-+"),
    "/admin/articles/article/<path:object_id>/delete/": (">>-----", ">>-----"),
    "/admin/articles/article/<path:object_id>/history/": (">>+++++", ">>+++++"),
    "/admin/articles/article/add/": (">>--+-+", ">>--+-+"),
    "/admin/articles/article/desk/": (">>+++-+", "xxxxxxx"),
    "/admin/articles/article/desk/<int:article_id>/": (">>+++-+", "xxxxxxx"),
    "/admin/articles/article/desk/<int:article_id>/<run:action>/": ("xxxxxxx", ">>--+-+"),
    "/admin/articles/article/desk/<int:article_id>/latest/": (">>+++-+", "xxxxxxx"),
    "/admin/articles/article/desk/<int:article_id>/send/<send:action>/": ("xxxxxxx", ">>+++-+"),
    "/admin/articles/article/desk/<int:article_id>/words/": ("xxxxxxx", ">>--+-+"),
    "/admin/articles/article/desk/entries/<int:entry_id>/": (">>-++-+", "xxxxxxx"),
    "/admin/articles/article/desk/entries/<int:entry_id>/<act:action>/": ("xxxxxxx", ">>-++-+"),
    "/admin/articles/article/desk/entries/<int:entry_id>/editing/": ("xxxxxxx", ">>-++-+"),
    "/admin/articles/article/desk/entries/<int:entry_id>/revisions/": (">>-++-+", "xxxxxxx"),
    "/admin/articles/article/desk/hold/": ("xxxxxxx", ">>+++-+"),
    "/admin/articles/article/desk/new/": (">>--+-+", ">>--+-+"),
    "/admin/articles/article/desk/photographs/": ("xxxxxxx", ">>+++-+"),
    "/admin/articles/article/desk/photographs/<str:name>/<str:rendition>": (">>000-0", "xxxxxxx"),
    "/admin/articles/article/desk/preview/": ("xxxxxxx", ">>+++-+"),
    "/admin/articles/article/desk/submitted/": (">>--+-+", "xxxxxxx"),
    "/admin/articles/byline/": (">>+++-+", ">>+++-+"),
    "/admin/articles/byline/<path:object_id>/": (">>+++++", ">>+++++"),
    "/admin/articles/byline/<path:object_id>/change/": (">>+++-+", ">>+++--"),
    "/admin/articles/byline/<path:object_id>/delete/": (">>-----", ">>-----"),
    "/admin/articles/byline/<path:object_id>/history/": (">>+++++", ">>+++++"),
    "/admin/articles/byline/add/": (">>+++-+", ">>+++-+"),
    "/admin/articles/bylinelookup/": (">>----+", ">>----+"),
    "/admin/articles/bylinelookup/<path:object_id>/": (">>+++++", ">>+++++"),
    "/admin/articles/bylinelookup/<path:object_id>/change/": (">>----+", ">>-----"),
    "/admin/articles/bylinelookup/<path:object_id>/delete/": (">>-----", ">>-----"),
    "/admin/articles/bylinelookup/<path:object_id>/history/": (">>+++++", ">>+++++"),
    "/admin/articles/bylinelookup/add/": (">>-----", ">>-----"),
    "/admin/articles/entry/": (">>+++-+", ">>+++-+"),
    "/admin/articles/entry/<path:object_id>/": (">>+++++", ">>+++++"),
    "/admin/articles/entry/<path:object_id>/change/": (">>+++-+", ">>+++-+"),
    "/admin/articles/entry/<path:object_id>/delete/": (">>-----", ">>-----"),
    "/admin/articles/entry/<path:object_id>/history/": (">>0++0+", ">>0xx0x"),
    "/admin/articles/entry/add/": (">>+++-+", ">>+++-+"),
    "/admin/articles/topic/": (">>+++++", ">>+++++"),
    "/admin/articles/topic/<path:object_id>/": (">>+++++", ">>+++++"),
    "/admin/articles/topic/<path:object_id>/change/": (">>+++++", ">>--+-+"),
    "/admin/articles/topic/<path:object_id>/delete/": (">>-----", ">>-----"),
    "/admin/articles/topic/<path:object_id>/history/": (">>+++++", ">>+++++"),
    "/admin/articles/topic/add/": (">>--+-+", ">>--+-+"),
    "/admin/auth/group/": (">>----+", ">>----+"),
    "/admin/auth/group/<path:object_id>/": (">>+++++", ">>+++++"),
    "/admin/auth/group/<path:object_id>/change/": (">>----+", ">>----+"),
    "/admin/auth/group/<path:object_id>/delete/": (">>-----", ">>-----"),
    "/admin/auth/group/<path:object_id>/history/": (">>----+", ">>----+"),
    "/admin/auth/group/add/": (">>----+", ">>----+"),
    "/admin/autocomplete/": (">>-----", ">>xxxxx"),
    "/admin/comments/comment/": (">>--+++", ">>--+++"),
    "/admin/comments/comment/<path:object_id>/": (">>+++++", ">>+++++"),
    "/admin/comments/comment/<path:object_id>/change/": (">>--+++", ">>-----"),
    "/admin/comments/comment/<path:object_id>/delete/": (">>-----", ">>-----"),
    "/admin/comments/comment/<path:object_id>/history/": (">>--+++", ">>--+++"),
    "/admin/comments/comment/add/": (">>-----", ">>-----"),
    "/admin/comments/decision/": (">>--+++", ">>--+++"),
    "/admin/comments/decision/<path:object_id>/": (">>+++++", ">>+++++"),
    "/admin/comments/decision/<path:object_id>/change/": (">>--+++", ">>-----"),
    "/admin/comments/decision/<path:object_id>/delete/": (">>-----", ">>-----"),
    "/admin/comments/decision/<path:object_id>/history/": (">>+++++", ">>+++++"),
    "/admin/comments/decision/add/": (">>-----", ">>-----"),
    "/admin/comments/report/": (">>--+++", ">>--+++"),
    "/admin/comments/report/<path:object_id>/": (">>+++++", ">>+++++"),
    "/admin/comments/report/<path:object_id>/change/": (">>--+++", ">>-----"),
    "/admin/comments/report/<path:object_id>/delete/": (">>-----", ">>-----"),
    "/admin/comments/report/<path:object_id>/history/": (">>+++++", ">>+++++"),
    "/admin/comments/report/add/": (">>-----", ">>-----"),
    "/admin/jsi18n/": (">>+++++", ">>xxxxx"),
    "/admin/login/": (">-+++++", ">-+++++"),
    "/admin/logout/": ("++xxxxx", "+++++++"),
    "/admin/password_change/": (">>+++++", ">>+++++"),
    "/admin/password_change/done/": (">>+++++", ">>xxxxx"),
    "/admin/r/<path:content_type_id>/<path:object_id>/": (">>00000", ">>00000"),
}

# Of the desk's actions: the state that each begins in; on a correspondent's entry, and on a contributor's.
ACTION_ROWS: dict[str, tuple[str, str, str]] = {
    "discard": ("draft", ">>-++-+", ">>+-+-+"),
    "key-event": ("published", ">>-++-+", ">>--+-+"),
    "ordinary": ("published", ">>-++-+", ">>--+-+"),
    "pin": ("published", ">>-++-+", ">>--+-+"),
    "recall": ("submitted", ">>-++-+", ">>+-+-+"),
    "approve": ("submitted", ">>-++-+", ">>--+-+"),
    "publish": ("submitted", ">>-++-+", ">>--+-+"),
    "restore": ("withdrawn", ">>--+-+", ">>--+-+"),
    "send-back": ("submitted", ">>--+-+", ">>--+-+"),
    "submit": ("draft", ">>-++-+", ">>+-+-+"),
    "unpin": ("published", ">>-++-+", ">>--+-+"),
    "unschedule": ("scheduled", ">>-++-+", ">>--+-+"),
    "withdraw": ("published", ">>-++-+", ">>--+-+"),
}
SEND_ROWS: dict[str, str] = {
    "draft": ">>+++-+",
    "publish": ">>-++-+",
    "save": ">>-++-+",
    "submit": ">>+++-+",
}
RUN_ROWS: dict[str, tuple[str, str]] = {
    "end": ("paused", ">>--+-+"),
    "go-live": ("draft", ">>--+-+"),
    "keep-open": ("live", ">>+++-+"),
    "next-edition": ("ended", ">>--+-+"),
    "pause": ("live", ">>--+-+"),
    "resume": ("ended", ">>--+-+"),
}


def routes(resolver: URLResolver, before: str = "/") -> list[str]:
    found = []
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        found += routes(pattern, route) if isinstance(pattern, URLResolver) else [route]
    return found


ADMIN = sorted({route for route in routes(get_resolver()) if route.startswith("/admin/")})


class Site:
    def __init__(self) -> None:
        self.people = {role: make_person(role.title(), role) for role in ROLES[2:]}
        self.people["reader"] = make_person("Reader")
        self.article = make_article(slug="storm")
        self.entry = make_entry(self.article, author=self.people["correspondent"])
        self.comment = say(self.people["reader"], self.article)
        Byline.objects.create(name="Sparrow", owner=self.people["editor"], is_pseudonym=True)

    def address(self, route: str) -> str:
        real = {
            "article_id": self.article.pk,
            "entry_id": self.entry.pk,
            "name": "none",
            "rendition": "960.webp",
            "app_label": "articles",
            "url": "no-such-page",
            "content_type_id": 1,
            "object_id": 1,
            "id": self.people["reader"].pk,
        }
        if found := re.match(r"/admin/(\w+)/(\w+)/", route):
            try:
                model: Any = apps.get_model(*found.groups())
            except LookupError:
                pass
            else:
                real["object_id"] = model.objects.values_list("pk", flat=True).first() or 1
        real["action"] = {"send": "draft", "run": "pause", "act": "pin"}.get(
            (re.findall(r"<(\w+):action>", route) or [""])[0], ""
        )
        route = route.removesuffix("$")
        route = re.sub(r"\^?\(\?P<(\w+)>[^)]*\)\$?", lambda part: str(real[part[1]]), route)
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: str(real[part[1]]), route)

    def client(self, role: str) -> Client:
        client = Client()
        if role != "nobody":
            client.force_login(self.people[role])
        return client


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock(), transaction.atomic():
        yield Site()
        transaction.set_rollback(True)


def letter(response: HttpResponseBase) -> str:
    if response.status_code == 302 and "/login/" in response["Location"]:
        return ">"
    return {401: ">", 403: "-", 405: "x", 404: "0"}.get(response.status_code, "+")


def test_every_route_has_a_row() -> None:
    assert sorted(ROWS) == ADMIN


@pytest.mark.parametrize("route", ADMIN)
def test_who_may(site: Site, db: None, route: str) -> None:
    address = site.address(route)
    seen = []
    for method in ("get", "post"):
        letters = ""
        for role in ROLES:
            with transaction.atomic():
                letters += letter(getattr(site.client(role), method)(address))
                transaction.set_rollback(True)
        seen.append(letters)
    assert tuple(seen) == ROWS.get(route), f'    "{route}": {tuple(seen)},'


def in_state(site: Site, author: str, state: str) -> Entry:
    entry = Entry.objects.create(article=site.article, text="The dike holds.", author=site.people[author])
    if state == "submitted":
        entry.submit()
    elif state == "scheduled":
        entry.schedule(timezone.now() + timedelta(hours=1))
    elif state != "draft":
        entry.publish()
    if state == "withdrawn":
        entry.withdraw()
    return entry


def letters_of(site: Site, address: Callable[[], str], **data: str) -> str:
    seen = ""
    for role in ROLES:
        with transaction.atomic():
            seen += letter(site.client(role).post(address(), data, headers={"accept": "application/json"}))
            transaction.set_rollback(True)
    return seen


@pytest.mark.parametrize("action", ACTIONS)
def test_who_may_act_on_an_entry(site: Site, db: None, action: str) -> None:
    state, *expected = ACTION_ROWS[action]
    seen = [
        letters_of(
            site, lambda a=author: reverse("admin:desk_act", args=[in_state(site, a, state).pk, action]), note="So."
        )
        for author in ("correspondent", "contributor")
    ]
    assert seen == expected, f'    "{action}": {(state, *seen)},'


@pytest.mark.parametrize("action", RUNS)
def test_who_may_run_an_article(site: Site, db: None, action: str) -> None:
    state, expected = RUN_ROWS[action]
    Article.objects.filter(pk=site.article.pk).update(state=state, ended_at=timezone.now())
    seen = letters_of(site, lambda: reverse("admin:desk_run", args=[site.article.pk, action]))
    assert seen == expected, f'    "{action}": {(state, seen)},'


@pytest.mark.parametrize("action", SENDS)
def test_who_may_send(site: Site, db: None, action: str) -> None:
    """A new entry; for `save` a correspondent's published one."""
    key = uuid4()
    if action == "save":
        Entry.objects.filter(pk=site.entry.pk).update(key=key)
    data = {"key": str(key), "text": "The dike still holds."}
    seen = letters_of(site, lambda: reverse("admin:desk_send", args=[site.article.pk, action]), **data)
    assert seen == SEND_ROWS[action], f'    "{action}": "{seen}",'
