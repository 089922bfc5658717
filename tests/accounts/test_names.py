"""Public names: any that people have, none that is somebody else's in disguise."""

import json
import unicodedata
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts import names
from accounts.lookalikes import skeleton
from accounts.models import User
from articles.models import Article, Byline
from tests.accounts.mailbox import NAME, sign_in_by_code, who
from tests.newsroom.pages import Page, read
from tests.people import make_person, say

pytestmark = pytest.mark.django_db

NAUGHTY = Path(settings.BASE_DIR).parent / "shared" / "data" / "hostile" / "naughty-strings.json"

# Controls, soft hyphen, joiners, fillers, bidi marks, overrides and isolates, selectors, tags, private ones.
INVISIBLE = (
    "0 7 1b 7f ad 34f 61c 115f 180e 200b 200c 200d 200e 200f 202a 202b 202c 202d 202e 2060 2062 2066 2067 2068 2069 "
    "206a 2800 3164 fe00 fe0f feff ffa0 fff9 e0041 e000 fffff ffff"
)


@pytest.fixture
def new(client: Client) -> Client:
    """Signed in for the first time, without a name."""
    sign_in_by_code(client, "paula@example.org")
    return client


def choose(client: Client, name: str) -> Any:
    return client.post(NAME, {"name": name, "next": "/weather/"})


def refusal(client: Client, name: str) -> str:
    answer = choose(client, name)
    assert answer.status_code == 422, f"{name!a} was taken"
    page = Page(answer.content.decode())
    assert page.attribute("input[name=next]", "value") == "/weather/"
    return page.text(".errorlist li")


# Choosing one


def test_it_is_asked_for_once(new: Client) -> None:
    page = read(new, NAME)
    assert page.errors == []
    assert page.attributes("label", "for") == page.attributes("input[name=name]", "id")
    assert choose(new, "Paula")["Location"] == "/weather/"
    assert who(new) == "Paula"
    assert new.get(f"{NAME}?next=/weather/")["Location"] == "/weather/"
    assert choose(new, "Somebody else")["Location"] == "/weather/"
    assert who(new) == "Paula"


def test_until_then_no_page_shows_anything_in_its_place(new: Client) -> None:
    person = User.objects.get()
    assert not person.has_name
    assert person.name == ""
    for address in (reverse("you"), reverse("settings"), reverse("me")):
        assert person.username not in new.get(address).content.decode()
    assert NAME in str(read(new, reverse("you")).attributes("main a", "href"))


def test_nobody_signed_out_chooses_one(client: Client) -> None:
    assert client.get(NAME)["Location"] == f"{reverse('login')}?next={NAME}"


def test_it_leads_nowhere_else(new: Client) -> None:
    assert new.post(NAME, {"name": "Paula", "next": "https://evil.example/"})["Location"] == "/"


# Names of people


@pytest.mark.parametrize(
    "name",
    [
        "Ida",
        "O’Brien-Smith",
        "Zoë Ångström",
        "Nguyễn Thị Ánh",
        "محمد بن سلمان",
        "مُحَمَّد",
        "علي‌رضا",  # Persian, with a zero-width non-joiner.
        "می‌نا",
        "שָׁלוֹם",
        "李小龍",
        "やまだ たろう",
        "ガンダム",
        "김철수",
        "अनुष्का श्रीवास्तव",
        "ক্ষিতীশ",
        "ශ්‍රී",  # Sinhala, with a zero-width joiner.
        "สมชาย",
        "தமிழ்",
        "Дмитрий",
        "Ελένη",
        "Nadia Надя",
        "R2D2",
        "Mia 🌻",
        "Leo ❤️",
        "Ada 👩‍🚀",
        "x",
        "７",
    ],
)
def test_a_name_in_any_script_is_taken_as_it_is_typed(new: Client, name: str) -> None:
    assert choose(new, name).status_code == 302
    assert User.objects.get().name == unicodedata.normalize("NFC", name)


def test_two_ways_to_write_one_letter_are_stored_as_one(new: Client) -> None:
    choose(new, "Zoe\u0308")
    assert User.objects.get().name == "Zo\u00eb"


def test_spaces_around_and_between_are_put_right(new: Client) -> None:
    choose(new, "  Paula \t\u00a0 Meyer\n")
    assert User.objects.get().name == "Paula Meyer"


@pytest.mark.parametrize("letter", ["a", "é", "क्षि", "e\u0301\u0323", "👩🏽"])
def test_forty_characters_fit_as_people_count_them(new: Client, letter: str) -> None:
    fits = names.LONGEST_STORED // len(letter)
    name = "x" + letter * (min(names.LONGEST_NAME, fits) - 1)
    assert names.clean(name) == unicodedata.normalize("NFC", name)


def test_forty_one_do_not_and_the_name_is_given_back(new: Client) -> None:
    answer = choose(new, "n" * 41)
    page = Page(answer.content.decode())
    assert "41 characters long; 40 fit" in page.text(".errorlist li")
    assert page.attribute("input[name=name]", "value") == "n" * 41
    assert "maxlength" not in page.all("input[name=name]")[0].attrs


