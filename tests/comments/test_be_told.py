"""Somebody is answered, named or picked, or a moderator decides about what they wrote: the bell tells them."""

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertRedirects

from accounts.models import User
from articles.models import Article
from comments.mentions import MOST_PEOPLE, named_in
from comments.models import MAX_LEVEL, Comment, Follow, Mute, Notice
from comments.tasks import tell, tell_of_decisions
from newsroom import markup
from tests.comments.pages import Element, read
from tests.comments.test_text_survives import HOSTILE_NAME, NAUGHTY
from tests.people import make_article, make_person, say
from tests.working import headers, told, work

BELL = "/notices/"


@pytest.fixture
def root(nadia: User, article: Article) -> Comment:
    return say(nadia, article)


def bell(client: Client, person: User, **more: Any) -> Element:
    client.force_login(person)
    return read(client.get(BELL, **more))


def items(page: Element) -> list[str]:
    """What each notice says, without the marks that keep directions apart."""
    return [item.text.translate({0x2068: None, 0x2069: None}) for item in page.all("li")]


# Who is told


def test_an_author_is_told_of_a_reply(nadia: User, tom: User, article: Article, root: Comment) -> None:
    reply = say(tom, article, parent=root)
    assert told(nadia) == []
    work()
    assert told(nadia) == [("reply", reply.pk)]
    assert told(tom) == []


def test_nobody_is_told_of_their_own(nadia: User, article: Article, root: Comment) -> None:
    say(nadia, article, "I said so, @Nadia", parent=root)
    work()
    assert told(nadia) == []


def test_at_the_depth_cap_the_one_who_is_answered_is_told(
    nadia: User, tom: User, article: Article, root: Comment
) -> None:
    deepest = root
    for _ in range(MAX_LEVEL):
        deepest = say(nadia, article, parent=deepest)
    theirs = say(tom, article, parent=deepest)
    assert theirs.answers == deepest
    back = say(nadia, article, parent=theirs)
    work()
    assert told(nadia) == [("reply", theirs.pk)]
    assert told(tom) == [("reply", back.pk)]


def test_who_is_named_is_told(nadia: User, tom: User, article: Article) -> None:
    comment = say(tom, article, "As @nadia said: it holds.")
    work()
    assert told(nadia) == [("mention", comment.pk)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Nadia", ["Nadia"]),
        ("@NADIA, look", ["Nadia"]),
        ("(@Nadia)", ["Nadia"]),
        ("@Nadia's dike", ["Nadia"]),
        ("**@Nadia** holds", ["Nadia"]),
        ("@Nadia Karim knows", ["Nadia Karim"]),
        ("@Nadia\nKarim knows", ["Nadia"]),
        ("@Nadia and @Tom and @Nadia", ["Nadia", "Tom"]),
        ("@The Man From the North said", ["The Man From the North"]),
        ("nadia@example.org and a.@Nadia", []),
        ("`@Nadia`", []),
        ("```\n@Nadia\n```", []),
        ("> @Nadia\n\nI do not know.", []),
        ("@ Nadia", []),
        ("@Nobody", []),
        ("@Na dia", []),
        ("@", []),
    ],
)
def test_a_name_is_taken_as_long_as_it_fits(nadia: User, tom: User, text: str, named: list[str]) -> None:
    for name in ("Nadia Karim", "The Man From the North"):
        User.objects.create_user(name, name=name)
    people = User.objects.in_bulk()
    assert [people[pk].name for pk in named_in(markup.comment_html(text))] == named


