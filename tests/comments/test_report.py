"""A reader tells the moderators what is wrong with a comment, signed in or not."""

import pytest
from django.test import Client
from pytest_django.asserts import assertRedirects

from accounts.models import User
from articles.models import Article
from comments.limits import MOST_REPORTS_AN_HOUR
from comments.models import Comment, Reason, Report
from tests.comments.pages import fields, read
from tests.people import say

pytestmark = pytest.mark.django_db


@pytest.fixture
def comment(tom: User, article: Article) -> Comment:
    return say(tom, article, "You are all fools.")


def path(comment: Comment) -> str:
    return f"/c/{comment.pk}/report/"


def send(client: Client, comment: Comment, reason: str = "abuse", text: str = "", **extra: str):  # type: ignore[no-untyped-def]
    return client.post(path(comment), {"reason": reason, "text": text}, **extra)


def test_a_reader_chooses_a_reason_and_is_thanked(client: Client, nadia: User, comment: Comment) -> None:
    client.force_login(nadia)
    page = read(client.get(path(comment)))
    assert "You are all fools." in page.one("blockquote", "quoted").text
    assert {radio["value"] for radio in page.all("input") if radio.attributes.get("type") == "radio"} == set(
        Reason.values
    )
    answer = client.post(path(comment), fields(page) | {"reason": "abuse", "text": "He insults everybody."})
    assertRedirects(answer, f"/c/{comment.pk}/reported/")
    report = Report.objects.get()
    assert (report.comment, report.reporter, report.reason, report.text) == (
        comment,
        nadia,
        "abuse",
        "He insults everybody.",
    )
    assert report.address_hash == ""
    assert "The moderators will look" in client.get(answer.url).text


def test_somebody_who_is_not_signed_in_reports_too_and_no_address_is_kept(client: Client, comment: Comment) -> None:
    assert send(client, comment, REMOTE_ADDR="203.0.113.7").status_code == 302
    report = Report.objects.get()
    assert report.reporter is None
    assert len(report.address_hash) == 64
    assert "203.0.113.7" not in str(vars(report))


def test_one_person_reports_a_comment_once_and_gets_the_same_answer(
    client: Client, nadia: User, comment: Comment
) -> None:
    client.force_login(nadia)
    answers = [send(client, comment, reason) for reason in ("abuse", "spam")]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, f"/c/{comment.pk}/reported/")}
    assert Report.objects.get().reason == "abuse"


def test_one_address_counts_as_one_and_of_ipv6_one_network_does(client: Client, comment: Comment) -> None:
    for address in ("203.0.113.7", "203.0.113.7", "2001:db8:1:2::1", "2001:db8:1:2:ffff::9"):
        send(client, comment, REMOTE_ADDR=address)
    assert Report.objects.count() == 2
    send(client, comment, REMOTE_ADDR="2001:db8:1:3::1")
    assert Report.objects.count() == 3


def test_the_hash_is_made_with_the_site_s_key(client: Client, comment: Comment, settings) -> None:  # type: ignore[no-untyped-def]
    send(client, comment)
    settings.SECRET_KEY = "another"
    send(client, comment)
    assert Report.objects.values("address_hash").distinct().count() == 2


def test_reporting_hides_nothing(client: Client, comment: Comment) -> None:
    send(client, comment)
    assert "You are all fools." in client.get(comment.get_absolute_url()).text


# Refused


def test_without_a_reason_the_words_come_back(client: Client, comment: Comment) -> None:
    answer = send(client, comment, "", "He insults everybody.")
    assert answer.status_code == 422
    page = read(answer)
    assert "Choose what is wrong with it, then send your report." in page.text
    assert fields(page)["text"] == "He insults everybody."


def test_another_reason_wants_words(client: Client, comment: Comment) -> None:
    assert send(client, comment, "other").status_code == 422
    assert send(client, comment, "other", "He names my address.").status_code == 302


def test_too_many_words_come_back_whole(client: Client, comment: Comment) -> None:
    answer = send(client, comment, "abuse", "x" * 2_001)
    assert answer.status_code == 422
    assert "x" * 2_001 in answer.text


def test_what_is_not_shown_is_not_reported(client: Client, mo: User, comment: Comment) -> None:
    comment.hide(mo, "abuse")
    assert "You are all fools." not in client.get(path(comment)).text
    assert send(client, comment).status_code == 409
    assert not Report.objects.exists()


@pytest.mark.parametrize("signed_in", [True, False])
def test_who_reports_without_end_is_told_to_stop(  # type: ignore[no-untyped-def]
    client: Client, nadia: User, tom: User, article: Article, settings, signed_in: bool
) -> None:
    comments = [say(tom, article) for _ in range(MOST_REPORTS_AN_HOUR + 1)]
    settings.LIMIT_READERS = True
    if signed_in:
        client.force_login(nadia)
    answers = [send(client, comment, "spam", "Again!") for comment in comments]
    assert [answer.status_code for answer in answers] == [302] * MOST_REPORTS_AN_HOUR + [429]
    assert 3_500 < int(answers[-1]["Retry-After"]) <= 3_600
    assert fields(read(answers[-1]))["text"] == "Again!"
