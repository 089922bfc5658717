"""Five roles come with the site; what each may do stands here, and that nobody makes themselves more."""

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.people import make_person

pytestmark = pytest.mark.django_db

READ_ARTICLES = {"view_topic", "view_article", "view_entry"}
READ_COMMENTS = {"view_comment", "view_decision", "view_report"}
BYLINES = {"view_byline", "add_byline", "change_byline"}
WRITE = {"add_entry", "change_entry"} | BYLINES
PUBLISH = WRITE | {"publish_entry"}
EDIT = PUBLISH | {"add_topic", "change_topic", "add_article", "change_article", "change_any_entry"}
PEOPLE = {f"{action}_{kind}" for action in ("add", "change", "view") for kind in ("user", "group")}
ROLES = {
    "contributor": READ_ARTICLES | WRITE,
    "correspondent": READ_ARTICLES | PUBLISH,
    "editor": READ_ARTICLES | EDIT | READ_COMMENTS,
    "moderator": {"view_topic", "view_article", "moderate_comment"} | READ_COMMENTS,
    "administrator": READ_ARTICLES
    | EDIT
    | READ_COMMENTS
    | {"moderate_comment", "resolve_byline", "view_bylinelookup"}
    | PEOPLE,
}
USERS = reverse("admin:accounts_user_changelist")


@pytest.fixture
def root(db: None) -> User:
    """A superuser, made on the command line."""
    return User.objects.create_superuser("root", "root@example.org", "secret", name="Root")


@pytest.fixture
def desk(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


def change_form(person: User) -> str:
    return reverse("admin:accounts_user_change", args=[person.pk])


def sent(person: User, **changed: object) -> dict[str, object]:
    kept = {"username": person.username, "name": person.name, "email": person.email, "is_active": "on"}
    return kept | changed


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_exactly_this(role: str) -> None:
    assert set(Group.objects.get(name=role).permissions.values_list("codename", flat=True)) == ROLES[role]


def test_there_are_no_other_roles() -> None:
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)


def test_no_role_may_delete() -> None:
    assert not Group.objects.filter(permissions__codename__startswith="delete").exists()


def test_a_reader_may_nothing_at_the_desk(nadia: User) -> None:
    assert nadia.get_all_permissions() == set()
    assert not nadia.is_staff


@pytest.mark.parametrize("role", ["carla", "edith", "mo"])
def test_only_administrators_see_people(request: pytest.FixtureRequest, client: Client, nadia: User, role: str) -> None:
    client.force_login(request.getfixturevalue(role))
    for address in (USERS, change_form(nadia), reverse("admin:accounts_user_add")):
        assert client.get(address).status_code == 403


def test_an_administrator_gives_a_role(desk: Client, nadia: User) -> None:
    editor = Group.objects.get(name="editor")
    response = desk.post(change_form(nadia), sent(nadia, is_staff="on", groups=[editor.pk]))
    assert response.status_code == 302
    nadia.refresh_from_db()
    assert nadia.is_staff
    assert list(nadia.groups.all()) == [editor]


def test_an_administrator_makes_nobody_a_superuser(desk: Client, ada: User, nadia: User) -> None:
    for person in (ada, nadia):
        groups = list(person.groups.values_list("pk", flat=True))
        response = desk.post(change_form(person), sent(person, is_staff="on", is_superuser="on", groups=groups))
        assert response.status_code == 302
        person.refresh_from_db()
        assert not person.is_superuser


def test_nor_a_new_person(desk: Client) -> None:
    password = "a long pass phrase"
    data = {"username": "new", "name": "New", "email": "", "usable_password": "true"}
    data |= {"password1": password, "password2": password, "is_superuser": "on", "is_staff": "on"}
    assert desk.post(reverse("admin:accounts_user_add"), data).status_code == 302
    new = User.objects.get(username="new")
    assert not new.is_superuser
    assert not new.is_staff


def test_nor_gives_single_permissions(desk: Client, ada: User) -> None:
    assert "user_permissions" not in desk.get(change_form(ada)).context["adminform"].form.fields


def test_a_superuser_s_account_is_out_of_an_administrator_s_reach(desk: Client, root: User) -> None:
    password = {"password1": "a long pass phrase", "password2": "a long pass phrase", "usable_password": "true"}
    assert desk.post(change_form(root), sent(root, name="Mine")).status_code == 403
    assert desk.post(reverse("admin:auth_user_password_change", args=[root.pk]), password).status_code == 403
    root.refresh_from_db()
    assert (root.name, root.check_password("secret")) == ("Root", True)


def test_a_superuser_changes_a_superuser(client: Client, root: User, nadia: User) -> None:
    client.force_login(root)
    assert client.post(change_form(nadia), sent(nadia, is_superuser="on")).status_code == 302
    nadia.refresh_from_db()
    assert nadia.is_superuser


def test_nobody_takes_another_s_public_name(nadia: User) -> None:
    twin = User(username="nadia2", name="NADIA", email="n@example.org", password="x")
    with pytest.raises(ValidationError):
        twin.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_what_others_see_is_the_public_name_alone() -> None:
    person = make_person("Zoë")
    assert str(person) == person.get_full_name() == person.get_short_name() == "Zoë"