def test_at_most_five_people_are_named_with_one_query(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    names = [f"Person{letter}" for letter in "abcdefghij"]
    for name in names:
        make_person(name)
    html = markup.comment_html(" ".join(f"@{name}" for name in names * 100))
    with django_assert_num_queries(1):
        assert len(named_in(html)) == MOST_PEOPLE


def test_without_a_name_there_is_no_query(db: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert named_in("<p>Nobody here.</p>") == []


def test_one_comment_is_one_notice_whatever_it_is_to_one(
    nadia: User, tom: User, article: Article, root: Comment
) -> None:
    Follow.objects.create(reader=nadia, conversation=root)
    reply = say(tom, article, "So, @Nadia", parent=root)
    work()
    assert told(nadia) == [("reply", reply.pk)]


def test_a_worker_that_does_it_twice_tells_once(
    nadia: User, tom: User, mo: User, article: Article, root: Comment
) -> None:
    reply = say(tom, article, parent=root)
    root.pick(mo)
    work()
    tell.enqueue([reply.pk])
    tell_of_decisions.enqueue(list(root.decisions.values_list("pk", flat=True)))
    work()
    assert [kind for kind, _pk in told(nadia)] == ["reply", "pick"]


def test_who_is_named_by_an_edit_is_told_then(nadia: User, tom: User, article: Article) -> None:
    comment = say(tom, article)
    work()
    comment.edit("As @Nadia said.", tom)
    work()
    assert told(nadia) == [("mention", comment.pk)]


def test_a_follower_is_told_of_everything_in_the_conversation(
    nadia: User, tom: User, carla: User, article: Article, root: Comment
) -> None:
    work()
    Follow.objects.create(reader=carla, conversation=root)
    reply = say(tom, article, parent=root)
    below = say(nadia, article, parent=reply)
    say(tom, article, "Elsewhere.")
    work()
    assert told(carla) == [("followed", reply.pk), ("followed", below.pk)]


# Who is not


def test_who_has_left_the_conversation_is_told_of_nothing_in_it(
    nadia: User, tom: User, article: Article, root: Comment
) -> None:
    Follow.objects.create(reader=nadia, conversation=root, left=True)
    say(tom, article, "So, @Nadia", parent=root)
    work()
    assert told(nadia) == []


def test_of_somebody_whom_one_has_muted_one_is_told_nothing(
    nadia: User, tom: User, article: Article, root: Comment
) -> None:
    Mute.objects.create(reader=nadia, muted=tom)
    Follow.objects.create(reader=nadia, conversation=root)
    say(tom, article, "So, @Nadia", parent=root)
    work()
    assert not Notice.objects.exists()


def test_what_they_wrote_before_goes_from_the_bell_too(
    client: Client, nadia: User, tom: User, article: Article, root: Comment
) -> None:
    say(tom, article, "Ugly words.", parent=root)
    work()
    Mute.objects.create(reader=nadia, muted=tom)
    assert told(nadia) == []
    assert Notice.objects.unseen_count(nadia) == 0
    assert "Ugly" not in bell(client, nadia).text


def test_a_held_comment_tells_nobody_until_it_is_approved(
    nadia: User, tom: User, mo: User, article: Article, root: Comment
) -> None:
    article.edit(comment_policy="held")
    reply = say(tom, article, parent=root)
    work()
    assert told(nadia) == []
    reply.approve(mo)
    work()
    assert told(nadia) == [("reply", reply.pk)]
    assert told(tom) == [("decision", reply.pk)]


@pytest.mark.parametrize("gone", ["hide", "withdraw", "erase", "hide_branch"])
def test_what_is_gone_before_the_worker_comes_tells_nobody(
    nadia: User, tom: User, mo: User, article: Article, root: Comment, gone: str
) -> None:
    reply = say(tom, article, parent=root)
    if gone.startswith("hide"):
        getattr(reply, gone)(mo, "abuse")
    else:
        getattr(Comment.objects.filter(pk=reply.pk), gone)()
    work()
    assert told(nadia) == []


def test_who_is_no_longer_here_is_told_nothing(nadia: User, tom: User, article: Article, root: Comment) -> None:
    User.objects.filter(pk=nadia.pk).update(is_active=False)
    say(tom, article, "So, @Nadia", parent=root)
    work()
    assert not Notice.objects.exists()


# Decisions about one's own


def test_an_author_is_told_of_a_hide_and_that_it_is_back(client: Client, nadia: User, mo: User, root: Comment) -> None:
    root.hide(mo, "off-topic")
    work()
    page = bell(client, nadia)
    assert "A moderator has hidden your comment on “Storm over the coast”. Reason: off topic." in items(page)[0]
    assert page.links("hidden") == [f"/c/{root.pk}/mine/"]
    assert "Mo" not in page.one("main").text.replace("moderator", "")
    root.restore(mo)
    work()
    assert told(nadia) == [("decision", root.pk)] * 2
    assert "has brought your comment" in items(bell(client, nadia))[0]


def test_of_a_hide_that_was_undone_before_the_worker_came_nobody_hears(nadia: User, mo: User, root: Comment) -> None:
    root.hide(mo, "abuse")
    root.restore(mo)
    work()
    assert told(nadia) == []


def test_a_hidden_branch_is_told_to_the_author_of_its_top_alone(
    nadia: User, tom: User, mo: User, article: Article, root: Comment
) -> None:
    say(tom, article, parent=root)
    root.hide_branch(mo, "abuse")
    work()
    assert told(nadia) == [("decision", root.pk)]
    assert told(tom) == []


def test_a_pick_is_told(client: Client, nadia: User, edith: User, root: Comment) -> None:
    root.pick(edith)
    work()
    assert told(nadia) == [("pick", root.pk)]
    page = bell(client, nadia)
    assert "The editors have picked your comment" in items(page)[0]
    assert page.links("picked") == [f"/c/{root.pk}/#c{root.pk}"]


def test_what_one_decides_about_one_s_own_is_no_news(mo: User, article: Article) -> None:
    comment = say(mo, article)
    comment.hide(mo, "other")
    comment.restore(mo)
    work()
    assert told(mo) == []


# The bell's page


def test_it_is_for_who_is_signed_in(client: Client) -> None:
    assertRedirects(client.get(BELL), f"/accounts/login/?next={BELL}", fetch_redirect_response=False)
    assert client.post(BELL, {"upto": 5}).status_code == 302


def test_it_leads_to_each_comment_in_its_place_newest_first(
    client: Client, nadia: User, tom: User, article: Article, root: Comment
) -> None:
    first, second = say(tom, article, "First.", parent=root), say(tom, article, "Then @Nadia")
    work()
    page = bell(client, nadia)
    links = [link for link in page.links() if link.startswith("/c/")]
    assert links == [f"/c/{second.pk}/#c{second.pk}", f"/c/{first.pk}/#c{first.pk}"]
    assert "Tom has named you on “Storm over the coast”." in items(page)[0]
    assert "Then @Nadia" in items(page)[0]
    assert "Tom has answered you on “Storm over the coast”." in items(page)[1]


def test_a_text_that_was_hidden_since_does_not_appear(
    client: Client, nadia: User, tom: User, mo: User, article: Article, root: Comment
) -> None:
    reply = say(tom, article, "Secretword", parent=root)
    work()
    assert "Secretword" in bell(client, nadia).text
    reply.hide(mo, "abuse")
    assert "Secretword" not in bell(client, nadia).text
    assert Notice.objects.unseen_count(nadia) == 0


def test_others_news_are_not_on_it(client: Client, nadia: User, tom: User, article: Article, root: Comment) -> None:
    say(tom, article, "For Nadia.", parent=root)
    work()
    assert "Nothing yet." in bell(client, tom).text


def test_opening_it_in_a_browser_marks_what_it_shows_as_seen(
    client: Client, nadia: User, tom: User, article: Article, root: Comment
) -> None:
    say(tom, article, parent=root)
    work()
    assert Notice.objects.unseen_count(nadia) == 1
    page = bell(client, nadia, headers=headers())
    assert len(page.all("li", "unseen")) == 1
    assert Notice.objects.unseen_count(nadia) == 0
    assert bell(client, nadia).all("li", "unseen") == []


@pytest.mark.parametrize(
    "sent",
    [
        {},
        headers(**{"sec-purpose": "prefetch"}),
        headers(**{"sec-purpose": "prefetch;prerender"}),
        {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
    ],
)
def test_what_nobody_looks_at_marks_nothing(
    client: Client, nadia: User, tom: User, article: Article, root: Comment, sent: dict[str, str]
) -> None:
    say(tom, article, parent=root)
    work()
    bell(client, nadia, headers=sent)
    assert Notice.objects.unseen_count(nadia) == 1


def test_the_button_marks_all_that_stood_there_and_nothing_newer(
    client: Client, nadia: User, tom: User, article: Article, root: Comment
) -> None:
    say(tom, article, parent=root)
    work()
    upto = bell(client, nadia).one("form").all("input")[-1]["value"]
    say(tom, article, parent=root)
    work()
    assertRedirects(client.post(BELL, {"upto": upto}), BELL)
    assert Notice.objects.unseen_count(nadia) == 1


@pytest.mark.parametrize("upto", ["", "x", "-1", "9" * 30])
def test_a_damaged_form_marks_nothing(
    client: Client, nadia: User, tom: User, article: Article, root: Comment, upto: str
) -> None:
    say(tom, article, parent=root)
    work()
    client.force_login(nadia)
    assert client.post(BELL, {"upto": upto}).status_code == 302
    assert Notice.objects.unseen_count(nadia) == 1


def test_nobody_marks_another_s(client: Client, nadia: User, tom: User, article: Article, root: Comment) -> None:
    say(tom, article, parent=root)
    work()
    client.force_login(tom)
    client.post(BELL, {"upto": Notice.objects.get().pk})
    assert Notice.objects.unseen_count(nadia) == 1


def test_it_goes_on_page_by_page_with_as_many_queries(
    client: Client, nadia: User, tom: User, root: Comment, django_assert_max_num_queries: Any
) -> None:
    for number in range(4):
        article = make_article(f"Storm {number}")
        for _ in range(20):
            say(tom, article, "As @Nadia said.")
    work()
    client.force_login(nadia)
    seen: list[str] = []
    address = BELL
    while address:
        with django_assert_max_num_queries(8):
            page = read(client.get(address, headers=headers()))
        seen += [link for link in page.links() if link.startswith("/c/")]
        address = (page.links("Older") or [""])[0] and BELL + page.links("Older")[0]
    assert len(seen) == len(set(seen)) == 80


def test_how_much_is_unseen_is_one_query(
    nadia: User, tom: User, article: Article, root: Comment, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        say(tom, article, parent=root)
    work()
    with django_assert_num_queries(1):
        assert Notice.objects.unseen_count(nadia) == 3


# Hostile


def test_markup_in_names_titles_and_texts_is_shown_as_it_was_typed(
    client: Client, nadia: User, tom: User, root: Comment
) -> None:
    User.objects.filter(pk=tom.pk).update(name=HOSTILE_NAME)
    tom.refresh_from_db()
    say(tom, make_article("<script>alert(2)</script>"), "@Nadia <script>alert(1)</script>")
    work()
    page = bell(client, nadia)
    assert HOSTILE_NAME in items(page)[0]
    assert "<script>alert(1)</script>" in items(page)[0]
    assert "“<script>alert(2)</script>”" in items(page)[0]
    assert len(page.all("script")) == 1


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the hostile texts are not beside the repository")
def test_every_naughty_string_can_be_a_text_and_a_name(
    client: Client, nadia: User, tom: User, article: Article, root: Comment
) -> None:
    for text in json.loads(NAUGHTY.read_text()):
        reply = say(tom, article, f"{text} .....", parent=root)
        Comment.objects.filter(pk=reply.pk).update(name=markup.tidy(text)[:40])
    work()
    client.force_login(nadia)
    address = BELL
    while address:
        page = read(client.get(address))
        assert len(page.all("script")) == 1
        assert [e for e in page.all() if any(name.startswith("on") for name in e.attributes)] == []
        address = (page.links("Older") or [""])[0] and BELL + page.links("Older")[0]
