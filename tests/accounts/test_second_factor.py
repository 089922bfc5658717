"""Staff prove twice who they are. Without it every page of the newsroom is closed to them, and says what to do."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.urls import get_resolver, reverse

from accounts.models import User
from articles.models import Article
from tests.accounts.authenticator import App
from tests.accounts.mailbox import sign_in_by_code, who
from tests.newsroom.pages import Page, read
from tests.newsroom.test_rights import ADMIN, Site
from tests.newsroom.test_shared_pages import is_shared, routes
from tests.people import make_person, say

pytestmark = pytest.mark.django_db

SET_UP, ASK = reverse("second-factor"), reverse("mfa_reauthenticate")
# Ways in and out.
OPEN = {"/admin/login/", "/admin/logout/"}


@pytest.fixture(autouse=True)
def _required(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture
def newsroom(article: Article) -> Site:
    return Site()


# Who has none yet


def test_every_page_of_the_newsroom_leads_to_setting_one_up(newsroom: Site) -> None:
    """Every route of the admin and the desk; for each role that works there."""
    for role in ("contributor", "correspondent", "editor", "moderator", "administrator"):
        client = newsroom.client(role)
        for route in sorted(set(ADMIN) - OPEN):
            address = newsroom.address(route)
            for answer in (client.get(address), client.post(address)):
                assert (answer.status_code, answer.get("Location", "").partition("?")[0]) == (302, SET_UP), route


def test_so_does_every_other_page_that_is_not_public_or_one_s_own(newsroom: Site) -> None:
    """Those that are made one day, too: what is not named here is closed."""
    client = newsroom.client("moderator")
    closed = [
        route
        for route, pattern in routes(get_resolver())
        if not is_shared(pattern)
        and not route.startswith(("/admin/", "/accounts/", "/me/", "/favicon", "/photographs/"))
    ]
    assert "/c/<int:pk>/moderate/" in closed
    assert "/<words:topic>/<words:slug>/comments/new/" in closed
    for route in closed:
        address = route.replace("<int:pk>", str(newsroom.comment.pk)).replace("<words:topic>", "weather")
        answer = client.get(address.replace("<words:slug>", "storm"))
        if answer.status_code != 404:
            assert answer.get("Location", "").startswith(SET_UP), route


def test_a_script_is_told_in_a_sentence(client: Client, carla: User, article: Article) -> None:
    client.force_login(carla)
    address = reverse("admin:desk_send", args=[article.pk, "draft"])
    answer = client.post(address, {"text": "The dike holds."}, headers={"accept": "application/json"})
    assert answer.status_code == 403
    assert "Set up a second factor first" in answer.json()["error"]
    assert "no-store" in answer["Cache-Control"]


def test_what_was_typed_comes_back(client: Client, mo: User, article: Article) -> None:
    client.force_login(mo)
    answer = client.post(f"/weather/{article.slug}/comments/new/", {"text": "The water </textarea> rises."})
    assert answer.status_code == 403
    page = Page(answer.content.decode())
    assert page.text("textarea") == "The water </textarea> rises."
    assert page.attribute("main a.button", "href").startswith(SET_UP)


def test_readers_and_the_public_pages_are_left_alone(client: Client, nadia: User, mo: User, article: Article) -> None:
    for person in (nadia, mo):
        client.force_login(person)
        for address in ("/", article.get_absolute_url(), reverse("you"), reverse("settings"), reverse("me")):
            assert client.get(address).status_code == 200
    client.force_login(nadia)
    assert client.get(f"/weather/{article.slug}/comments/new/").status_code == 200


def test_the_page_says_what_to_choose_from(client: Client, mo: User) -> None:
    client.force_login(mo)
    page = read(client, f"{SET_UP}?next=/admin/")
    assert page.errors == []
    assert {reverse("mfa_add_webauthn"), reverse("mfa_activate_totp")} <= set(page.attributes("main a", "href"))


def test_an_app_is_set_up_and_the_desk_is_open_at_once(client: Client, carla: User) -> None:
    sign_in_by_code(client, carla.email)
    page = read(client, reverse("mfa_activate_totp"))
    assert page.attribute("img.qr", "src").startswith("data:image/svg+xml")
    assert client.get("/admin/").status_code == 302
    App.set_up(client)
    assert client.get("/admin/").status_code == 200
    assert "Go on" in read(client, f"{SET_UP}?next=/admin/").texts("main a")
    # And a mail says so, in case it was somebody else.
    assert mail.outbox[-1].subject.startswith("[Newsroom] ")


def test_recovery_codes_are_shown_for_the_day_the_phone_is_lost(client: Client, carla: User) -> None:
    sign_in_by_code(client, carla.email)
    App.set_up(client)
    codes = Authenticator.objects.get(user=carla, type="recovery_codes").wrap().get_unused_codes()
    assert len(codes) == 10
    client.post(reverse("logout"))
    sign_in_by_code(client, carla.email)
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert who(client) == "Carla"
    assert client.get("/admin/").status_code == 200


# Who has one


def test_it_is_asked_for_after_a_code_and_after_a_password(carla: User) -> None:
    app = App(carla)
    for by_code in (True, False):
        client = Client()
        if by_code:
            answer = sign_in_by_code(client, carla.email, "/admin/")
        else:
            fields = {"login": "carla", "password": "secret", "next": "/admin/"}
            answer = client.post(reverse("login-password"), fields)
        assert answer["Location"] == reverse("mfa_authenticate")
        assert who(client) is None
        assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert app.authenticate(client)["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("code", ["", "000000", "12345", "x" * 500])
def test_a_wrong_one_is_refused_with_a_sentence(client: Client, carla: User, code: str) -> None:
    App(carla)
    sign_in_by_code(client, carla.email)
    answer = client.post(reverse("mfa_authenticate"), {"code": code})
    assert Page(answer.content.decode()).texts(".errorlist li")
    assert who(client) is None


def test_after_five_wrong_ones_the_right_one_waits(client: Client, carla: User) -> None:
    app = App(carla)
    sign_in_by_code(client, carla.email)
    for _try in range(5):
        app.authenticate(client, "000000")
    app.authenticate(client)
    assert who(client) is None


def test_who_is_half_signed_in_is_led_on_by_the_sign_in_page(client: Client, carla: User) -> None:
    App(carla)
    sign_in_by_code(client, carla.email)
    assert client.get(reverse("login"))["Location"] == reverse("mfa_authenticate")


def test_a_session_from_before_is_asked_for_it(client: Client, carla: User) -> None:
    """Who had got in by her mail alone does not become the owner of her second factor."""
    client.force_login(carla)
    app = App(carla)
    answer = client.get("/admin/")
    assert answer["Location"] == f"{ASK}?next=/admin/"
    back = client.post(answer["Location"], {"code": app.code(), "next": "/admin/"})
    assert back["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_who_takes_it_away_is_outside_again(client: Client, carla: User) -> None:
    sign_in_by_code(client, carla.email)
    App.set_up(client)
    client.post(reverse("mfa_deactivate_totp"))
    assert client.get("/admin/")["Location"].startswith(SET_UP)


def test_recovery_codes_alone_are_no_second_factor(client: Client, carla: User) -> None:
    Authenticator.objects.create(user=carla, type="recovery_codes", data={})
    client.force_login(carla)
    assert client.get("/admin/")["Location"].startswith(SET_UP)


# Lost


def take_away(client: Client, *people: User) -> Any:
    fields = {"action": "take_second_factors_away", "_selected_action": [person.pk for person in people]}
    return client.post(reverse("admin:accounts_user_changelist"), fields, follow=True)


def test_an_administrator_helps_who_lost_theirs_and_it_is_written_down(
    client: Client, ada: User, carla: User, settings: Any
) -> None:
    settings.STAFF_SECOND_FACTOR = False
    App(carla)
    client.force_login(ada)
    assert "Carla can set up new ones." in take_away(client, carla).content.decode()
    assert not Authenticator.objects.exists()
    history = client.get(reverse("admin:accounts_user_history", args=[carla.pk])).content.decode()
    assert "second factors removed" in history


def test_but_not_a_superuser_nor_does_an_editor(client: Client, ada: User, edith: User, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    root = make_person("Root", "administrator")
    User.objects.filter(pk=root.pk).update(is_superuser=True)
    App(root)
    client.force_login(ada)
    assert "Only a superuser" in take_away(client, root).content.decode()
    client.force_login(edith)
    assert take_away(client, root).status_code == 403
    assert Authenticator.objects.filter(user=root).exists()


def test_no_page_of_the_admin_shows_the_secrets(client: Client, ada: User, carla: User, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    app = App(carla)
    client.force_login(ada)
    assert not [route for route in ADMIN if route.startswith(("/admin/mfa/", "/admin/account/"))]
    assert app.secret not in client.get(reverse("admin:accounts_user_change", args=[carla.pk])).content.decode()


def test_with_the_setting_off_nobody_is_asked(client: Client, mo: User, article: Article, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(mo)
    assert client.get(f"/c/{say(mo, article).pk}/moderate/").status_code == 200


# A session that was open before somebody set one up.


@pytest.mark.parametrize(
    "page",
    [
        "mfa_index",
        "mfa_view_recovery_codes",
        "mfa_deactivate_totp",
        "mfa_list_webauthn",
        "account_email",
        "account_set_password",
    ],
)
def test_it_neither_sees_nor_changes_what_one_signs_in_with(client: Client, nadia: User, page: str) -> None:
    """A reader's as little as one of the newsroom."""
    sign_in_by_code(client, nadia.email)
    App(nadia)
    for method in (client.get, client.post):
        answer = method(reverse(page))
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("mfa_reauthenticate"))
    assert Authenticator.objects.filter(user=nadia, type=Authenticator.Type.TOTP).exists()
    assert nadia.email in mail.outbox[0].to


def test_who_has_a_moderator_s_right_and_is_not_of_the_staff_moderates_nothing(
    client: Client, mo: User, nadia: User, article: Article
) -> None:
    """Nobody asks them for a second factor."""
    comment = say(nadia, article)
    User.objects.filter(pk=mo.pk).update(is_staff=False)
    client.force_login(mo)
    for path in (f"/c/{comment.pk}/moderate/", f"/c/{comment.pk}/pick/"):
        assert client.post(path, {"action": "hide", "reason": "abuse", "on": "1"}).status_code == 403
    assert client.get(reverse("me")).json()["moderator"] is False