# What nobody can see, or what covers others


@pytest.mark.parametrize("number", INVISIBLE.split())
def test_what_nobody_sees_is_refused(new: Client, number: str) -> None:
    assert refusal(new, f"Pau{chr(int(number, 16))}la")


@pytest.mark.parametrize("name", ["", " ", "...", "—", "🌻", "‘’", "\u0301", "\u200c"])
def test_a_name_needs_a_letter(new: Client, name: str) -> None:
    assert refusal(new, name).startswith(("A name needs a letter", "Type a name", "This name has characters"))


def test_a_non_joiner_is_for_those_who_need_it(new: Client) -> None:
    assert names.clean("علي\u200cرضا")
    with pytest.raises(ValidationError):
        names.clean("Na\u200cdia")


def test_towers_of_marks_are_refused(new: Client) -> None:
    assert "cover the lines" in refusal(new, "Z" + "\u0301" * 6 + "oe")


@pytest.mark.parametrize("name", ["Nаdia", "Αnna", "Dмитрий", "Pаvel"])
def test_one_word_in_two_alphabets_that_look_alike_is_refused(new: Client, name: str) -> None:
    assert "Type each word in one alphabet" in refusal(new, name)


# Somebody else's


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        ("Nadia", "nadia"),
        ("Nadia", "NADIA"),
        ("Nadia", "N a d i a"),
        ("Nadia", "N.a.d.i.a."),
        ("Nadia", "Nádía"),
        ("Nadia", "Nad\u0131a"),
        ("Nadia", "Nadla"),
        ("Nadia", "Nad1a"),
        ("Nadia", "𝓝𝓪𝓭𝓲𝓪"),
        ("Nadia", "Ｎａｄｉａ"),
        ("Nadia", "Ⓝⓐⓓⓘⓐ"),
        ("Ingrid", "lngrid"),
        ("Ingrid", "1ngrid"),
        ("Ole", "0le"),
        ("Morn", "Mom"),
        ("Cora", "Сога"),
        ("Paco", "Расо"),
        ("Ann", "Αnn".replace("Α", "A")),
        ("Андрей", "андреи"),
        ("Straße", "strasse"),
        ("ﬁona", "Fiona"),
        ("محمد", "مُحَمَّد"),
        ("علی‌رضا", "علیرضا"),
        ("Zoë", "Zoe\u0308"),
        ("Mia", "Mia 🌻"),
    ],
)
def test_a_name_that_looks_like_another_is_refused(new: Client, theirs: str, mine: str) -> None:
    User.objects.create(username="them", name=theirs)
    assert refusal(new, mine) == str(names.TAKEN)


@pytest.mark.parametrize(
    ("theirs", "mine"), [("Nadia", "Nadja"), ("राम", "रमा"), ("はな", "はに"), ("李", "木"), ("Tom", "Tim")]
)
def test_a_name_that_is_only_near_is_taken(new: Client, theirs: str, mine: str) -> None:
    User.objects.create(username="them", name=theirs)
    assert choose(new, mine).status_code == 302


@pytest.mark.parametrize("mine", ["Edith", "EDITH", "Ed1th", "Édith", "E dith"])
def test_staff_are_protected_in_the_same_words(new: Client, edith: User, mine: str) -> None:
    assert refusal(new, mine) == str(names.TAKEN)


@pytest.mark.parametrize("is_pseudonym", [True, False])
@pytest.mark.parametrize("mine", ["Sparrow", "sparr0w", "Spárrow"])
def test_bylines_are_too_and_nobody_learns_which_are_pseudonyms(
    new: Client, edith: User, is_pseudonym: bool, mine: str
) -> None:
    Byline.objects.create(name="Sparrow", owner=edith, is_pseudonym=is_pseudonym)
    assert refusal(new, mine) == str(names.TAKEN)


def test_somebody_s_own_byline_is_theirs(edith: User) -> None:
    Byline.objects.create(name="Edith Sorley", owner=edith)
    assert names.clean("Edith Sorley", user_id=edith.pk, is_staff=True)


@pytest.mark.parametrize(
    "name",
    [
        "Newsroom",
        "The Newsroom",
        "newsr00m",
        "Moderator",
        "Moderator Mo",
        "moderator7",
        "M0derator",
        "Admin",
        "adm1n",
        "Administrator",
        "Editor",
        "Staff",
        "The Daily Echo",
        "Daily-Echo",
        "المشرف",
        "مشرف الموقع",
    ],
)
def test_nobody_speaks_for_the_newsroom(new: Client, name: str, settings: Any) -> None:
    settings.SITE_NAME = "The Daily Echo" if "Echo" in name else "Newsroom"
    if name == "Daily-Echo":
        settings.SITE_NAME = "Daily Echo"
    assert refusal(new, name) == str(names.RESERVED)


