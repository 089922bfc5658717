"""Signing in, and up, by a code that is sent by mail. Nobody finds out by it who has an account here."""

import json
import re
import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import codes
from accounts.models import User
from tests.accounts.mailbox import CODE, LOGIN, ask_for_a_code, code_in, sign_in_by_code, type_code, who
from tests.newsroom.pages import Page, read

pytestmark = pytest.mark.django_db

WRONG = "0000-0000"
NOBODY = "paula@example.org"


# Asking for a code


def test_the_page_asks_for_an_address_and_offers_other_ways(client: Client) -> None:
    page = read(client, LOGIN)
    assert page.errors == []
    assert page.text("h1") == "Sign in"
    assert page.attributes("label", "for") == page.attributes("input[name=email]", "id")
    assert page.texts("main button") == ["Send me a code", "Use a passkey"]
    assert reverse("login-password") in page.attributes("main a", "href")


def test_the_right_code_signs_in_and_leads_back(client: Client, nadia: User) -> None:
    answer = ask_for_a_code(client, nadia.email, "/weather/")
    assert (answer.status_code, answer["Location"]) == (302, CODE)
    assert who(client) is None
    assert type_code(client)["Location"] == "/weather/"
    assert who(client) == "Nadia"


@pytest.mark.parametrize("email", ["NADIA@Example.ORG", " nadia@example.org "])
def test_capitals_and_spaces_of_an_address_do_not_matter(client: Client, nadia: User, email: str) -> None:
    sign_in_by_code(client, email)
    assert who(client) == "Nadia"


def test_an_address_with_capitals_in_the_admin_is_found(client: Client, nadia: User) -> None:
    User.objects.filter(pk=nadia.pk).update(email="Nadia@Example.org")
    sign_in_by_code(client, "nadia@example.org")
    assert who(client) == "Nadia"


@pytest.mark.parametrize("lookalike", ["nad\u0131a@example.org", "nadi\u0430@example.org"])
def test_an_address_that_only_looks_the_same_is_another(client: Client, nadia: User, lookalike: str) -> None:
    """A database that compares capitals may take the dotless i for an i."""
    assert codes.at_address(lookalike) != nadia


def test_whoever_is_new_has_an_account_once_the_code_is_right_and_not_before(client: Client) -> None:
    ask_for_a_code(client, NOBODY)
    assert not User.objects.exists()
    type_code(client)
    paula = User.objects.get()
    assert (paula.email, paula.name, paula.is_staff, paula.has_usable_password()) == (NOBODY, "", False, False)
    assert "paula" not in paula.username
    assert EmailAddress.objects.get().verified


def test_a_second_time_it_is_the_same_account(client: Client) -> None:
    for _time in range(2):
        sign_in_by_code(Client(), NOBODY)
    assert User.objects.count() == 1


def test_two_codes_for_one_new_address_typed_at_the_same_moment_make_one_account(monkeypatch: Any) -> None:
    first, found = codes.at_address(NOBODY), codes._find
    looked: list[str] = []

    def blind_at_first(email: str) -> User | None:
        looked.append(email)
        return found(email) if len(looked) > 1 else None

    monkeypatch.setattr(codes, "_find", blind_at_first)
    assert codes.at_address(NOBODY) == first
    assert User.objects.count() == 1


def test_staff_whom_an_administrator_has_made_sign_in_by_their_address(client: Client, carla: User) -> None:
    sign_in_by_code(client, carla.email)
    assert who(client) == "Carla"
    assert User.objects.count() == 1


def test_a_confirmed_address_goes_before_one_that_somebody_typed_into_the_admin(
    client: Client, nadia: User, tom: User
) -> None:
    EmailAddress.objects.create(user=nadia, email=nadia.email, verified=True, primary=True)
    User.objects.filter(pk=tom.pk).update(email=nadia.email)
    sign_in_by_code(client, nadia.email)
    assert who(client) == "Nadia"


@pytest.mark.parametrize("email", ["", "nadia", "nadia@", "a@b@c.org", "x" * 300 + "@example.org", "a\nBcc: b@c.org"])
def test_what_is_no_address_is_refused_with_a_sentence_and_given_back(client: Client, email: str) -> None:
    answer = ask_for_a_code(client, email, "/weather/")
    page = Page(answer.content.decode())
    assert answer.status_code == 422
    assert page.texts(".errorlist li")
    assert page.attribute("form.write input[name=next]", "value") == "/weather/"
    assert mail.outbox == []


# Known and unknown


