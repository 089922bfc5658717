"""What is one's own to set: the address, passkeys, the authenticator app, a password."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.housekeeping import UNFINISHED, tidy
from accounts.models import User
from tests.accounts.mailbox import ask_for_a_code, code_in, sign_in_by_code, type_code, who
from tests.newsroom.pages import Page, read

pytestmark = pytest.mark.django_db

SETTINGS, ADDRESS, ADDRESS_CODE = (
    reverse("settings"),
    reverse("account_email"),
    reverse("account_email_verification_sent"),
)
PAGES = (
    "settings",
    "you",
    "account_email",
    "account_set_password",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
)


@pytest.fixture
def reader(client: Client, nadia: User) -> Client:
    """Nadia, who has just signed in by a code."""
    nadia.set_unusable_password()
    nadia.save()
    sign_in_by_code(client, nadia.email)
    mail.outbox.clear()
    return client


def test_one_s_own_page_leads_there_and_it_leads_everywhere(reader: Client) -> None:
    assert SETTINGS in read(reader, reverse("you")).attributes("main a", "href")
    links = read(reader, SETTINGS).attributes("main a", "href")
    for name in ("account_email", "mfa_list_webauthn", "mfa_index", "account_set_password"):
        assert reverse(name) in links


def test_nobody_signed_out_comes_there(client: Client) -> None:
    for name in PAGES:
        answer = client.get(reverse(name))
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("login")), name


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_whole_ours_and_without_inline_script_or_style(reader: Client, name: str) -> None:
    page = read(reader, reverse(name))
    assert page.errors == []
    assert len(page.all("h1")) == 1
    assert page.all("header.site")
    assert page.all("[style], style") == []
    assert [s for s in page.all("script") if "src" not in s.attrs and s.attrs.get("type") != "application/json"] == []
    assert set(page.attributes("form label", "for")) <= set(page.attributes("[id]", "id"))


# The address


def change_address(client: Client, email: str) -> Any:
    return client.post(ADDRESS, {"email": email, "action_add": "1"})


def test_a_new_address_is_taken_once_its_code_is_typed(reader: Client, nadia: User) -> None:
    assert change_address(reader, "new@example.org")["Location"] == ADDRESS_CODE
    (sent,) = mail.outbox
    assert sent.to == ["new@example.org"]
    nadia.refresh_from_db()
    assert nadia.email == "nadia@example.org"
    reader.post(ADDRESS_CODE, {"code": code_in(sent)})
    nadia.refresh_from_db()
    assert nadia.email == "new@example.org"
    assert [address.email for address in EmailAddress.objects.all()] == ["new@example.org"]
    # The old one is told, and opens nothing any more.
    assert mail.outbox[-1].to == ["nadia@example.org"]
    reader.post(reverse("logout"))
    sign_in_by_code(reader, "new@example.org")
    assert who(reader) == "Nadia"
    other = Client()
    sign_in_by_code(other, "nadia@example.org")
    assert User.objects.count() == 2


def test_a_wrong_code_changes_nothing(reader: Client, nadia: User) -> None:
    change_address(reader, "new@example.org")
    answer = reader.post(ADDRESS_CODE, {"code": "1111-1111"})
    assert Page(answer.content.decode()).texts(".errorlist li")
    nadia.refresh_from_db()
    assert nadia.email == "nadia@example.org"


def test_an_address_of_somebody_else_is_not_told_apart_but_to_its_owner(reader: Client, tom: User) -> None:
    EmailAddress.objects.create(user=tom, email=tom.email, verified=True, primary=True)
    free, taken = change_address(reader, "free@example.org"), change_address(reader, tom.email)
    assert (free.status_code, free["Location"]) == (taken.status_code, taken["Location"])
    assert mail.outbox[0].subject == mail.outbox[1].subject
    assert mail.outbox[-1].to == [tom.email]
    answer = reader.post(ADDRESS_CODE, {"code": code_in(mail.outbox[-1])})
    assert "already" in Page(answer.content.decode()).text("form .errorlist li")
    tom.refresh_from_db()
    assert tom.email == "tom@example.org"


def test_an_address_that_an_administrator_changes_opens_nothing_any_more(
    client: Client, nadia: User, ada: User
) -> None:
    sign_in_by_code(Client(), nadia.email)
    client.force_login(ada)
    form = client.get(reverse("admin:accounts_user_change", args=[nadia.pk])).context["adminform"].form
    fields = {name: value for name, value in form.initial.items() if value not in (None, False) and value != []}
    fields = {k: v for k, v in fields.items() if k in ("username", "name", "is_active")} | {"email": "n@example.org"}
    assert client.post(reverse("admin:accounts_user_change", args=[nadia.pk]), fields).status_code == 302
    old, new = Client(), Client()
    sign_in_by_code(old, "nadia@example.org")
    assert who(old) != "Nadia"
    sign_in_by_code(new, "n@example.org")
    assert who(new) == "Nadia"


# A password


def test_a_password_can_be_set_and_is_as_good_as_a_code(reader: Client) -> None:
    fields = {"password1": "a dike of clay", "password2": "a dike of clay"}
    assert reader.post(reverse("account_set_password"), fields).status_code == 302
    assert "Change it" in read(reader, SETTINGS).text("dl")
    other = Client()
    other.post(reverse("login-password"), {"login": "nadia@example.org", "password": "a dike of clay"})
    assert who(other) == "Nadia"
    assert who(reader) == "Nadia"


def test_a_poor_one_is_refused_with_a_sentence(reader: Client) -> None:
    answer = reader.post(reverse("account_set_password"), {"password1": "12345", "password2": "12345"})
    assert Page(answer.content.decode()).texts(".errorlist li")


def test_what_guards_the_account_wants_a_sign_in_of_these_minutes(
    client: Client, nadia: User, monkeypatch: Any
) -> None:
    client.force_login(nadia)
    answer = client.get(reverse("mfa_activate_totp"))
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    client.post(answer["Location"], {"password": "secret"})
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_nobody_is_mailed_about_answers_unless_they_ask_for_it(nadia: User) -> None:
    assert nadia.mail_me == User.Mail.NEVER
    assert User.Mail.values == ["never", "at-once", "daily"]


# What is thrown away


def test_who_never_chose_a_name_is_forgotten_after_a_month_and_nobody_else(
    client: Client, nadia: User, mo: User
) -> None:
    sign_in_by_code(client, "paula@example.org")
    User.objects.update(last_login=timezone.now())
    assert tidy(timezone.now() + UNFINISHED - timedelta(days=1)) >= 0
    assert User.objects.count() == 3
    tidy(timezone.now() + UNFINISHED + timedelta(days=1))
    assert set(User.objects.all()) == {nadia, mo}
    sign_in_by_code(Client(), "paula@example.org")
    assert User.objects.count() == 3


def test_sessions_that_have_ended_and_limits_that_are_over_go_too(client: Client, nadia: User) -> None:
    client.force_login(nadia)
    Session.objects.create(session_key="old", session_data="", expire_date=datetime(2020, 1, 1, tzinfo=UTC))
    cache.set("over", 1, timeout=60)
    cache.set("counts", 1, timeout=3_600)
    assert tidy(timezone.now() + timedelta(minutes=2)) == 2
    assert not Session.objects.filter(session_key="old").exists()
    assert who(client) == "Nadia"
    assert (cache.get("over"), cache.get("counts")) == (None, 1)
    assert tidy(timezone.now() + timedelta(minutes=2)) == 0


def test_a_code_that_was_asked_for_outlives_the_tidying(client: Client) -> None:
    ask_for_a_code(client, "paula@example.org")
    tidy(timezone.now() + timedelta(minutes=10))
    type_code(client)
    assert who(client) is not None
