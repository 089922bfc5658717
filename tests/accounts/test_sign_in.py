"""Signing in with a password, signing out, and never being led to another site by it."""

from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.newsroom.pages import Page, read

pytestmark = pytest.mark.django_db

REDIRECTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "hostile" / "open-redirects.txt"
LOGIN = reverse("login-password")
HERE = "http://testserver"


def name(client: Client) -> str | None:
    return client.get(reverse("me")).json()["name"]


def test_the_form_has_one_heading_and_labels(client: Client) -> None:
    page = read(client, LOGIN)
    assert page.errors == []
    assert page.text("h1") == "Sign in with a password"
    assert page.attributes("label", "for") == page.attributes("input[name=login], input[name=password]", "id")


def test_the_right_password_signs_in(client: Client, nadia: User) -> None:
    assert name(client) is None
    response = client.post(LOGIN, {"login": "nadia", "password": "secret"})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert name(client) == "Nadia"


@pytest.mark.parametrize(("username", "password"), [("nadia", "wrong"), ("nobody", "secret"), ("nadia", "")])
def test_a_wrong_password_or_name_is_refused_alike(client: Client, nadia: User, username: str, password: str) -> None:
    response = client.post(LOGIN, {"login": username, "password": password, "next": "/weather/"})
    page = Page(response.content.decode())
    assert response.status_code == 200
    assert page.texts(".errorlist li")
    assert page.attribute("input[name=next]", "value") == "/weather/"
    assert name(client) is None


def test_after_five_wrong_passwords_the_right_one_waits_too(client: Client, nadia: User) -> None:
    for _try in range(5):
        assert client.post(LOGIN, {"login": "nadia", "password": "wrong"}).status_code == 200
    answer = client.post(LOGIN, {"login": "nadia", "password": "secret"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "300")
    assert "Wait five minutes" in answer.content.decode()
    assert name(client) is None


def test_the_address_is_as_good_as_the_username(client: Client, nadia: User) -> None:
    client.post(LOGIN, {"login": "nadia@example.org", "password": "secret"})
    assert name(client) == "Nadia"


def test_an_account_that_was_closed_does_not_sign_in(client: Client, nadia: User) -> None:
    User.objects.filter(pk=nadia.pk).update(is_active=False)
    client.post(LOGIN, {"login": "nadia", "password": "secret"})
    assert name(client) is None


def test_it_leads_back_to_where_one_came_from(client: Client, nadia: User) -> None:
    back = "/weather/storm/comments/new/?entry=3"
    page = read(client, f"{LOGIN}?next={back}")
    assert page.attribute("input[name=next]", "value") == back
    response = client.post(LOGIN, {"login": "nadia", "password": "secret", "next": back})
    assert response["Location"] == back


def leaves(address: str) -> bool:
    """Would a browser on our sign-in page, reading back slashes as slashes, go to another host?"""
    cleaned = address.replace("\\", "/").translate({9: None, 10: None, 13: None}).strip()
    there = urlsplit(urljoin(HERE + LOGIN, cleaned))
    return (there.scheme, there.netloc) != ("http", "testserver")


@pytest.mark.parametrize("address", ["//evil.example", "https:/\\evil.example", "/\\evil.example", "javascript:a"])
def test_the_judge_of_this_test_sees_who_leaves(address: str) -> None:
    assert leaves(address)
    assert not leaves("/weather/?a=//b.example")


@pytest.mark.parametrize("door", ["sign in", "sign out"])
def test_no_known_trick_leads_to_another_site(client: Client, nadia: User, settings: Any, door: str) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    if not REDIRECTS.exists():
        pytest.skip("../shared/data/hostile/open-redirects.txt is not there")
    addresses = [line for line in REDIRECTS.read_text().splitlines() if line.strip()]
    assert len(addresses) > 200
    led_away = []
    for address in addresses:
        client.session.flush()
        if door == "sign in":
            response = client.post(LOGIN, {"login": "nadia", "password": "secret", "next": address})
        else:
            client.force_login(nadia)
            response = client.post(reverse("logout"), {"next": address})
        assert response.status_code == 302
        if leaves(response["Location"]):
            led_away.append(address)
    assert led_away == []


def test_signing_out_ends_it(client: Client, nadia: User) -> None:
    client.force_login(nadia)
    client.post(reverse("logout"))
    assert name(client) is None


def test_a_link_alone_signs_nobody_out(client: Client, nadia: User) -> None:
    client.force_login(nadia)
    assert client.get(reverse("logout")).status_code == 405
    assert name(client) == "Nadia"


def test_one_s_own_page_shows_the_way_out_and_to_the_desk(client: Client, nadia: User, carla: User) -> None:
    you, desk = reverse("you"), reverse("admin:index")
    assert client.get(you)["Location"] == f"{reverse('login')}?next={you}"
    client.force_login(nadia)
    assert read(client, you).attributes("main form", "action") == [reverse("logout")]
    assert desk not in read(client, you).attributes("main a", "href")
    client.force_login(carla)
    assert desk in read(client, you).attributes("main a", "href")
