"""Somebody deletes their account: signed out at once, name and text gone soon after; what others answered stays."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from articles.models import Article, Byline
from comments import leaving
from comments.models import Comment, Follow, Mute, Notice, Recommendation, Report, Revision
from comments.tasks import erase_person
from tests.comments.exact import assert_exact
from tests.comments.pages import comments_path, read
from tests.people import say
from tests.working import wants_mail, work

PATH = "/accounts/leave/"
CANARIES = ("Nadia", "nadia", "Canary")


@pytest.fixture
def lived(nadia: User, tom: User, mo: User, article: Article) -> Comment:
    """Nadia has done all that one can do here, and others have answered and followed her."""
    wants_mail(nadia)
    theirs = say(tom, article, "Tom wrote this.")
    mine = say(nadia, article, "Canary one.")
    mine.edit("Canary two.", nadia)
    say(tom, article, "Tom answers her.", parent=mine)
    say(nadia, article, "Canary three, @Tom", parent=theirs)
    say(nadia, article, "Canary four.").hide(mo, "abuse")
    theirs.recommend(nadia)
    theirs.report("spam", "What she says of it.", by=nadia)
    Mute.objects.create(reader=nadia, muted=mo)
    Mute.objects.create(reader=tom, muted=nadia)
    Follow.objects.create(reader=nadia, conversation=theirs)
    work()
    return mine


def leave(client: Client, person: User, typed: str = "Nadia") -> Any:
    client.force_login(person)
    return client.post(PATH, {"name": typed})


def everything_stored() -> str:
    """Every row of every table, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            found += [repr(row) for row in cursor.fetchall()]
    return "\n".join(found)


def test_it_asks_to_type_the_name_and_says_what_goes(client: Client, nadia: User) -> None:
    client.force_login(nadia)
    page = read(client.get(PATH))
    assert "removed within the hour" in page.text
    assert page.one("label").one("bdi").text == "Nadia"
    refused = client.post(PATH, {"name": "Somebody"})
    assert refused.status_code == 422
    assert "This is neither your name nor your address." in read(refused).text
    assert read(refused).one("form").all("input")[-1]["value"] == "Somebody"
    assert User.objects.get(pk=nadia.pk).is_active


@pytest.mark.parametrize("typed", ["Nadia", " nadia ", "NADIA@example.org"])
def test_who_types_name_or_address_is_out_at_once_everywhere(client: Client, nadia: User, typed: str) -> None:
    elsewhere = Client()
    elsewhere.force_login(nadia)
    answer = leave(client, nadia, typed)
    assert "Your account is closed" in read(answer).text
    for browser in (client, elsewhere):
        assert browser.get("/me/").json() == {"name": None}
    assert not Client().login(username="nadia", password="secret")


def test_nothing_of_them_is_left_but_what_others_wrote(
    client: Client, nadia: User, tom: User, article: Article, lived: Comment
) -> None:
    phone = Client()
    phone.force_login(nadia)
    phone.post(f"{article.get_absolute_url()}comments/new/", {"text": "Canary by phone."})
    assert any(canary in everything_stored() for canary in CANARIES)
    leave(client, nadia)
    work()
    stored = everything_stored()
    for canary in CANARIES:
        assert canary not in stored, canary
    assert "Tom answers her." in stored
    assert "Tom wrote this." in stored
    assert_exact(article)


def test_public_pages_show_none_of_it(client: Client, nadia: User, article: Article, lived: Comment) -> None:
    person = nadia.pk
    leave(client, nadia)
    work()
    for address in ("/", article.get_absolute_url(), comments_path(article), f"/c/{lived.pk}/"):
        text = Client().get(address).text
        for canary in CANARIES:
            assert canary not in text
    assert "Tom answers her." in Client().get(f"/c/{lived.pk}/").text
    assert Client().get(f"/people/{person}/").status_code == 404


def test_votes_and_reports_stay_without_a_name(client: Client, nadia: User, lived: Comment) -> None:
    theirs = Comment.objects.get(text="Tom wrote this.")
    leave(client, nadia)
    work()
    theirs.refresh_from_db()
    assert theirs.recommends == 1
    assert list(Recommendation.objects.values_list("comment", "reader")) == [(theirs.pk, None)]
    assert list(Report.objects.values_list("comment", "reporter")) == [(theirs.pk, None)]


