"""The interface speaks Arabic: the catalogue is whole, and an article's pages speak the article's language.

Nobody needs GNU gettext to run the site, so the compiled catalogue is kept beside its source; `make messages` makes it.
"""

import ast
import gettext
import os
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from articles.models import Article
from comments.models import Comment, Reason
from tests.comments.pages import comments_path, read, write_path
from tests.people import make_article, make_entry, make_person, say

CATALOGUE = Path("locale/ar/LC_MESSAGES/django.po")
# A number for each of the six Arabic plural forms, in the catalogue's order: zero, one, two, few, many, other.
NUMBERS = (0, 1, 2, 3, 11, 100)
# One, two and none are words of their own, so these forms may leave the number out.
FORMS_WITHOUT_NUMBER = (0, 1, 2)
MONDAY = datetime(2024, 3, 4, 9, 30, tzinfo=UTC)


@dataclass
class Message:
    flags: str = ""
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.texts["msgid"]

    @property
    def forms(self) -> list[str]:
        return [text for keyword, text in self.texts.items() if keyword.startswith("msgstr")]

    @property
    def key(self) -> tuple[str, str]:
        return self.texts.get("msgctxt", ""), self.name


def read_catalogue(path: Path) -> list[Message]:
    """A reader for what makemessages writes: messages between blank lines, a keyword and quoted lines."""
    messages = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        message, keyword = Message(), ""
        for line in block.splitlines():
            if line.startswith("#"):
                message.flags += line if line.startswith(("#,", "#~")) else ""
                continue
            if not line.startswith('"'):
                keyword, _space, line = line.partition(" ")
            message.texts[keyword] = message.texts.get(keyword, "") + ast.literal_eval(line)
        messages.append(message)
    return messages


HEADER, *MESSAGES = read_catalogue(settings.BASE_DIR / CATALOGUE)
of_each_message = pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name[:40])


# The catalogue


@of_each_message
def test_every_text_is_translated(message: Message) -> None:
    assert len(message.forms) == (len(NUMBERS) if "msgid_plural" in message.texts else 1)
    assert all(text.strip() for text in message.forms)
    assert "fuzzy" not in message.flags


@of_each_message
def test_a_translation_has_the_placeholders_of_its_text(message: Message) -> None:
    wanted = placeholders(message.texts.get("msgid_plural", message.name))
    for form, text in enumerate(message.forms):
        left_out = wanted - placeholders(text)
        assert placeholders(text) <= wanted
        assert not left_out or (len(message.forms) > 1 and form in FORMS_WITHOUT_NUMBER and left_out <= {"n", "count"})


def test_there_are_no_leftovers() -> None:
    """Neither obsolete messages nor a message twice."""
    assert "#~" not in (settings.BASE_DIR / CATALOGUE).read_text(encoding="utf-8")
    assert len({message.key for message in MESSAGES}) == len(MESSAGES)


def test_quotes_commas_and_question_marks_are_arabic() -> None:
    for message in MESSAGES:
        for text in message.forms:
            assert not re.search(r'["“”,?;]', re.sub(r"%\(\w+\)[sd]", "", text)), text


def test_the_header_names_the_language_and_nobody() -> None:
    (header,) = HEADER.forms
    assert "Language: ar\n" in header
    assert "Project-Id-Version: Newsroom\n" in header
    assert "nplurals=6;" in header
    assert "@" not in header
    assert "fuzzy" not in HEADER.flags


def test_the_compiled_catalogue_says_the_same() -> None:
    """When this fails: `make messages`, then commit both files."""
    compiled_path = (settings.BASE_DIR / CATALOGUE).with_suffix(".mo")
    (count,) = struct.unpack_from("<I", compiled_path.read_bytes(), 8)
    assert count == len(MESSAGES) + 1  # and the header
    with compiled_path.open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in MESSAGES:
        context, plural = message.texts.get("msgctxt"), message.texts.get("msgid_plural")
        if plural and context:
            said = [compiled.npgettext(context, message.name, plural, number) for number in NUMBERS]
        elif plural:
            said = [compiled.ngettext(message.name, plural, number) for number in NUMBERS]
        elif context:
            said = [compiled.pgettext(context, message.name)]
        else:
            said = [compiled.gettext(message.name)]
        assert said == message.forms


@pytest.mark.skipif(not shutil.which("xgettext"), reason="needs GNU gettext")
def test_the_catalogue_has_every_text_of_code_and_templates(tmp_path: Path) -> None:
    """When this fails: `make messages`, then translate what is new."""
    for name in ("accounts", "articles", "comments", "importers", "newsroom", "templates", "locale"):
        shutil.copytree(settings.BASE_DIR / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "--all", "--no-obsolete", "--no-location", "--no-wrap"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        check=True,
        capture_output=True,
    )
    _header, *found = read_catalogue(tmp_path / CATALOGUE)
    assert {message.key for message in found} == {message.key for message in MESSAGES}


# Pages


@pytest.fixture
def arabic(db: None) -> Article:
    """A live article in Arabic, in the time of Baghdad."""
    article = make_article("عاصفة على الساحل", language="ar", time_zone="Asia/Baghdad", at=MONDAY)
    article.topic.name = "الطقس"
    article.topic.save()
    return article


