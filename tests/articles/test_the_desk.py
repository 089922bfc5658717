"""The desk of an article, as its script speaks with it: what is sent, what comes back, what is said where it fails."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.models import Article, Byline, Correction, Entry, Presence, Topic
from tests.people import make_article, make_entry

pytestmark = pytest.mark.django_db


class Desk:
    """Somebody's script."""

    def __init__(self, person: User | None) -> None:
        self.client = Client()
        if person:
            self.client.force_login(person)

    def send(self, article: Article, action: str = "publish", **fields: Any) -> Any:
        fields = {"key": str(uuid4()), "bylines": []} | fields
        return self.post(reverse("admin:desk_send", args=[article.pk, action]), **fields)

    def post(self, address: str, **fields: Any) -> Any:
        return self.client.post(address, fields, headers={"accept": "application/json"})

    def act(self, entry: Entry, action: str, **fields: Any) -> Any:
        return self.post(reverse("admin:desk_act", args=[entry.pk, action]), **fields)

    def get(self, name: str, *args: Any) -> Any:
        return self.client.get(reverse(f"admin:{name}", args=args), headers={"accept": "application/json"})


@pytest.fixture
def desk(carla: User) -> Desk:
    return Desk(carla)


# The page


def test_the_desk_opens_with_the_composer_and_the_latest_entries(desk: Desk, article: Article) -> None:
    for number in range(22):
        make_entry(article, f"Report {number}.")
    page = desk.get("desk", article.pk).content.decode()
    assert "autofocus" in page
    assert "Report 21." in page
    assert "Report 2." in page
    assert "Report 1." not in page


def test_of_one_live_article_the_desk_opens_at_once(desk: Desk, article: Article) -> None:
    assert desk.get("desk_start")["Location"] == reverse("admin:desk", args=[article.pk])
    make_article("A paused one").pause()
    assert desk.get("desk_start")["Location"] == reverse("admin:desk", args=[article.pk])
    make_article("Another")
    page = desk.get("desk_start").content.decode()
    assert "Another" in page
    assert "paused" in page


def test_her_drafts_are_hers_and_an_editor_s(article: Article, carla: User, conny: User, edith: User) -> None:
    Entry.objects.save_draft(article, by=carla, key=uuid4(), text="Not yet known.")
    lists = [Desk(person).get("desk_latest", article.pk).json()["html"] for person in (carla, conny, edith)]
    assert ["Not yet known." in html for html in lists] == [True, False, True]


def test_each_may_do_with_an_entry_what_is_theirs(article: Article, carla: User, edith: User) -> None:
    make_entry(article, "Not hers.")
    assert "data-act" not in Desk(carla).get("desk_latest", article.pk).json()["html"]
    assert 'data-act="withdraw"' in Desk(edith).get("desk_latest", article.pk).json()["html"]


def test_its_list_costs_the_same_however_much_is_in_it(article: Article, carla: User, edith: User) -> None:
    def fill(number: int) -> None:
        for _number in range(number):
            entry = make_entry(article, author=carla)
            Presence.objects.create(entry=entry, person=carla, seen_at=timezone.now())
            Entry.objects.save_draft(article, by=carla, key=uuid4(), text="Not yet known.")
            Entry.objects.save_draft(article, by=carla, key=uuid4(), text="Perhaps.").submit(by=carla)

    desk, counts = Desk(edith), []
    for number in (1, 9):
        fill(number)
        with CaptureQueriesContext(connection) as queries:
            assert desk.get("desk_latest", article.pk).status_code == 200
        counts.append(len(queries))
    assert counts == [10, 10]


# Sending


def test_all_fields_arrive(desk: Desk, article: Article, carla: User) -> None:
    Byline.objects.create(name="Carla Reyes", owner=carla)
    answer = desk.send(
        article,
        headline="Gate 3",
        text="It is *shut*.",
        bylines=["Carla", "Carla Reyes"],
        label="unconfirmed",
        source_url="port.example/news",
        tags="Port, North  Sea, port",
        is_key_event="on",
        pin="on",
    )
    assert answer.status_code == 200, answer.content
    entry = Entry.objects.get(pk=answer.json()["id"])
    assert (entry.headline, entry.byline, entry.tag_list) == ("Gate 3", "Carla, Carla Reyes", ["port", "north sea"])
    assert (entry.label, entry.source_url) == ("unconfirmed", "https://port.example/news")
    assert (entry.is_key_event, entry.is_pinned, entry.state) == (True, True, "published")