@pytest.mark.parametrize("name", ["Leo Staffer", "Edita", "Adminka Petrova", "Systema"])
def test_words_that_only_begin_alike_are_names(new: Client, name: str) -> None:
    assert choose(new, name).status_code == 302


@pytest.mark.parametrize(
    "name",
    ["paula@example.org", "Paula (paula@example.org)", "PAULA@EXAMPLE.ORG", "paula @example.org", "paula@", "me@x.de"],
)
def test_the_address_stays_out_of_it(new: Client, name: str) -> None:
    assert "leave the address out" in refusal(new, name)


def test_a_name_may_be_what_stands_before_the_at(new: Client) -> None:
    """Paula is called Paula, whatever her address is."""
    assert choose(new, "Paula").status_code == 302


def test_the_database_refuses_a_second_one_whoever_comes_first(new: Client, monkeypatch: Any) -> None:
    """Both have looked, and found the name free."""
    monkeypatch.setattr(names, "check_free", lambda *args: None)
    User.objects.create(username="them", name="Nadia")
    assert refusal(new, "nadla") == str(names.TAKEN)
    assert User.objects.get(email="paula@example.org").name == ""
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(username="bulk", name="NADIA")])


def test_any_number_of_people_have_no_name_yet() -> None:
    for number in range(3):
        User.objects.create(username=f"r-{number}")


def test_looking_a_name_up_is_one_index(django_assert_num_queries: Any) -> None:
    """But for the bylines, which are as many as a newsroom has."""
    with django_assert_num_queries(2):
        names.clean("Paula", user_id=7)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    explained = User.objects.filter(name_skeleton="x").explain()
    assert "INDEX" in explained.upper()


# In the admin


def test_an_administrator_is_held_to_the_same_rules(client: Client, ada: User, nadia: User) -> None:
    client.force_login(ada)
    fields = {"username": "new", "email": "", "usable_password": "false"}
    for name in ("Nadla", "Na\u202edia"):
        answer = client.post(reverse("admin:accounts_user_add"), {**fields, "name": name})
        assert Page(answer.content.decode()).texts(".errorlist li"), name
    assert client.post(reverse("admin:accounts_user_add"), {**fields, "name": "Moderator"}).status_code == 302


# As it is shown


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the hostile texts are not beside the repository")
def test_every_naughty_string_is_refused_with_a_sentence_or_shown_inert(
    client: Client, tom: User, article: Article
) -> None:
    client.force_login(tom)
    kept = []
    for text in json.loads(NAUGHTY.read_text()):
        User.objects.filter(pk=tom.pk).update(name="", name_skeleton=None)
        answer = choose(client, text)
        tom.refresh_from_db()
        if answer.status_code == 302:
            assert tom.name == unicodedata.normalize("NFC", " ".join(text.split())), ascii(text)
            kept.append(tom.name)
            page = read(client, reverse("you"))
            assert page.text("h1 bdi") == tom.name
            assert len(page.all("script")) == 1
        else:
            assert answer.status_code == 422, ascii(text)
            assert Page(answer.content.decode()).text(".errorlist li"), ascii(text)
            assert tom.name == ""
    assert len(kept) > 100
    assert "<" in "".join(kept)


def test_it_is_isolated_so_that_it_turns_no_line_around(client: Client, article: Article) -> None:
    comment = say(make_person("שָׁלוֹם"), article)
    page = read(client, f"/c/{comment.pk}/")
    assert "שָׁלוֹם" in page.texts("bdi")


# What was there before


def test_names_that_had_looked_alike_all_along_are_kept_and_can_still_be_saved(nadia: User, edith: User) -> None:
    """The migration: staff keep the place of a name, then who came first; the others keep theirs aside."""
    twin = make_person("Nora")
    staff_twin = make_person("Nils")
    User.objects.filter(pk__in=[twin.pk, staff_twin.pk]).update(name_skeleton=None)
    User.objects.filter(pk=twin.pk).update(name="Nadla")
    User.objects.filter(pk=staff_twin.pk).update(name="Ed1th")
    fill = import_module("accounts.migrations.0005_reader_accounts").fill_skeletons
    User.objects.update(name_skeleton=None)
    fill(apps, SimpleNamespace(connection=connection))
    for person in (nadia, edith, twin, staff_twin):
        person.refresh_from_db()
    assert nadia.name_skeleton == skeleton("Nadia")
    assert edith.name_skeleton == skeleton("Edith")
    assert twin.name_skeleton == f"{skeleton('Nadia')}#{twin.pk}"
    assert staff_twin.name_skeleton == f"{skeleton('Edith')}#{staff_twin.pk}"
    twin.save()
    twin.refresh_from_db()
    assert twin.name_skeleton == f"{skeleton('Nadia')}#{twin.pk}"


def test_one_character_that_stands_for_a_sentence_makes_no_page_fail(client: Client) -> None:
    """Eighteen letters in one: forty of them look like 700."""
    person = User.objects.create_user("new", "new@example.org", "secret")
    client.force_login(person)
    assert client.post(reverse("name"), {"name": "\ufdfa" * 40}).status_code in (302, 422)
