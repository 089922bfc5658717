"""What a test reads on a page and sends from it: elements, forms, and the comments as they stand below one another."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from django.db.models import Model
from django.test import Client
from django.urls import reverse

from articles.models import Article

VOID = {"meta", "link", "input", "br", "hr", "img"}


class Element:
    def __init__(self, name: str, attributes: dict[str, str], parent: "Element | None") -> None:
        self.name, self.attributes, self.parent = name, attributes, parent
        self.children: list[Element | str] = []

    def __getitem__(self, attribute: str) -> str:
        return self.attributes[attribute]

    def all(self, name: str = "", css_class: str = "") -> "list[Element]":
        return [found for found in self._below() if found._fits(name, css_class)]

    def one(self, name: str = "", css_class: str = "") -> "Element":
        (found,) = self.all(name, css_class)
        return found

    @property
    def raw(self) -> str:
        return "".join(child if isinstance(child, str) else child.raw for child in self.children)

    @property
    def text(self) -> str:
        return " ".join(self.raw.split())

    def links(self, text: str = "") -> list[str]:
        return [link["href"] for link in self.all("a") if text in link.text]

    def _below(self) -> "Iterator[Element]":
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child._below()

    def _fits(self, name: str, css_class: str) -> bool:
        return name in ("", self.name) and (not css_class or css_class in self.attributes.get("class", "").split())


class _Parser(HTMLParser):
    """Takes only pages whose every element is closed where it must be."""

    def __init__(self) -> None:
        super().__init__()
        self.page = self.here = Element("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _value in attrs]
        assert len(names) == len(set(names)), f"an attribute twice: {attrs}"
        element = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(element)
        if tag not in VOID:
            self.here = element

    def handle_endtag(self, tag: str) -> None:
        assert self.here.name == tag, f"</{tag}> closes <{self.here.name}> at {self.getpos()}"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


def read(response: Any) -> Element:
    """The page, which must be whole: nested strictly, no id twice, one h1."""
    parser = _Parser()
    parser.feed(response.content.decode())
    parser.close()
    page = parser.page
    assert parser.here is page, f"<{parser.here.name}> is never closed"
    ids = [element["id"] for element in page.all() if "id" in element.attributes]
    assert len(ids) == len(set(ids)), "an id twice"
    assert len(page.all("h1")) == 1
    assert page.one("title").text
    return page


def without_marks(text: str) -> str:
    """Without those that keep directions apart."""
    return text.translate({0x2068: None, 0x2069: None})


def standing(page: Element) -> dict[int, int | None]:
    """The comments of a page in their order; each with the one that it stands below, by the nesting of the lists."""
    return {_id(comment): _below_which(comment) for comment in page.all("article", "comment")}


def box(page: Element, comment: Model) -> Element:
    """The comment's own part of the page, without its replies."""
    (found,) = [element for element in page.all("article", "comment") if _id(element) == comment.pk]
    return found


def _id(comment: Element) -> int:
    return int(comment["id"].removeprefix("c"))


def _below_which(comment: Element) -> int | None:
    item = comment.parent
    assert item is not None
    assert item.name == "li"
    siblings = item.parent
    assert siblings is not None
    assert siblings.name == "ol"
    if "comments" in siblings.attributes.get("class", ""):
        return None
    above = siblings.parent
    assert above is not None
    return next(_id(child) for child in above.children if isinstance(child, Element) and child.name == "article")


def fields(page: Element) -> dict[str, str]:
    """What a browser sends from the page's form, without a button."""
    form = page.one("form")
    sent = {field["name"]: field.attributes.get("value", "") for field in form.all("input")}
    for area in form.all("textarea"):
        # A browser leaves the first line end out.
        sent[area["name"]] = area.raw.removeprefix("\r\n").removeprefix("\n")
    return sent


def send(client: Client, path: str, text: str) -> Any:
    """Opens the form, writes the text and sends it."""
    return client.post(path, fields(read(client.get(path))) | {"text": text})


def write_path(article: Article) -> str:
    return reverse("comment-post", args=[article.topic.slug, article.slug])


def comments_path(article: Article) -> str:
    return reverse("comments", args=[article.topic.slug, article.slug])