def test_all_that_was_only_theirs_is_gone(client: Client, nadia: User, lived: Comment) -> None:
    person = nadia.pk
    leave(client, nadia)
    work()
    assert not User.objects.filter(pk=person).exists()
    for rows in (
        Mute.objects.all(),
        Follow.objects.all(),
        Notice.objects.filter(reader=person),
        EmailAddress.objects.all(),
        Revision.objects.all(),
        Session.objects.all(),
        Notice.objects.filter(comment__author=None),
    ):
        assert not rows.exists(), rows.model


def test_others_stay_signed_in(client: Client, nadia: User, tom: User) -> None:
    other = Client()
    other.force_login(tom)
    leave(client, nadia)
    work()
    assert other.get("/me/").json()["name"] == "Tom"


def test_a_worker_that_does_it_twice_does_it_once(client: Client, nadia: User, lived: Comment) -> None:
    person = nadia.pk
    leave(client, nadia)
    erase_person.enqueue(person)
    assert work() >= 2
    assert not DBTaskResult.objects.failed().exists()


@pytest.mark.parametrize("stops_at", ["end_sessions", "_erase_comments"])
def test_a_worker_that_fails_half_way_goes_on_the_next_time(
    client: Client, nadia: User, lived: Comment, monkeypatch: pytest.MonkeyPatch, stops_at: str
) -> None:
    monkeypatch.setattr(leaving, "COMMENTS_AT_ONCE", 1)
    real, calls = getattr(leaving, stops_at), []

    def break_off(person: User) -> Any:
        calls.append(person)
        if len(calls) == 2 or stops_at == "end_sessions":
            raise OSError("Killed.")
        return real(person)

    leave(client, nadia)
    with monkeypatch.context() as broken:
        broken.setattr(leaving, stops_at, break_off)
        work()
    assert User.objects.filter(pk=nadia.pk).exists()
    erase_person.enqueue(nadia.pk)
    work()
    assert not User.objects.filter(pk=nadia.pk).exists()
    assert "Canary" not in everything_stored()


def test_an_account_that_an_administrator_has_opened_again_is_left_alone(client: Client, nadia: User) -> None:
    leave(client, nadia)
    User.objects.filter(pk=nadia.pk).update(is_active=True)
    work()
    assert User.objects.filter(pk=nadia.pk).exists()


def test_a_text_that_is_sent_from_another_browser_meanwhile_is_not_taken(
    client: Client, nadia: User, article: Article
) -> None:
    other = Client()
    other.force_login(nadia)
    leave(client, nadia)
    other.post(f"{article.get_absolute_url()}comments/new/", {"text": "Canary late."})
    work()
    assert not Comment.objects.filter(text="Canary late.").exists()


# Who may not


def test_staff_are_sent_to_an_administrator(client: Client, mo: User) -> None:
    client.force_login(mo)
    page = client.get(PATH)
    assert page.status_code == 403
    assert "Ask an administrator to close your account." in read(page).text
    assert leave(client, mo, "Mo").status_code == 403
    assert User.objects.get(pk=mo.pk).is_active


@pytest.mark.parametrize("did", ["decided", "signed"])
def test_so_is_who_once_was_staff(client: Client, mo: User, tom: User, article: Article, did: str) -> None:
    if did == "decided":
        say(tom, article).hide(mo, "spam")
    else:
        Byline.objects.create(name="Sparrow", owner=mo)
    User.objects.filter(pk=mo.pk).update(is_staff=False)
    assert leave(client, mo, "Mo").status_code == 403
    assert User.objects.get(pk=mo.pk).is_active


def test_it_is_for_who_is_signed_in(client: Client) -> None:
    assert client.get(PATH).status_code == 302
    assert client.post(PATH, {"name": ""}).status_code == 302


def test_an_empty_name_is_nobody_s(client: Client, nadia: User) -> None:
    User.objects.filter(pk=nadia.pk).update(name="", email="")
    assert leave(client, nadia, "").status_code == 422
    assert User.objects.get(pk=nadia.pk).is_active
