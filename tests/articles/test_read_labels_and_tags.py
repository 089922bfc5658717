"""What is not certain says so, with its source; tags lead to all that is tagged so."""

import pytest
from django.test import Client

from accounts.models import User
from articles.models import Article
from tests.newsroom.pages import read
from tests.people import make_article, make_entry

pytestmark = pytest.mark.django_db


def test_a_label_and_its_source(article: Article, client: Client) -> None:
    entry = make_entry(article, label="unconfirmed", source_url="https://port.example/1?a=1&b=2")
    for address in (article.get_absolute_url(), entry.get_absolute_url()):
        page = read(client, address)
        assert page.text(".label") == "Unconfirmed Source"
        assert page.attributes(".label a", "href") == ["https://port.example/1?a=1&b=2"]


def test_a_tag_leads_to_what_is_tagged_so(article: Article, client: Client) -> None:
    tagged = make_entry(article, tags=",north sea,port,")
    make_entry(article, tags=",northern,")
    page = read(client, article.get_absolute_url())
    assert page.attributes(".text .tags a", "href")[1:] == [
        f"{article.get_absolute_url()}?tag=north%20sea",
        f"{article.get_absolute_url()}?tag=port",
    ]
    assert read(client, f"{article.get_absolute_url()}?tag=north+sea").entries() == [tagged.pk]


def test_a_tag_that_nothing_has_is_not_found(article: Article, client: Client) -> None:
    make_entry(article, tags=",port,")
    for tag in ("harbour", "por", ",", "%"):
        read(client, f"{article.get_absolute_url()}?tag={tag}", 404)


def test_the_day_before_and_the_next_are_linked(edith: User, client: Client) -> None:
    today = make_article("Today")
    tomorrow = today.make_next_edition(by=edith)
    assert not read(client, today.get_absolute_url()).attributes(".editions a", "href")
    tomorrow.go_live(by=edith)
    assert read(client, today.get_absolute_url()).attributes(".editions a", "href") == [tomorrow.get_absolute_url()]
    assert read(client, tomorrow.get_absolute_url()).attributes(".editions a", "href") == [today.get_absolute_url()]
