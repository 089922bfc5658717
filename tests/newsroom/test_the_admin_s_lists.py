"""In the admin's lists each value stands beside the name of its column, which a phone shows and a desk does not."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from articles.models import Article
from tests.people import make_article

pytestmark = pytest.mark.django_db

ARTICLES = reverse("admin:articles_article_changelist")
TEMPLATE = "templates/admin/change_list_results.html"
A_ROW = "<tr>{% for item in result %}{{ item }}{% endfor %}</tr>"


class Cells(HTMLParser):
    """The cells of a list's rows, as (class, text)."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[tuple[str, str]] = []
        self.among_rows = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.among_rows = self.among_rows or tag == "tbody"
        if self.among_rows and tag in ("td", "th"):
            self.cells.append((dict(attrs).get("class") or "", ""))

    def handle_endtag(self, tag: str) -> None:
        self.among_rows = self.among_rows and tag != "tbody"

    def handle_data(self, data: str) -> None:
        if self.among_rows and self.cells:
            what, text = self.cells[-1]
            self.cells[-1] = (what, text + data)


def row_of(person: User, address: str) -> list[tuple[str, str]]:
    """The cells of a list that has one row."""
    client = Client()
    client.force_login(person)
    page = Cells()
    page.feed(client.get(address).content.decode())
    return [(what, text.strip()) for what, text in page.cells]


def test_each_value_follows_the_name_of_its_column(edith: User, article: Article) -> None:
    row = row_of(edith, ARTICLES)
    assert row[0][0] == "action-checkbox"
    names, values = row[1::2], row[2::2]
    assert {what for what, _name in names} == {"card-label"}
    pairs = {what.split()[0]: name for (_label, name), (what, _value) in zip(names, values, strict=True)}
    assert pairs == {
        "field-title": "Title",
        "field-desk": "Desk",
        "field-topic": "Topic",
        "field-state": "State",
        "field-published_at": "Went live at",
        "field-updated_at": "Last update",
        "field-comment_count": "Visible comments",
        "field-comment_policy": "Comments",
        "field-on_site": "On the site",
    }


def test_without_boxes_to_tick_the_names_are_the_same_columns(edith: User, article: Article) -> None:
    row = row_of(edith, reverse("admin:articles_topic_changelist"))
    assert [what.split()[0] for what, _text in row] == [
        "field-name",
        "card-label",
        "field-slug",
        "card-label",
        "field-description",
    ]
    assert [text for what, text in row if what == "card-label"] == ["Address", "Description"]


def test_what_people_wrote_stays_text(edith: User) -> None:
    make_article("<b>Fire</b> & water")
    assert ("field-title", "<b>Fire</b> & water") in row_of(edith, ARTICLES)


def test_a_list_with_filters_leads_to_them(edith: User, article: Article) -> None:
    client = Client()
    client.force_login(edith)
    assert 'href="#changelist-filter"' in client.get(ARTICLES).content.decode()
    assert "#changelist-filter" not in client.get(reverse("admin:articles_topic_changelist")).content.decode()


def test_the_template_is_still_django_s_own_but_for_the_names() -> None:
    """Whoever takes a new Django learns here what to take over."""
    theirs = Path(admin.__file__).parent / TEMPLATE
    ours = (Path(settings.BASE_DIR) / TEMPLATE).read_text().splitlines()
    changed: list[Any] = [line for line in ours if line not in theirs.read_text().splitlines()]
    missing = [line for line in theirs.read_text().splitlines() if line not in ours]
    assert missing == [A_ROW]
    assert len(changed) == 2  # the comment and the row
    assert len(ours) == len(theirs.read_text().splitlines()) + 1