def asked(email: str) -> dict[str, Any]:
    """Everything that somebody sees who asks for a code and types a wrong one, the address and tokens aside."""
    client, mail.outbox[:] = Client(), []
    with CaptureQueriesContext(connection) as queries:
        answers = [ask_for_a_code(client, email, "/weather/"), client.get(CODE), type_code(client, WRONG)]
        answers.append(client.post(CODE, {"action": "resend"}))
    hidden = re.compile(
        rf"{re.escape(email)}|name=\"csrfmiddlewaretoken\" value=\"\w+\"|\d{{4}}-\d{{4}}".encode(), re.IGNORECASE
    )
    return {
        "answers": [
            (a.status_code, hidden.sub(b"", a.content), sorted(set(a.headers) - {"Content-Length"}), sorted(a.cookies))
            for a in answers
        ],
        "queries": [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in queries],
        "mails": [(m.subject, re.sub(r"\d{4}-\d{4}", "", str(m.body)), m.from_email) for m in mail.outbox],
    }


def test_known_unknown_and_closed_addresses_get_the_same_answers_queries_and_mails(
    nadia: User, tom: User, carla: User
) -> None:
    """Reads, writes and mails are what the time goes into, so it is the same too."""
    EmailAddress.objects.create(user=tom, email=tom.email, verified=True, primary=True)
    User.objects.filter(pk=carla.pk).update(is_active=False)
    # The network's own limit has a row from then on.
    asked("first@example.org")
    first = asked("unknown@example.org")
    assert len(first["mails"]) == 2
    for email in (nadia.email, tom.email, carla.email):
        assert asked(email) == first


def test_a_closed_account_stays_closed_and_only_its_owner_is_told(client: Client, nadia: User) -> None:
    User.objects.filter(pk=nadia.pk).update(is_active=False)
    answer = sign_in_by_code(client, nadia.email)
    assert answer["Location"] == reverse("account_inactive")
    assert "This account is closed" in client.get(answer["Location"]).content.decode()
    assert who(client) is None
    assert User.objects.count() == 1


# The code


def test_no_page_shows_the_code(client: Client) -> None:
    answer = ask_for_a_code(client, NOBODY)
    code = code_in(mail.outbox[0])
    for content in (answer.content, client.get(CODE).content, json.dumps(dict(answer.headers)).encode()):
        assert code.encode() not in content
        assert code.replace("-", "").encode() not in content