def test_a_publish_takes_at_most_twelve_statements(
    desk: Desk, article: Article, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(40):
        make_entry(article)
    with django_assert_max_num_queries(12):
        assert desk.send(article, text="The dike holds.", bylines=["Carla"]).status_code == 200


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": " "}, "There is nothing to read yet"),
        ({"text": "One", "source_url": "no link"}, "Write the source as a whole link"),
        ({"text": "One", "at": "noon"}, "Write the time as 2026-05-31 14:30."),
        ({"text": "One", "bylines": ["Somebody"]}, "“Somebody” is no byline of yours"),
        ({"text": "One", "photographs": "[{]"}, "Enter a valid JSON."),
        ({"text": "One", "photographs": '[{"id": "x"}]'}, "The photographs did not come through"),
        ({"text": "One", "key": "none"}, "Enter a valid UUID."),
    ],
)
def test_what_cannot_be_taken_is_said_in_a_sentence(
    desk: Desk, article: Article, fields: dict[str, Any], sentence: str
) -> None:
    answer = desk.send(article, **fields)
    assert answer.status_code == 422
    assert sentence in answer.json()["error"]
    assert not Entry.objects.exists()


def test_a_time_is_the_article_s(desk: Desk, article: Article) -> None:
    desk.send(article, text="Earlier.", at="2026-01-15T10:00")
    assert Entry.objects.get().published_at.isoformat() == "2026-01-15T09:00:00+00:00"


def test_a_time_to_come_schedules(desk: Desk, article: Article) -> None:
    noon = timezone.now().astimezone(article.zone) + timedelta(days=1)
    answer = desk.send(article, text="Later.", at=f"{noon:%Y-%m-%dT%H:%M}")
    assert answer.json()["state"] == "scheduled"
    assert Entry.objects.get().scheduled_for == noon.replace(second=0, microsecond=0)


def test_a_hold_is_her_own(desk: Desk, article: Article, carla: User) -> None:
    assert desk.post(reverse("admin:desk_hold"), seconds="7").json() == {"seconds": 7}
    answer = desk.send(article, text="Wait.").json()
    assert answer["state"] == "scheduled"
    assert desk.act(Entry.objects.get(), "unschedule").json()["state"] == "draft"


@pytest.mark.parametrize("seconds", ["11", "-1", "", "x"])
def test_a_hold_is_ten_seconds_at_most(desk: Desk, seconds: str) -> None:
    assert desk.post(reverse("admin:desk_hold"), seconds=seconds).status_code == 422


def test_an_article_that_is_not_there(desk: Desk, article: Article) -> None:
    address = reverse("admin:desk_send", args=[article.pk + 1, "publish"])
    assert desk.post(address, key=str(uuid4()), text="One").status_code == 404


# Signed out


def test_who_is_signed_out_is_told_so_and_not_sent_away(article: Article) -> None:
    answer = Desk(None).send(article, text="The dike holds.")
    assert answer.status_code == 401
    assert "Sign in again: what you wrote is still here." in answer.json()["error"]


def test_nothing_goes_out_under_the_name_of_who_signed_in_meanwhile(article: Article, carla: User, edith: User) -> None:
    address = reverse("admin:desk_send", args=[article.pk, "publish"])
    headers = {"accept": "application/json", "x-desk-person": str(carla.pk)}
    data = {"key": str(uuid4()), "text": "Carla wrote this."}
    answer = Desk(edith).client.post(address, data, headers=headers)
    assert (answer.status_code, "Somebody else is signed in now" in answer.json()["error"]) == (403, True)
    assert not Entry.objects.exists()


# Editing


