"""A pseudonym: nobody but an administrator finds out who writes under it, and that is written down."""

import json
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from articles.models import Article, Byline, BylineLookup, Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def salma(carla: User) -> User:
    """A correspondent who writes as Sparrow."""
    carla.name, carla.username, carla.email = "Salma Haddad", "shaddad", "salma@example.org"
    carla.save()
    Byline.objects.create(name="Sparrow", owner=carla, is_pseudonym=True)
    return carla


@pytest.fixture
def entry(article: Article, salma: User) -> Entry:
    entry = Entry.objects.post(article, by=salma, key=uuid4(), text="Shots at the square.", byline="Sparrow")
    entry.edit(by=salma, text="Shots at the old square.")
    return entry


def desk_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


TRACES = ("Salma", "Haddad", "shaddad", "salma@")


def clean(response: object) -> bool:
    said = response.content.decode() + json.dumps(dict(response.headers))
    return not any(trace in said for trace in TRACES)


def test_no_public_byte_says_who_it_is(entry: Entry, client: Client) -> None:
    article = entry.article
    for address in (
        article.get_absolute_url(),
        entry.get_absolute_url(),
        f"/live/{article.pk}/changes?after=0",
        reverse("archive", args=[entry.day]),
        "/",
        "/corrections/",
    ):
        response = client.get(address)
        assert response.status_code == 200
        assert clean(response), address


@pytest.mark.parametrize("role", ["conny", "edith"])
def test_nor_does_the_desk_to_others(request: pytest.FixtureRequest, entry: Entry, salma: User, role: str) -> None:
    desk = desk_of(request.getfixturevalue(role))
    entry.presences.create(person=salma, seen_at=entry.published_at.replace(year=2100))
    for address in (
        reverse("admin:desk", args=[entry.article_id]),
        reverse("admin:desk_latest", args=[entry.article_id]),
        reverse("admin:desk_entry", args=[entry.pk]),
        reverse("admin:desk_revisions", args=[entry.pk]),
        reverse("admin:articles_entry_changelist"),
        reverse("admin:articles_entry_change", args=[entry.pk]),
        reverse("admin:articles_entry_history", args=[entry.pk]),
        reverse("admin:articles_byline_changelist"),
        reverse("admin:index"),
    ):
        assert clean(desk.get(address, follow=True)), address


def test_whose_it_is_cannot_be_asked_for_in_an_address(entry: Entry, edith: User, salma: User) -> None:
    desk, entries = desk_of(edith), reverse("admin:articles_entry_changelist")
    for query in (f"author={salma.pk}", "author__username=shaddad", "author__name__startswith=S", "author__isnull=0"):
        # Django sends whoever asks for what is not allowed to ?e=1, or refuses.
        response = desk.get(f"{entries}?{query}")
        assert response.status_code in (302, 400), query


def test_nobody_else_writes_under_it(article: Article, salma: User, edith: User) -> None:
    data = {"key": str(uuid4()), "text": "Mine.", "bylines": ["Sparrow"]}
    address = reverse("admin:desk_send", args=[article.pk, "publish"])
    response = desk_of(edith).post(address, data, headers={"accept": "application/json"})
    assert response.status_code == 422
    assert "is no byline of yours" in response.json()["error"]
    assert "Sparrow" not in desk_of(edith).get(reverse("admin:desk", args=[article.pk])).content.decode()


def test_an_editor_amends_it_and_the_name_stays(entry: Entry, edith: User) -> None:
    form = desk_of(edith).get(reverse("admin:desk_entry", args=[entry.pk])).json()
    data = {"key": form["key"], "based_on": form["version"], "text": "Shots.", "bylines": form["bylines"]}
    address = reverse("admin:desk_send", args=[entry.article_id, "save"])
    assert desk_of(edith).post(address, data, headers={"accept": "application/json"}).status_code == 200
    entry.refresh_from_db()
    assert (entry.text, entry.byline) == ("Shots.", "Sparrow")


def test_colleagues_under_their_open_names_may_be_named_beside(article: Article, salma: User, edith: User) -> None:
    Byline.objects.create(name="Edith Lang", owner=edith)
    entry = {"key": str(uuid4()), "text": "Together.", "bylines": ["Sparrow", "Edith Lang"]}
    address = reverse("admin:desk_send", args=[article.pk, "publish"])
    assert desk_of(salma).post(address, entry, headers={"accept": "application/json"}).status_code == 200
    assert Entry.objects.get().byline == "Sparrow, Edith Lang"


