"""A reader chooses to be mailed on a page of their own; one click in a mail stops them all."""

import pytest
from django.test import Client

from accounts.models import User
from comments import mailing
from comments.models import Comment
from tests.comments.mail.message import sent
from tests.comments.pages import read
from tests.working import minutes_pass, wants_mail

# Stopped by one click


def test_one_click_in_the_mail_program_stops_them_all(nadia: User, reply: Comment) -> None:
    minutes_pass(5)
    assert sent()["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = sent()["List-Unsubscribe"].strip("<>")
    assert address.startswith("https://news.example/accounts/mail/stop/")
    stranger = Client(enforce_csrf_checks=True)
    path = address.removeprefix("https://news.example")
    answer = stranger.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    nadia.refresh_from_db()
    assert nadia.mail_me == "never"
    assert "You get no more news by mail." in read(stranger.get(path)).text


def test_opening_the_link_asks_first(nadia: User, reply: Comment) -> None:
    path = mailing.stop_address(nadia).removeprefix("https://news.example")
    client = Client(enforce_csrf_checks=True)
    page = read(client.get(path))
    assert page.one("button").text == "Send me no more mail"
    nadia.refresh_from_db()
    assert nadia.mail_me == "at-once"
    assert "no more news" in read(client.post(path)).text


@pytest.mark.parametrize("token", ["1", "1:x", "x", "%00", "1:" + "a" * 200])
def test_a_link_that_nobody_was_sent_stops_nothing(nadia: User, token: str) -> None:
    wants_mail(nadia)
    for method in ("get", "post"):
        answer = getattr(Client(), method)(f"/accounts/mail/stop/{token}/")
        assert answer.status_code == 404
        assert "no-store" in answer["Cache-Control"]
    nadia.refresh_from_db()
    assert nadia.mail_me == "at-once"


# Chosen on one's own page


def test_a_reader_chooses(client: Client, nadia: User) -> None:
    client.force_login(nadia)
    path = "/accounts/notifications/"
    assert "no confirmed address" in read(client.get(path)).text
    wants_mail(nadia, "never")
    assert "nadia@example.org" in read(client.get(path)).text
    assert client.post(path, {"mail_me": "daily"}).status_code == 302
    nadia.refresh_from_db()
    assert nadia.mail_me == "daily"
    assert client.post(path, {"mail_me": "hourly"}).status_code == 422
    nadia.refresh_from_db()
    assert nadia.mail_me == "daily"


def test_settings_are_for_who_is_signed_in(client: Client) -> None:
    assert client.get("/accounts/notifications/").status_code == 302