def test_an_entry_opens_in_the_composer_and_is_saved(desk: Desk, article: Article, carla: User) -> None:
    entry = make_entry(article, "Two roads.", author=carla, byline="Guest", tags=",port,")
    form = desk.get("desk_entry", entry.pk).json()
    assert (form["text"], form["version"], form["bylines"], form["tags"]) == ("Two roads.", 0, ["Guest"], "port")
    sent = {"key": form["key"], "based_on": 0, "text": "Three roads.", "bylines": form["bylines"], "tags": form["tags"]}
    assert desk.send(article, "save", **sent).json()["version"] == 1
    entry.refresh_from_db()
    assert (entry.text, entry.byline, entry.tags) == ("Three roads.", "Guest", ",port,")


def test_the_second_of_two_saves_is_shown_both_texts(article: Article, carla: User, edith: User) -> None:
    entry = make_entry(article, "Two roads are closed.", author=carla)
    key = Desk(carla).get("desk_entry", entry.pk).json()["key"]
    Desk(edith).send(article, "save", key=key, based_on=0, text="Three roads are closed.")
    answer = Desk(carla).send(article, "save", key=key, based_on=0, text="Two <roads> are closed.")
    assert answer.status_code == 409
    now = answer.json()["now"]
    assert (now["version"], now["headline"], now["text"]) == (1, "", "Three roads are closed.")
    assert answer.json()["theirs"].startswith("<del>Three</del>")
    assert answer.json()["mine"] == "<ins>Two &lt;</ins>roads<ins>&gt;</ins> are closed."
    assert Entry.objects.get().text == "Three roads are closed."


def test_it_is_shown_too_where_something_else_than_the_words_differs(
    article: Article, carla: User, edith: User
) -> None:
    entry = make_entry(article, "Two roads are closed.", author=carla, label="unconfirmed")
    key = Desk(carla).get("desk_entry", entry.pk).json()["key"]
    Desk(edith).send(article, "save", key=key, based_on=0, text="Two roads are closed.", label="confirmed")
    answer = Desk(carla).send(article, "save", key=key, based_on=0, text="Two roads are closed.", label="unconfirmed")
    assert answer.json()["theirs"] == "Two roads are closed.\n\nLabel: <del>confirmed</del>"
    assert answer.json()["mine"] == "Two roads are closed.\n\nLabel: <ins>unconfirmed</ins>"


def test_a_new_entry_that_an_editor_has_amended_meanwhile_is_no_less_hers(
    article: Article, carla: User, edith: User
) -> None:
    key = str(uuid4())
    Desk(carla).send(article, "draft", key=key, based_on=0, text="Two roads")
    Entry.objects.get().edit(by=edith, based_on=0, text="Two roads, says the police.")
    assert Desk(carla).send(article, "draft", key=key, based_on=0, text="Two roads are").status_code == 409
    assert Desk(carla).send(article, key=key, based_on=0, text="Two roads are closed.").status_code == 409
    assert Entry.objects.get().text == "Two roads, says the police."


def test_a_correction_is_made_in_the_same_form(desk: Desk, article: Article, carla: User) -> None:
    entry = make_entry(article, "Five people.", author=carla)
    key = desk.get("desk_entry", entry.pk).json()["key"]
    desk.send(article, "save", key=key, based_on=0, text="Four people.", correction="It said five.")
    assert Correction.objects.get().note == "It said five."
    assert Entry.objects.get().corrected_at


def test_who_edits_is_shown_to_the_others(article: Article, carla: User, edith: User) -> None:
    entry = make_entry(article, author=carla)
    editing = reverse("admin:desk_editing", args=[entry.pk])
    Desk(edith).post(editing)
    latest = lambda person: Desk(person).get("desk_latest", article.pk).json()["html"]  # noqa: E731
    assert "<bdi>Edith</bdi> is editing this" in latest(carla)
    assert "is editing this" not in latest(edith)
    Desk(edith).post(editing, left="1")
    assert "is editing this" not in latest(carla)


