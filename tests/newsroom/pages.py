"""A page as a browser reads it: parsed by the rules of HTML, every parse error kept."""

from collections.abc import Iterator

from django.test import Client
from justhtml import JustHTML
from justhtml.dom import Element


class Page:
    def __init__(self, html: str) -> None:
        self.html = html
        self._document = JustHTML(html, collect_errors=True, sanitize=False, scripting_enabled=False)
        self.errors = [str(error) for error in self._document.errors]

    def all(self, selector: str) -> list[Element]:
        return list(self._document.query(selector))

    def texts(self, selector: str) -> list[str]:
        return [text_of(element) for element in self.all(selector)]

    def text(self, selector: str) -> str:
        (text,) = self.texts(selector)
        return text

    def attribute(self, selector: str, name: str) -> str:
        (element,) = self.all(selector)
        return element.attrs[name] or ""

    def attributes(self, selector: str, name: str) -> list[str]:
        return [element.attrs[name] or "" for element in self.all(selector)]

    def entries(self) -> list[int]:
        """The ids of the entries on the page, from top to bottom."""
        return [int(anchor.removeprefix("e")) for anchor in self.attributes("article.entry", "id")]


def text_of(element: Element) -> str:
    return " ".join(element.to_text(separator="", strip=False).split())


def read(client: Client, address: str, status: int = 200) -> Page:
    response = client.get(address)
    assert response.status_code == status, f"{address} answers {response.status_code}"
    return Page(response.content.decode())


def read_on(client: Client, address: str, rel: str = "next") -> Iterator[Page]:
    """The page and all that its rel links lead to."""
    while True:
        page = read(client, address)
        yield page
        links = page.attributes(f'nav a[rel="{rel}"]', "href")
        if not links:
            return
        address = address.partition("?")[0] + links[0]
