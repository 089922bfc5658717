"""A person's page, the same for everyone; and one's own, with what became of each comment."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.models import Article, Byline
from comments.models import Comment, Mute
from comments.people import ORDER, said_in_public
from newsroom import markup
from tests.comments.pages import Element, read
from tests.comments.test_text_survives import HOSTILE_NAME, NAUGHTY
from tests.people import make_article, make_entry, say

OWN = "/accounts/comments/"


def page_of(person: User, client: Client | None = None) -> Element:
    return read((client or Client()).get(f"/people/{person.pk}/"))


def own(client: Client, person: User) -> Element:
    client.force_login(person)
    return read(client.get(OWN))


# For everyone


def test_it_says_the_name_since_when_and_what_they_wrote(nadia: User, article: Article) -> None:
    User.objects.filter(pk=nadia.pk).update(date_joined="2024-03-05T12:00:00Z")
    first, second = say(nadia, article, "The first."), say(nadia, article, "The second.")
    page = page_of(nadia)
    assert page.one("h1").text == "Nadia"
    assert "2 comments · here since March 2024" in page.text
    items = page.one("ol", "said-by").all("li")
    assert ["The second." in items[0].text, "The first." in items[1].text] == [True, True]
    assert items[0].links() == [article.get_absolute_url(), f"/c/{second.pk}/#c{second.pk}"]
    assert first.get_absolute_url() in items[1].links()[1]


@pytest.mark.parametrize("state", ["held", "hidden", "withdrawn", "erased", "below a hidden branch"])
def test_what_is_not_shown_does_not_appear(nadia: User, mo: User, article: Article, state: str) -> None:
    say(nadia, article, "Shown here.")
    if state == "held":
        article.edit(comment_policy="held")
    comment = say(nadia, article, "Secretword", parent=say(mo, article) if "branch" in state else None)
    if state == "hidden":
        comment.hide(mo, "abuse")
    elif state == "withdrawn":
        comment.withdraw()
    elif state == "erased":
        Comment.objects.filter(pk=comment.pk).erase()
    elif "branch" in state:
        comment.parent.hide_branch(mo, "abuse")
    page = page_of(nadia)
    assert "1 comment ·" in page.text
    assert "Secretword" not in page.text


def test_what_stands_in_a_draft_does_not_appear(nadia: User, article: Article) -> None:
    say(nadia, article)
    draft = make_article("Not yet")
    say(nadia, draft, "Secretword")
    Article.objects.filter(pk=draft.pk).update(state="draft")
    assert "Secretword" not in page_of(nadia).text


def test_whoever_has_said_nothing_cannot_be_told_from_nobody(
    client: Client, nadia: User, tom: User, mo: User, article: Article
) -> None:
    say(tom, article).hide(mo, "abuse")
    answers = [client.get(f"/people/{pk}/") for pk in (nadia.pk, tom.pk, 999_999, 10**18)]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert len({answer.content for answer in answers}) == 1


def test_no_mail_username_address_or_vote_is_on_it(nadia: User, tom: User, article: Article) -> None:
    User.objects.filter(pk=nadia.pk).update(username="her-username", email="her@mail.example")
    comment = say(tom, article, "Voted for.")
    comment.recommend(nadia)
    comment.report("spam", "Her report.", by=nadia)
    Mute.objects.create(reader=nadia, muted=tom)
    say(nadia, article)
    text = Client().get(f"/people/{nadia.pk}/").text
    for secret in ("her-username", "her@mail.example", "Voted for.", "Her report.", "Tom"):
        assert secret not in text


def test_a_correspondent_s_bylines_are_not_on_it(carla: User, article: Article) -> None:
    Byline.objects.create(name="Sparrow", owner=carla, is_pseudonym=True)
    make_entry(article, author=carla, byline="Sparrow")
    say(carla, article)
    text = Client().get(f"/people/{carla.pk}/").text
    assert "Carla" in text
    assert "Sparrow" not in text
    assert "Reports here" not in text


def test_it_is_the_same_for_everyone_and_for_themselves(nadia: User, mo: User, article: Article) -> None:
    say(nadia, article)
    say(nadia, article, "Secretword").hide(mo, "abuse")
    answers = [Client().get(f"/people/{nadia.pk}/")]
    for person in (nadia, mo):
        client = Client()
        client.force_login(person)
        answers.append(client.get(f"/people/{nadia.pk}/"))
    assert len({answer.content for answer in answers}) == 1
    assert answers[0]["Cache-Control"].startswith("public, max-age=1")


def test_it_goes_on_page_by_page_with_as_many_queries(
    client: Client, nadia: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(4):
        article = make_article(f"Storm {number}")
        for _ in range(20):
            say(nadia, article)
    path, seen = f"/people/{nadia.pk}/", []
    address = path
    while address:
        with django_assert_num_queries(4):
            page = read(client.get(address))
        seen += [link for link in page.links() if link.startswith("/c/")]
        address = (page.links("Older") or [""])[0] and path + page.links("Older")[0]
    assert len(seen) == len(set(seen)) == 80


def test_no_index_is_missing(nadia: User) -> None:
    """A page of a reader with very many comments is read by the index on author and time."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Of a small table it would read all and sort it.
            for way in ("seqscan", "bitmapscan", "sort"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
    plan = said_in_public(nadia.pk).order_by(*ORDER)[:30].explain()
    assert "comments_comment_author" in plan
    assert "TEMP B-TREE" not in plan


def test_markup_in_names_and_texts_is_shown_as_it_was_typed(nadia: User, article: Article) -> None:
    User.objects.filter(pk=nadia.pk).update(name=HOSTILE_NAME)
    nadia.refresh_from_db()
    say(nadia, article, "<script>alert(1)</script>")
    page = page_of(nadia)
    assert page.one("h1").text == HOSTILE_NAME
    assert "<script>alert(1)</script>" in page.text
    assert len(page.all("script")) == 1


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the hostile texts are not beside the repository")
def test_every_naughty_string_can_be_a_text_and_a_name(client: Client, nadia: User, article: Article) -> None:
    texts = json.loads(NAUGHTY.read_text())
    for text in texts:
        say(nadia, article, f"{text} .....")
    path = f"/people/{nadia.pk}/"
    for number, text in enumerate(texts):
        if number % 20 == 0:
            User.objects.filter(pk=nadia.pk).update(name=markup.tidy(text)[:40] or "x")
            assert len(page_of(nadia).all("script")) == 1
    address = path
    while address:
        page = read(client.get(address))
        assert len(page.all("script")) == 1
        assert [e for e in page.all() if any(name.startswith("on") for name in e.attributes)] == []
        address = (page.links("Older") or [""])[0] and path + page.links("Older")[0]


# One's own


def test_one_sees_all_of_one_s_own_with_what_became_of_it(
    client: Client, nadia: User, mo: User, article: Article
) -> None:
    root = say(mo, article)
    say(nadia, article, "Everybody reads this.")
    say(nadia, article, "Rude words.").hide(mo, "abuse")
    say(nadia, article, "Taken back.").withdraw()
    say(nadia, article, "Swept along.", parent=root)
    root.hide_branch(mo, "off-topic")
    article.edit(comment_policy="held")
    say(nadia, article, "Waiting.")
    items = {item.one("div", "text").text: item.text for item in own(client, nadia).one("ol", "said-by").all("li")}
    assert "A moderator has hidden it. Reason: abusive." in items["Rude words."]
    assert "You have withdrawn it." in items["Taken back."]
    assert "It stands below a comment that was hidden with all replies." in items["Swept along."]
    assert "A moderator looks at it before others see it." in items["Waiting."]
    assert "moderator" not in items["Everybody reads this."]


def test_one_withdraws_from_there(client: Client, nadia: User, article: Article) -> None:
    shown, gone = say(nadia, article, "Everybody reads this."), say(nadia, article, "Taken back.")
    gone.withdraw()
    assert own(client, nadia).links("Withdraw it") == [f"/c/{shown.pk}/mine/"]


def test_one_s_standing_is_counted_over_90_days(client: Client, nadia: User, mo: User, article: Article) -> None:
    User.objects.filter(pk=nadia.pk).update(date_joined=timezone.now() - timedelta(days=400))
    for text in ("One.....", "Two.....", "Three..."):
        say(nadia, article, text)
    say(nadia, article, "Rude words.").hide(mo, "abuse")
    old = say(nadia, article, "Long ago.")
    Comment.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=91))
    text = own(client, nadia).one("div", "standing").text
    assert "3 comments that everybody can read" in text
    assert "0 wait for a moderator’s look" in text
    assert "1 hidden by moderators" in text
    assert "Moderators see how many of your comments were hidden." in text


def test_a_new_account_is_told_what_the_first_day_means(client: Client, nadia: User) -> None:
    assert "Your account is new: it takes 5 comments on its first day" in own(client, nadia).text
    User.objects.filter(pk=nadia.pk).update(date_joined=timezone.now() - timedelta(days=2))
    assert "You write as much as everybody." in own(client, nadia).text
    assert "You have written nothing yet." in own(client, nadia).text


def test_one_s_own_page_takes_few_queries(
    client: Client, nadia: User, article: Article, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        say(nadia, article)
    client.force_login(nadia)
    with django_assert_num_queries(4):
        client.get(OWN)


def test_it_is_nobody_else_s(client: Client, tom: User, nadia: User, article: Article) -> None:
    say(nadia, article, "Hers alone.").withdraw()
    assert "Hers alone." not in own(client, tom).text
    assert Client().get(OWN).status_code == 302
    assert "no-store" in client.get(OWN)["Cache-Control"]