def test_who_fell_silent_is_not_shown(article: Article, carla: User, edith: User) -> None:
    entry = make_entry(article, author=carla)
    Presence.objects.create(entry=entry, person=edith, seen_at=timezone.now() - timedelta(minutes=1))
    assert "is editing" not in Desk(carla).get("desk_latest", article.pk).json()["html"]


# One click


def test_one_click_each(desk: Desk, article: Article, carla: User) -> None:
    entry = make_entry(article, author=carla)
    for action, seen in [("pin", "is_pinned"), ("key-event", "is_key_event")]:
        assert desk.act(entry, action).status_code == 200
        entry.refresh_from_db()
        assert getattr(entry, seen)
    assert desk.act(entry, "withdraw", note="Not true.").json()["state"] == "withdrawn"
    entry.refresh_from_db()
    assert entry.note == "Not true."
    assert entry.history.first().note == "Not true."


def test_a_mark_says_which_version_it_made_of_which(desk: Desk, article: Article, carla: User) -> None:
    entry = make_entry(article, author=carla)
    told = [desk.act(entry, action).json() for action in ("pin", "key-event", "key-event")]
    assert [(one["was"], one["version"]) for one in told] == [(0, 0), (0, 1), (1, 1)]


def test_what_cannot_be_done_is_said(desk: Desk, article: Article, carla: User) -> None:
    entry = make_entry(article, author=carla)
    entry.withdraw()
    answer = desk.act(entry, "pin")
    assert (answer.status_code, "is withdrawn, so this cannot be done" in answer.json()["error"]) == (422, True)


def test_a_draft_is_thrown_away_and_nothing_else(desk: Desk, article: Article, carla: User) -> None:
    draft = Entry.objects.save_draft(article, by=carla, key=uuid4(), text="No.")
    published = make_entry(article, author=carla)
    assert desk.act(draft, "discard").status_code == 200
    assert desk.act(published, "discard").status_code == 422
    assert list(Entry.objects.all()) == [published]


def test_a_plain_form_without_a_script_leads_back_to_the_desk(article: Article, edith: User) -> None:
    client = Client()
    client.force_login(edith)
    answer = client.post(reverse("admin:desk_run", args=[article.pk, "pause"]))
    assert answer["Location"] == reverse("admin:desk", args=[article.pk])
    assert Article.objects.get().state == "paused"


def test_without_a_script_what_was_typed_comes_back(article: Article, carla: User) -> None:
    client = Client()
    client.force_login(carla)
    address = reverse("admin:desk_send", args=[article.pk, "publish"])
    answer = client.post(address, {"key": str(uuid4()), "text": "The dike holds.", "source_url": "no link"})
    assert answer.status_code == 422
    assert "Write the source as a whole link" in answer.content.decode()
    assert "The dike holds.</textarea>" in answer.content.decode()


def test_without_a_script_a_conflict_shows_both_texts(article: Article, carla: User, edith: User) -> None:
    entry = make_entry(article, "Two roads.", author=carla)
    key = Desk(carla).get("desk_entry", entry.pk).json()["key"]
    entry.edit(by=edith, text="Three roads.")
    client = Client()
    client.force_login(carla)
    address = reverse("admin:desk_send", args=[article.pk, "save"])
    page = client.post(address, {"key": key, "based_on": 0, "text": "Four roads."})
    assert page.status_code == 409
    assert "<del>Three</del> roads." in page.content.decode()
    assert "Four roads.</textarea>" in page.content.decode()


# Looking back


def test_revisions_show_who_changed_what(article: Article, carla: User, edith: User) -> None:
    entry = make_entry(article, "Two roads.", author=carla)
    entry.edit(by=edith, text="Three roads.", headline="Roads")
    page = Desk(carla).get("desk_revisions", entry.pk).content.decode()
    assert "<del>Two</del> roads." in page
    assert "<ins>Three</ins> roads." in page
    assert "<bdi>Edith</bdi>" in page