def test_an_administrator_finds_out_and_that_is_kept(salma: User, ada: User) -> None:
    data = {"action": "resolve", "_selected_action": [Byline.objects.get(name="Sparrow").pk]}
    page = desk_of(ada).post(reverse("admin:articles_byline_changelist"), data, follow=True).content.decode()
    assert "“Sparrow” is Salma Haddad." in page
    lookup = BylineLookup.objects.get()
    assert (lookup.byline.name, lookup.by) == ("Sparrow", ada)
    assert "Sparrow" in desk_of(ada).get(reverse("admin:articles_bylinelookup_changelist")).content.decode()


@pytest.mark.parametrize("role", ["conny", "edith", "mo"])
def test_nobody_else_does(request: pytest.FixtureRequest, salma: User, role: str) -> None:
    person = request.getfixturevalue(role)
    with pytest.raises(PermissionDenied):
        Byline.objects.get(name="Sparrow").resolve(person)
    data = {"action": "resolve", "_selected_action": [Byline.objects.get(name="Sparrow").pk]}
    assert clean(desk_of(person).post(reverse("admin:articles_byline_changelist"), data, follow=True))
    assert not BylineLookup.objects.exists()


def test_a_byline_has_no_comma(salma: User) -> None:
    page = desk_of(salma).post(reverse("admin:articles_byline_add"), {"name": "One, Two"})
    assert "A byline is one name, without a comma." in page.content.decode()


def send(person: User, article: Article, action: str, **fields: object) -> object:
    address = reverse("admin:desk_send", args=[article.pk, action])
    return desk_of(person).post(address, fields, headers={"accept": "application/json"})


def test_a_draft_under_the_open_name_before_it_is_seen_by_nobody(article: Article, salma: User, edith: User) -> None:
    key = str(uuid4())
    send(salma, article, "draft", key=key, text="Shots", bylines=["Salma Haddad"])
    draft = Entry.objects.get()
    draft.presences.create(person=salma, seen_at=timezone.now())
    desk = desk_of(edith)
    assert clean(desk.get(reverse("admin:desk", args=[article.pk])))
    assert desk.get(reverse("admin:desk_entry", args=[draft.pk])).status_code == 403
    assert clean(desk.get(reverse("admin:articles_entry_changelist")))
    send(salma, article, "publish", key=key, text="Shots", bylines=["Sparrow"])
    revisions = desk.get(reverse("admin:desk_revisions", args=[draft.pk]))
    assert "Sparrow" in revisions.content.decode()
    assert clean(revisions)


def test_she_herself_sees_all_of_it(entry: Entry, salma: User) -> None:
    entry.edit(by=salma, byline="Salma Haddad")
    page = desk_of(salma).get(reverse("admin:desk_revisions", args=[entry.pk])).content.decode()
    assert "Byline" in page or "byline" in page
    assert "Salma Haddad" in page


def test_nobody_else_takes_it_away(entry: Entry, salma: User, edith: User) -> None:
    form = {"key": str(entry.key), "based_on": entry.version, "text": entry.text}
    refusal = send(edith, entry.article, "save", **form)
    assert refusal.status_code == 422
    assert "“Sparrow” stays on this entry" in refusal.json()["error"]
    data = {"text": "Shots.", "byline": "", "based_on": entry.version}
    page = desk_of(edith).post(reverse("admin:articles_entry_change", args=[entry.pk]), data).content.decode()
    assert "“Sparrow” stays on this entry" in page
    assert send(salma, entry.article, "save", **form).status_code == 200
    assert Entry.objects.get().byline == ""
    # Nor then is it said who wrote it.
    assert clean(desk_of(edith).get(reverse("admin:desk_revisions", args=[entry.pk])))


@pytest.mark.parametrize("name", ["sparrow", "SPARROW"])
def test_nor_writes_under_another_spelling_of_it(article: Article, salma: User, edith: User, name: str) -> None:
    data = {"article": article.pk, "text": "Mine.", "byline": name}
    page = desk_of(edith).post(reverse("admin:articles_entry_add"), data).content.decode()
    assert "is no byline of yours" in page
    page = desk_of(edith).post(reverse("admin:articles_byline_add"), {"name": name}).content.decode()
    assert Byline.objects.count() == 1
    assert "Salma" not in page


@pytest.mark.parametrize("query", ["bylines=1", "bylines__name=Sparrow", "entries=1", "presences=1"])
def test_an_administrator_does_not_find_out_by_the_list_of_people(entry: Entry, ada: User, query: str) -> None:
    response = desk_of(ada).get(f"{reverse('admin:accounts_user_changelist')}?{query}")
    assert response.status_code in (302, 400)
    assert not BylineLookup.objects.exists()
