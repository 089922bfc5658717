"""The newsroom's desk in the admin: who sees and changes what, and that it only calls the models' methods."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from articles.models import Article, Entry
from tests.people import make_article, make_entry

pytestmark = pytest.mark.django_db

ENTRIES = reverse("admin:articles_entry_changelist")
ARTICLES = reverse("admin:articles_article_changelist")
ADD = reverse("admin:articles_entry_add")


def desk_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def change_form(thing: Article | Entry) -> str:
    return reverse(f"admin:articles_{thing._meta.model_name}_change", args=[thing.pk])


def listed(person: User) -> set[Any]:
    response = desk_of(person).get(ENTRIES)
    assert response.status_code == 200
    return {entry.text for entry in response.context["cl"].result_list}


def act(person: User, action: str, *things: Article | Entry) -> str:
    """Chooses an action for rows of a list. Returns the page that follows."""
    address = ENTRIES if isinstance(things[0], Entry) else ARTICLES
    data = {"action": action, "_selected_action": [thing.pk for thing in things]}
    return desk_of(person).post(address, data, follow=True).content.decode()


def fields(entry: Entry, **changed: Any) -> dict[str, Any]:
    """What the change form sends: browsers send line ends as CRLF."""
    sent = {"headline": entry.headline, "text": entry.text, "byline": entry.byline} | changed
    return {name: value.replace("\n", "\r\n") if isinstance(value, str) else value for name, value in sent.items()}


@pytest.fixture
def hers(article: Article, carla: User) -> Entry:
    return make_entry(article, "One.\n\nTwo.", author=carla, byline="Carla")


@pytest.fixture
def another_s(article: Article, edith: User) -> Entry:
    return Entry.objects.create(article=article, text="Secret plan", author=edith)


# Who sees what


def test_a_correspondent_sees_her_own_entries_and_an_editor_all(
    carla: User, edith: User, ada: User, hers: Entry, another_s: Entry
) -> None:
    assert listed(carla) == {hers.text}
    assert listed(edith) == listed(ada) == {hers.text, another_s.text}


def test_a_moderator_has_no_entries_and_a_reader_no_desk(mo: User, nadia: User, hers: Entry) -> None:
    for address in (ENTRIES, ADD, change_form(hers)):
        assert desk_of(mo).get(address).status_code == 403
        assert desk_of(nadia).get(address)["Location"].startswith(reverse("admin:login"))
        assert Client().get(address)["Location"].startswith(reverse("admin:login"))


@pytest.mark.parametrize("page", ["change", "history", "delete"])
def test_nothing_of_another_s_entry_is_reached_by_its_address(carla: User, another_s: Entry, page: str) -> None:
    response = desk_of(carla).get(reverse(f"admin:articles_entry_{page}", args=[another_s.pk]), follow=True)
    assert "Secret plan" not in response.content.decode()


@pytest.mark.parametrize("query", ["?q=Secret", "?state__exact=draft", "?q=Secret&all=", "?o=1", "?author=2"])
def test_no_search_or_filter_finds_it(carla: User, another_s: Entry, hers: Entry, query: str) -> None:
    response = desk_of(carla).get(ENTRIES + query, follow=True)
    assert "Secret plan" not in response.content.decode()


def test_a_correspondent_changes_nothing_of_another_s(carla: User, another_s: Entry) -> None:
    desk_of(carla).post(change_form(another_s), fields(another_s, text="Mine now", _publish="1"))
    for action in ("publish", "withdraw", "pin"):
        act(carla, action, another_s)
    another_s.refresh_from_db()
    assert (another_s.text, another_s.state) == ("Secret plan", Entry.State.DRAFT)


def test_a_correspondent_sees_articles_but_changes_none(carla: User, article: Article) -> None:
    assert desk_of(carla).get(change_form(article)).status_code == 200
    assert desk_of(carla).post(change_form(article), {"title": "Mine now"}).status_code == 403
    act(carla, "end", article)
    article.refresh_from_db()
    assert (article.title, article.state) == ("Storm over the coast", "live")


@pytest.mark.parametrize("kind", ["topic", "article", "entry"])
def test_nobody_deletes(ada: User, edith: User, article: Article, hers: Entry, kind: str) -> None:
    ada.is_superuser = True
    ada.save()
    thing = {"topic": article.topic, "article": article, "entry": hers}[kind]
    for person in (edith, ada):
        desk = desk_of(person)
        address = reverse(f"admin:articles_{kind}_delete", args=[thing.pk])
        assert desk.post(address, {"post": "yes"}).status_code == 403
        changelist = desk.get(reverse(f"admin:articles_{kind}_changelist")).content.decode()
        assert "delete_selected" not in changelist
    thing.refresh_from_db()


# Writing


def test_the_form_knows_the_one_live_article_and_the_byline(carla: User, article: Article) -> None:
    initial = desk_of(carla).get(ADD).context["adminform"].form.initial
    assert (initial["article"], initial["byline"]) == (article.pk, "Carla")


def test_of_two_live_articles_it_chooses_none(carla: User, article: Article) -> None:
    make_article("Another")
    assert "article" not in desk_of(carla).get(ADD).context["adminform"].form.initial


def test_saving_keeps_a_draft_of_one_s_own(carla: User, article: Article) -> None:
    desk_of(carla).post(ADD, {"article": article.pk, "text": "Two *roads*.", "byline": "C."})
    entry = Entry.objects.get()
    assert (entry.state, entry.author, entry.byline) == (Entry.State.DRAFT, carla, "C.")
    assert entry.html == "<p>Two <em>roads</em>.</p>\n"


def test_publish_on_the_add_form_publishes_and_opens_the_next_one(carla: User, article: Article) -> None:
    assert 'name="_publish"' in desk_of(carla).get(ADD).content.decode()
    response = desk_of(carla).post(ADD, {"article": article.pk, "text": "Two roads.", "_publish": "Publish"})
    assert response["Location"] == ADD
    entry = Entry.objects.get()
    assert (entry.state, entry.author) == (Entry.State.PUBLISHED, carla)
    assert entry.change == Article.objects.get(pk=article.pk).change


def test_publish_in_an_ended_article_says_why_not_and_keeps_the_draft(carla: User, article: Article) -> None:
    article.end()
    data = {"article": article.pk, "text": "Two roads.", "_publish": "Publish"}
    page = desk_of(carla).post(ADD, data, follow=True).content.decode()
    assert "This article has ended. Resume it first, then publish." in page
    assert Entry.objects.get().state == Entry.State.DRAFT


def test_an_edit_goes_through_the_method(carla: User, hers: Entry) -> None:
    before = hers.change
    desk_of(carla).post(change_form(hers), fields(hers, text="New text.\n\nMore."))
    hers.refresh_from_db()
    assert (hers.text, hers.change) == ("New text.\n\nMore.", before + 1)
    assert hers.edited_at is not None


def test_saving_without_a_change_is_none(carla: User, hers: Entry) -> None:
    desk_of(carla).post(change_form(hers), fields(hers))
    after = Entry.objects.get(pk=hers.pk)
    assert (after.change, after.edited_at, after.text) == (hers.change, None, hers.text)


def test_only_a_draft_has_the_publish_button(carla: User, article: Article, hers: Entry) -> None:
    draft = Entry.objects.create(article=article, text="One", author=carla)
    assert 'name="_publish"' in desk_of(carla).get(change_form(draft)).content.decode()
    assert 'name="_publish"' not in desk_of(carla).get(change_form(hers)).content.decode()
    desk_of(carla).post(change_form(draft), fields(draft, text="Two", _publish="Publish"))
    draft.refresh_from_db()
    assert (draft.text, draft.state) == ("Two", Entry.State.PUBLISHED)


def test_an_entry_stays_in_its_article(edith: User, hers: Entry) -> None:
    other = make_article("Another")
    desk_of(edith).post(change_form(hers), fields(hers, article=other.pk))
    hers.refresh_from_db()
    assert hers.article_id != other.pk


# Actions


def test_actions_call_the_methods(edith: User, article: Article) -> None:
    entry = Entry.objects.create(article=article, text="One")
    seen = []
    for action in ("publish", "pin", "unpin", "withdraw", "restore"):
        assert "1 done." in act(edith, action, entry)
        entry.refresh_from_db()
        seen.append((action, str(entry.state), entry.is_pinned))
    assert seen == [
        ("publish", "published", False),
        ("pin", "published", True),
        ("unpin", "published", False),
        ("withdraw", "withdrawn", False),
        ("restore", "published", False),
    ]
    assert Article.objects.get(pk=article.pk).change == article.change + 5


def test_an_article_goes_through_its_states(edith: User, article: Article) -> None:
    states = []
    for action in ("pause", "resume", "end", "resume"):
        act(edith, action, article)
        article.refresh_from_db()
        states.append(str(article.state))
    assert states == ["paused", "live", "ended", "live"]


def test_a_refusal_is_shown_and_the_rest_is_done(edith: User, article: Article) -> None:
    published, draft = make_entry(article, "Seen"), Entry.objects.create(article=article, text="New")
    page = act(edith, "publish", published, draft)
    assert "“Seen” is published, so this cannot be done." in page
    assert "1 done." in page
    draft.refresh_from_db()
    assert draft.state == Entry.State.PUBLISHED


# Articles


def test_an_address_that_readers_know_stays(edith: User, article: Article) -> None:
    form = desk_of(edith).get(change_form(article)).context["adminform"].form
    assert "slug" not in form.fields
    assert "topic" not in form.fields
    draft = Article.objects.create(topic=article.topic, title="W", slug="w", time_zone="UTC", language="en")
    assert "slug" in desk_of(edith).get(change_form(draft)).context["adminform"].form.fields


def test_an_editor_edits_an_article_through_the_method(edith: User, article: Article) -> None:
    entry = make_entry(article)
    data = {"title": "Flood", "lead": "", "time_zone": "Asia/Tokyo", "language": "en", "comment_policy": "open"}
    data["initial-title"] = article.title
    response = desk_of(edith).post(change_form(article), data)
    assert response.status_code == 302
    after = Article.objects.get(pk=article.pk)
    assert (after.title, after.slug, after.change) == ("Flood", article.slug, entry.change + 1)
    assert after.time_zone == "Asia/Tokyo"


@pytest.mark.parametrize("time_zone", ["Berlin", "../etc/passwd"])
def test_a_zone_that_is_none_is_refused_in_the_form(edith: User, article: Article, time_zone: str) -> None:
    data = {"title": "Flood", "time_zone": time_zone, "language": "en", "comment_policy": "open"}
    response = desk_of(edith).post(change_form(article), data)
    assert "is not a time zone. Write it as Europe/Istanbul." in response.content.decode()


def test_a_second_article_at_one_address_is_refused_in_the_form(edith: User, article: Article) -> None:
    data = {"topic": article.topic_id, "title": "B", "slug": article.slug, "time_zone": "UTC", "language": "en"}
    add = reverse("admin:articles_article_add")
    response = desk_of(edith).post(add, data | {"comment_policy": "open"})
    assert response.status_code == 200
    assert response.context["errors"]
    assert Article.objects.count() == 1


# Size


@pytest.mark.parametrize("kind", ["topic", "article", "entry"])
def test_a_list_of_fifty_takes_no_more_queries_than_one_of_two(
    edith: User, article: Article, kind: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    desk, address = desk_of(edith), reverse(f"admin:articles_{kind}_changelist")
    make_entry(article)
    for number in range(50):
        make_entry(make_article(f"Number {number}") if kind != "entry" else article, author=edith)
    with django_assert_max_num_queries(14):
        assert desk.get(address).status_code == 200


def test_only_an_editor_brings_a_withdrawn_entry_back(client: Client, carla: User, edith: User) -> None:
    entry = make_entry(make_article(), author=carla)
    entry.withdraw()
    for person, state in ((carla, "withdrawn"), (edith, "published")):
        client.force_login(person)
        client.post("/admin/articles/entry/", {"action": "restore", "index": "0", "_selected_action": [entry.pk]})
        entry.refresh_from_db()
        assert entry.state == state


def test_what_cannot_be_published_is_kept_as_a_draft_and_shown(client: Client, carla: User) -> None:
    article = make_article()
    article.end()
    client.force_login(carla)
    sent = {"article": article.pk, "headline": "", "text": "Too late.", "byline": "Carla", "_publish": "Publish"}
    answer = client.post("/admin/articles/entry/add/", sent, follow=True)
    entry = Entry.objects.get(text="Too late.")
    assert answer.redirect_chain[-1][0] == f"/admin/articles/entry/{entry.pk}/change/"
    assert "It is kept here as a draft." in answer.text