def test_revisions_show_what_was_done_and_why(article: Article, carla: User) -> None:
    entry = make_entry(article, "Two roads.", author=carla)
    entry.pin(by=carla)
    entry.withdraw("Not true.", by=carla)
    page = Desk(carla).get("desk_revisions", entry.pk).content.decode()
    assert "<del>published</del> → <ins>withdrawn</ins>" in page
    assert "<ins>Not true.</ins>" in page
    assert "pinned: <del>no</del> → <ins>yes</ins>" in page


# Running an article


def test_a_new_article_is_topic_title_go(edith: User) -> None:
    desk = Desk(edith)
    answer = desk.client.post(reverse("admin:desk_new"), {"new_topic": "North Sea", "title": "Storm & flood"})
    article = Article.objects.get()
    assert answer["Location"] == reverse("admin:desk", args=[article.pk])
    assert (article.state, article.slug, article.topic.slug) == ("live", "storm-flood", "north-sea")
    desk.client.post(reverse("admin:desk_new"), {"topic": article.topic.pk, "title": "Storm & flood"})
    assert Article.objects.latest("pk").slug == "storm-flood-2"
    assert Topic.objects.count() == 1


def test_not_without_a_topic(edith: User) -> None:
    answer = Desk(edith).client.post(reverse("admin:desk_new"), {"title": "Storm"})
    assert answer.status_code == 422
    assert "Choose a topic, or write the name of a new one." in answer.content.decode()
    assert 'value="Storm"' in answer.content.decode()


def test_points_are_one_a_line(article: Article, edith: User, client: Client) -> None:
    address = reverse("admin:desk_words", args=[article.pk])
    Desk(edith).post(address, title=article.title, points="The *dike* holds.\n- Two roads are closed.")
    article.refresh_from_db()
    assert article.points_html.count("<li>") == 2
    assert "What you need to know" in client.get(article.get_absolute_url()).content.decode()


def test_two_editors_change_different_words_of_an_article(article: Article, edith: User) -> None:
    opened = {f"initial-{name}": getattr(article, name) for name in ("title", "points", "lead")}
    address = reverse("admin:desk_words", args=[article.pk])
    Desk(edith).post(address, **opened, title=article.title, points="", lead="The sea *rises*.")
    Desk(edith).post(address, **opened, title="Storm and flood", points="", lead="")
    article.refresh_from_db()
    assert (article.title, article.lead) == ("Storm and flood", "The sea *rises*.")


def test_two_editors_change_the_same_words_of_an_article(article: Article, edith: User) -> None:
    opened = {f"initial-{name}": getattr(article, name) for name in ("title", "points", "lead")}
    address, words = reverse("admin:desk_words", args=[article.pk]), {"title": article.title, "points": ""}
    Desk(edith).post(address, **opened, **words, lead="The sea rises.")
    answer = Desk(edith).post(address, **opened, **words, lead="The sea falls.")
    assert answer.status_code == 409
    assert answer.json()["texts"]["lead"]["mine"] == "The sea <ins>falls</ins>."
    assert answer.json()["now"] == {"lead": "The sea rises."}
    article.refresh_from_db()
    assert article.lead == "The sea rises."
    # Who has seen both may save.
    seen = opened | {"initial-lead": "The sea rises."}
    assert Desk(edith).post(address, **seen, **words, lead="The sea falls.").status_code == 200


def test_an_article_needs_a_title(article: Article, edith: User) -> None:
    answer = Desk(edith).post(reverse("admin:desk_words", args=[article.pk]), title=" ", lead="The sea rises.")
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["title"])


def test_the_next_day_s_edition_opens_its_own_desk(article: Article, edith: User) -> None:
    answer = Desk(edith).post(reverse("admin:desk_run", args=[article.pk, "next-edition"]))
    assert answer.json()["open"] == reverse("admin:desk", args=[Article.objects.latest("pk").pk])


def test_a_preview_is_by_the_renderer_of_the_site(desk: Desk) -> None:
    answer = desk.post(reverse("admin:desk_preview"), text="The *dike* <b>holds</b>.")
    assert json.loads(answer.content)["html"] == "<p>The <em>dike</em> &lt;b&gt;holds&lt;/b&gt;.</p>\n"