@pytest.mark.parametrize("digits", ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९"])
def test_it_may_be_typed_in_the_digits_of_any_keyboard_and_without_the_dash(client: Client, digits: str) -> None:
    ask_for_a_code(client, NOBODY)
    code = code_in(mail.outbox[0]).replace("-", " ")
    type_code(client, code.translate({ord(str(n)): digits[n] for n in range(10)}))
    assert who(client) is not None


@pytest.mark.parametrize("wrong", [WRONG, "", "é", "x" * 5_000, "\x00"])
def test_a_wrong_code_is_refused_with_a_sentence(client: Client, wrong: str) -> None:
    ask_for_a_code(client, NOBODY)
    answer = client.post(CODE, {"code": wrong})
    assert answer.status_code == 422
    assert Page(answer.content.decode()).texts(".errorlist li")
    assert who(client) is None
    assert not User.objects.exists()


def test_after_five_wrong_ones_the_right_one_is_void(client: Client) -> None:
    ask_for_a_code(client, NOBODY, "/weather/")
    for _try in range(4):
        assert "This is not the code" in type_code(client, WRONG).content.decode()
    page = Page(type_code(client, WRONG).content.decode())
    assert "last try" in page.text(".errorlist")
    assert page.attribute("input[name=email]", "value") == NOBODY
    assert page.attribute("form.write input[name=next]", "value") == "/weather/"
    type_code(client)
    assert who(client) is None


def test_it_is_good_for_fifteen_minutes(client: Client, monkeypatch: Any) -> None:
    now = time.time()
    ask_for_a_code(client, NOBODY)
    monkeypatch.setattr("time.time", lambda: now + timedelta(minutes=15, seconds=5).total_seconds())
    answer = type_code(client)
    assert "too old" in answer.content.decode()
    assert who(client) is None


def test_it_is_good_once(client: Client) -> None:
    sign_in_by_code(client, NOBODY)
    client.post(reverse("logout"))
    type_code(client)
    assert who(client) is None


def test_it_is_good_in_the_browser_that_asked_for_it_alone(client: Client) -> None:
    """Who has the code of another and no mailbox, on the telephone say, gets nowhere with it."""
    ask_for_a_code(client, NOBODY)
    other = Client()
    ask_for_a_code(other, "mallory@example.org")
    type_code(other, code_in(mail.outbox[0]))
    assert who(other) is None


def test_a_new_one_can_be_sent_three_times_and_voids_the_one_before(client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    ask_for_a_code(client, NOBODY)
    old = code_in(mail.outbox[0])
    for _time in range(3):
        assert client.post(CODE, {"action": "resend"})["Location"] == CODE
    assert len(mail.outbox) == 4
    assert "spam" in client.post(CODE, {"action": "resend"}).content.decode()
    assert len(mail.outbox) == 4
    type_code(client, old)
    assert who(client) is None
    type_code(client)
    assert who(client) is not None


def test_without_a_code_the_page_says_where_to_get_one(client: Client) -> None:
    page = Page(client.get(CODE).content.decode())
    assert "Send yourself another" in page.text(".errorlist")
    assert page.all("input[name=email]")


# Too often


def test_a_fourth_code_within_a_minute_waits_and_no_mail_goes_out(client: Client) -> None:
    for _time in range(3):
        ask_for_a_code(client, NOBODY)
    answer = ask_for_a_code(Client(), NOBODY)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60
    assert "Wait a minute" in answer.content.decode()
    assert len(mail.outbox) == 3
    assert ask_for_a_code(Client(), "somebody.else@example.org").status_code == 302


def test_nor_is_a_new_one_sent_then(client: Client) -> None:
    for _time in range(3):
        ask_for_a_code(client, NOBODY)
    assert client.post(CODE, {"action": "resend"}).status_code == 429
    type_code(client)
    assert who(client) is not None


def test_one_address_of_the_network_asks_for_twenty_a_minute(client: Client) -> None:
    for number in range(20):
        assert ask_for_a_code(Client(), f"r{number}@example.org").status_code == 302
    assert ask_for_a_code(Client(), "r20@example.org").status_code == 429
    elsewhere = ask_for_a_code(Client(), "r21@example.org", REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 302


def test_behind_the_proxy_the_network_address_is_the_one_it_names(settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.ACCOUNT_RATE_LIMITS = {"request_login_code": "1/m/ip"}
    for n in range(3):
        answer = ask_for_a_code(Client(), f"r{n}@example.org", headers={"x-forwarded-for": f"192.0.2.{n}"})
        assert answer.status_code == 302
    again = ask_for_a_code(Client(), "r4@example.org", headers={"x-forwarded-for": "192.0.2.1"})
    assert again.status_code == 429


def test_what_a_reader_claims_is_not_believed_without_a_proxy(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"request_login_code": "1/m/ip"}
    codes = [
        ask_for_a_code(Client(), f"r{n}@example.org", headers={"x-forwarded-for": f"192.0.2.{n}"}).status_code
        for n in range(2)
    ]
    assert codes == [302, 429]


def test_all_processes_share_the_limits_and_no_address_is_kept_in_the_clear(client: Client) -> None:
    ask_for_a_code(client, NOBODY, REMOTE_ADDR="192.0.2.77")
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM limits")
        kept = cursor.fetchall()
    assert len(kept) >= 4
    for text in (NOBODY, "192.0.2.77"):
        assert text not in str(kept)


# The mail


def test_the_mail_is_plain_text_and_the_same_as_html(client: Client, settings: Any) -> None:
    settings.SITE_NAME = "The <Daily>\nEcho"
    settings.DEFAULT_FROM_EMAIL = "Echo <echo@example.org>"
    ask_for_a_code(client, NOBODY)
    (sent,) = mail.outbox
    assert sent.subject == "[The <Daily> Echo] Your code to sign in"
    assert (sent.to, sent.from_email) == ([NOBODY], "Echo <echo@example.org>")
    (html,) = sent.alternatives
    assert html.mimetype == "text/html"
    assert code_in(sent) in html.content
    assert "<Daily>" not in html.content
    assert "<script" not in html.content
    assert "<style" not in html.content


def test_a_mail_server_that_is_away_is_said_and_the_address_is_given_back(client: Client, monkeypatch: Any) -> None:
    def refuse(*args: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    answer = ask_for_a_code(client, NOBODY)
    page = Page(answer.content.decode())
    assert answer.status_code == 503
    assert "could not be sent" in page.text(".errorlist")
    assert page.attribute("input[name=email]", "value") == NOBODY


def test_so_it_is_where_another_code_was_asked_for(client: Client, monkeypatch: Any) -> None:
    def refuse(*args: Any) -> None:
        raise ConnectionRefusedError

    ask_for_a_code(client, NOBODY)
    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    answer = client.post(CODE, {"action": "resend"})
    assert answer.status_code == 503
    assert "could not be sent" in answer.content.decode()
    assert who(client) is None


def test_who_is_signed_in_already_goes_on_at_once(client: Client, nadia: User) -> None:
    client.force_login(nadia)
    assert client.get(f"{LOGIN}?next=/weather/")["Location"] == "/weather/"
    assert client.get(f"{LOGIN}?next=https://evil.example/")["Location"] == reverse("you")


def test_there_is_no_other_page_to_sign_up(client: Client) -> None:
    assert client.get(f"{reverse('account_signup')}?next=/weather/")["Location"] == f"{LOGIN}?next=/weather/"
