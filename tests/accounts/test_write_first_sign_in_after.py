"""A reader writes first and signs in after: the text waits, whatever happens on the way."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from articles.models import Article
from comments.models import Comment
from tests.accounts.authenticator import App
from tests.accounts.mailbox import CODE, LOGIN, NAME, ask_for_a_code, code_in, sign_in_by_code, type_code
from tests.comments.pages import fields, read, send, write_path
from tests.newsroom.pages import Page

pytestmark = pytest.mark.django_db

TEXT = "The water stands at the second step."
NEW = "paula@example.org"


@pytest.fixture
def path(article: Article) -> str:
    return write_path(article)


def write_signed_out(client: Client, path: str) -> str:
    """And be led to the sign-in, with the way back."""
    answer = send(client, path, TEXT)
    assert answer["Location"] == f"{LOGIN}?next={path}"
    return path


def waiting(client: Client, path: str) -> str:
    return fields(read(client.get(path)))["text"]


def test_the_sign_in_says_that_the_text_waits(client: Client, nadia: User, path: str) -> None:
    waits = "Your comment waits here until you have signed in."
    assert waits not in read(client.get(f"{LOGIN}?next={path}")).text
    write_signed_out(client, path)
    assert waits in read(client.get(f"{LOGIN}?next={path}")).text
    # After a wrong address, and where a code is too old, as well.
    assert waits in read(ask_for_a_code(client, "nadia@", path)).text
    assert waits in read(client.get(CODE)).text


def test_it_says_nothing_of_an_empty_text(client: Client, path: str) -> None:
    send(client, path, "")
    assert "Your comment waits" not in read(client.get(f"{LOGIN}?next={path}")).text


def test_a_reader_who_has_an_account_lands_on_the_form_with_the_text(client: Client, nadia: User, path: str) -> None:
    back = sign_in_by_code(client, nadia.email, write_signed_out(client, path))
    assert back["Location"] == path
    assert waiting(client, path) == TEXT
    client.post(path, fields(read(client.get(path))))
    assert Comment.objects.get().text == TEXT


def test_a_new_reader_chooses_a_name_first_and_lands_there_too(client: Client, path: str) -> None:
    to_name = sign_in_by_code(client, NEW, write_signed_out(client, path))
    assert to_name["Location"] == f"{NAME}?next={path}"
    back = client.post(to_name["Location"], {"name": "Paula", "next": path})
    assert back["Location"] == path
    assert waiting(client, path) == TEXT
    client.post(path, fields(read(client.get(path))))
    assert (Comment.objects.get().text, Comment.objects.get().author.name) == (TEXT, "Paula")


def test_without_a_name_nothing_is_taken_and_the_text_goes_on_waiting(client: Client, path: str) -> None:
    sign_in_by_code(client, NEW)
    answer = send(client, path, TEXT)
    assert answer["Location"] == f"{NAME}?next={path}"
    assert not Comment.objects.exists()
    client.post(NAME, {"name": "Paula"})
    assert waiting(client, path) == TEXT


def test_a_name_that_is_refused_does_not_cost_the_text(client: Client, nadia: User, path: str) -> None:
    to_name = sign_in_by_code(client, NEW, write_signed_out(client, path))
    refused = client.post(to_name["Location"], {"name": "Nadia", "next": path})
    assert refused.status_code == 422
    assert fields(read(refused))["next"] == path
    client.post(NAME, {"name": "Paula", "next": path})
    assert waiting(client, path) == TEXT


def test_a_wrong_code_does_not(client: Client, nadia: User, path: str) -> None:
    ask_for_a_code(client, nadia.email, write_signed_out(client, path))
    type_code(client, "1234-0000")
    assert type_code(client)["Location"] == path
    assert waiting(client, path) == TEXT


def test_nor_do_so_many_that_another_code_is_needed(client: Client, nadia: User, path: str) -> None:
    ask_for_a_code(client, nadia.email, write_signed_out(client, path))
    for _try in range(5):
        again = type_code(client, "1234-0000")
    back = Page(again.content.decode()).attribute("form.write input[name=next]", "value")
    assert sign_in_by_code(client, nadia.email, back)["Location"] == path
    assert waiting(client, path) == TEXT


def test_a_wrong_address_is_put_right(client: Client, nadia: User, path: str) -> None:
    ask_for_a_code(client, "nadja@example.org", write_signed_out(client, path))
    page = read(client.get(CODE))
    assert page.links("Another address") == [f"{LOGIN}?next={path}"]
    assert sign_in_by_code(client, nadia.email, path)["Location"] == path
    assert waiting(client, path) == TEXT


def test_the_code_is_typed_in_another_tab_that_knows_of_nothing(client: Client, nadia: User, path: str) -> None:
    ask_for_a_code(client, nadia.email, write_signed_out(client, path))
    code = code_in(mail.outbox[0])
    assert client.post(CODE, {"code": code})["Location"] == path
    # In the first tab, afterwards.
    assert client.post(CODE, {"code": code, "next": path})["Location"] == path
    assert waiting(client, path) == TEXT


def test_staff_are_asked_for_their_second_factor_on_the_way(client: Client, mo: User, path: str) -> None:
    app = App(mo)
    to_app = sign_in_by_code(client, mo.email, write_signed_out(client, path))
    assert to_app["Location"] == reverse("mfa_authenticate")
    assert app.authenticate(client, "000000").status_code == 200
    assert app.authenticate(client)["Location"] == path
    assert waiting(client, path) == TEXT


def test_who_cancels_there_and_begins_again_finds_it_too(client: Client, mo: User, path: str) -> None:
    app = App(mo)
    sign_in_by_code(client, mo.email, write_signed_out(client, path))
    assert client.post(reverse("account_logout"), {"next": LOGIN})["Location"] == LOGIN
    sign_in_by_code(client, mo.email, path)
    assert app.authenticate(client)["Location"] == path
    assert waiting(client, path) == TEXT


def test_staff_who_have_none_yet_set_one_up_on_the_way(client: Client, mo: User, path: str, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True
    back = sign_in_by_code(client, mo.email, write_signed_out(client, path))
    assert client.get(back["Location"])["Location"] == f"{reverse('second-factor')}?next={path}"
    App.set_up(client)
    assert waiting(client, path) == TEXT


def test_with_a_password_it_waits_as_well(client: Client, nadia: User, path: str) -> None:
    write_signed_out(client, path)
    ask_for_a_code(client, nadia.email, path)
    address = f"{reverse('login-password')}?next={path}"
    assert read(client.get(address))
    back = client.post(address, {"login": "nadia", "password": "secret", "next": path})
    assert back["Location"] == path
    assert waiting(client, path) == TEXT


def test_somebody_else_at_the_same_computer_does_not_find_it(client: Client, nadia: User, tom: User, path: str) -> None:
    sign_in_by_code(client, nadia.email, write_signed_out(client, path))
    client.post(reverse("logout"))
    sign_in_by_code(client, tom.email)
    assert waiting(client, path) == ""