@pytest.mark.parametrize(
    ("count", "heading"),
    [
        (0, "لا تعليقات"),
        (1, "تعليق واحد"),
        (2, "تعليقان"),
        (3, "3 تعليقات"),
        (11, "11 تعليقًا"),
        (100, "100 تعليق"),
        (103, "103 تعليقات"),
    ],
)
def test_the_heading_counts_in_arabic(client: Client, arabic: Article, nadia: User, count: int, heading: str) -> None:
    for _ in range(count):
        say(nadia, arabic)
    (shown,) = [h for h in read(client.get(arabic.get_absolute_url())).all("h2") if h["id"] == "comments-heading"]
    assert shown.text == heading


def test_an_arabic_article_speaks_arabic(client: Client, arabic: Article) -> None:
    make_entry(arabic, "الماء يرتفع.", at=MONDAY)
    page = read(client.get(arabic.get_absolute_url()))
    assert (page.one("html")["lang"], page.one("html")["dir"]) == ("ar", "rtl")
    assert page.one("p", "order").text.startswith("الأحدث أولًا")
    assert page.one("section", "day").one("h2").text == "الاثنين 4 مارس 2024"
    assert page.one("header", "title").one("span", "state").text == "مباشر"


def test_an_english_one_after_it_speaks_english(client: Client, arabic: Article, article: Article) -> None:
    make_entry(arabic, at=MONDAY)
    make_entry(article, at=MONDAY)
    client.get(arabic.get_absolute_url())
    page = read(client.get(article.get_absolute_url()))
    assert (page.one("html")["lang"], page.one("html")["dir"]) == ("en", "ltr")
    assert page.one("p", "order").text.startswith("Newest first")
    assert page.one("section", "day").one("h2").text == "Monday 4 March 2024"


def test_no_page_of_an_arabic_article_falls_back_into_english(client: Client, arabic: Article, mo: User) -> None:
    """All names and texts here are Arabic, so what is Latin on the pages comes from the interface."""
    reader, moderator = make_person("نادية"), mo
    entry = make_entry(arabic, "الماء يرتفع.", at=MONDAY, headline="السد صامد", byline="ريم", is_key_event=True)
    entry.pin()
    entry.edit(headline="السد ما زال صامدًا")
    root = Comment.objects.post(arabic, "أسكن هناك.", author=reader, entry=entry)
    reply = say(reader, arabic, "وأنا كذلك.", parent=root)
    hidden = say(reader, arabic, "كلام آخر.", parent=root)
    say(reader, arabic, "رد عليه.", parent=hidden)
    hidden.hide(moderator, Reason.OFF_TOPIC)
    User.objects.filter(pk=moderator.pk).update(name="سلمى")
    as_reader, as_moderator = Client(), Client()
    as_reader.force_login(reader)
    as_moderator.force_login(moderator)
    seen = [
        (client, arabic.get_absolute_url()),
        (client, entry.get_absolute_url()),
        (client, reverse("article-day", args=[arabic.topic.slug, arabic.slug, MONDAY.date()])),
        (client, comments_path(arabic)),
        (client, reply.get_absolute_url()),
        (client, write_path(arabic)),
        (client, f"/c/{root.pk}/reply/"),
        (as_reader, f"/c/{root.pk}/mine/"),
        (as_reader, f"/c/{hidden.pk}/mine/"),
        (as_moderator, f"/c/{root.pk}/moderate/"),
        (as_moderator, f"/c/{hidden.pk}/moderate/"),
    ]
    left = {path: latin_words(visitor.get(path).content.decode()) for visitor, path in seen}
    assert left == {path: set() for _visitor, path in seen}


# Templates

TEMPLATES = sorted(
    path
    for path in (settings.BASE_DIR / "templates").rglob("*.html")
    # The admin's own; and the page of a fault, which stands when nothing else does.
    if "admin" not in path.parts and path.name != "500.html"
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR / "templates")))
def test_a_template_has_no_text_outside_of_translate(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    source = re.sub(r"{% comment.*?{% endcomment %}", "", source, flags=re.DOTALL)
    source = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", source, flags=re.DOTALL)
    source = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", source)
    assert [text for text in visible_texts(source) if re.search(r"[^\W\d_]", text)] == []


class _Texts(HTMLParser):
    """What people see or hear: text, and the attributes that speak."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.skipped = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skipped = tag if tag in ("script", "style") else ""
        speaking = {"aria-label", "title", "alt", "placeholder"}
        if ("type", "submit") in attrs:
            speaking.add("value")
        self.texts += [value or "" for name, value in attrs if name in speaking]

    def handle_endtag(self, tag: str) -> None:
        self.skipped = ""

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.texts.append(data.strip())


def visible_texts(html: str) -> Iterator[str]:
    parser = _Texts()
    parser.feed(html)
    parser.close()
    yield from parser.texts


def latin_words(html: str) -> set[str]:
    """Besides the name of the site, of a zone and of its city."""
    words = {word for text in visible_texts(html) for word in re.findall(r"[A-Za-z]{2,}", text)}
    return words - {settings.SITE_NAME, "UTC", "Baghdad"}


def placeholders(text: str) -> set[str]:
    return {name or kind for name, kind in re.findall(r"%(?:\((\w+)\))?([sd])", text)}
