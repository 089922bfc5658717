"""Reads a WordPress export (WXR): a stream of posts with their comments. Pure: no database, no decisions.

One post is in memory at a time, the file never. E-mail, IP and web addresses of commenters are not even read.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from importers.xml_text import Repairs, repaired_text

# An export has 6 levels. Without a cap, 200,000 nested elements take the process down.
MAX_DEPTH = 100
# One post of 20 million characters is a broken file or an attack.
LONGEST_FIELD = 20_000_000

_CHANNEL_FIELDS = frozenset(["title", "link", "language", "wp:base_site_url", "wp:base_blog_url"])
_AUTHOR_FIELDS = frozenset(["wp:author_login", "wp:author_display_name"])
_ITEM_FIELDS = {
    "title": "title",
    "link": "link",
    "guid": "guid",
    "pubDate": "pub_date",
    "dc:creator": "creator",
    "content:encoded": "body",
    "wp:post_id": "id",
    "wp:post_date": "local_time",
    "wp:post_date_gmt": "utc_time",
    "wp:post_name": "name",
    "wp:post_type": "type",
    "wp:post_password": "password",
    "wp:status": "status",
    "wp:comment_status": "comment_status",
}
_COMMENT_FIELDS = {
    "wp:comment_id": "id",
    "wp:comment_author": "name",
    "wp:comment_date": "local_time",
    "wp:comment_date_gmt": "utc_time",
    "wp:comment_content": "body",
    "wp:comment_approved": "approved",
    "wp:comment_type": "type",
    "wp:comment_parent": "parent",
}


class ExportError(Exception):
    """The file cannot be read to its end. The message is one clear sentence, with line and column."""


@dataclass
class Category:
    name: str
    nicename: str = ""
    domain: str = ""


@dataclass(slots=True)
class ReaderComment:
    """As the file has it; a field that is missing there is empty."""

    id: str = ""
    name: str = ""
    local_time: str = ""
    utc_time: str = ""
    body: str = ""
    approved: str = ""
    type: str = ""
    parent: str = ""


@dataclass
class Post:
    """Any <item>: a post, but also a page, an attachment, a menu item. A field that is missing there is empty."""

    title: str = ""
    link: str = ""
    guid: str = ""
    pub_date: str = ""
    creator: str = ""
    body: str = ""
    id: str = ""
    local_time: str = ""
    utc_time: str = ""
    name: str = ""
    type: str = ""
    password: str = ""
    status: str = ""
    comment_status: str = ""
    categories: list[Category] = field(default_factory=list)
    comments: list[ReaderComment] = field(default_factory=list)


@dataclass
class Survey:
    """What one pass over the whole file finds out before anything is written."""

    channel: dict[str, str]
    # Display names by login.
    authors: dict[str, str]
    items: int
    comments: int
    warnings: list[str]

    @property
    def site(self) -> str:
        """What tells this blog's ids from another's."""
        names = ("wp:base_blog_url", "link", "wp:base_site_url", "title")
        return next((self.channel[name] for name in names if self.channel.get(name)), "").rstrip("/")


def survey(path: Path) -> Survey:
    """Reads the file to its end. Raises ExportError where it cannot."""
    handler, repairs = _Handler(), Repairs()
    items = comments = 0
    for post in _parse(path, handler, repairs):
        items += 1
        comments += len(post.comments)
    warnings = [*repairs.described(), *handler.warnings]
    return Survey(handler.channel, handler.authors, items, comments, warnings)


def read_posts(path: Path) -> Iterator[Post]:
    return _parse(path, _Handler(), Repairs())


def _parse(path: Path, handler: "_Handler", repairs: Repairs) -> Iterator[Post]:
    parser = DefusedExpatParser()
    parser.setContentHandler(handler)
    handler.line_number = parser.getLineNumber
    try:
        with path.open("rb") as file:
            for text in repaired_text(file, repairs):
                # An empty text would be taken for the end of the file.
                if text:
                    parser.feed(text)
                yield from handler.take_posts()
            parser.close()
            yield from handler.take_posts()
        handler.require_something()
    except SAXParseException as error:
        where = f"line {error.getLineNumber()}, column {(error.getColumnNumber() or 0) + 1}"
        raise ExportError(f"The file is broken at {where}: {error.getMessage()}.") from error
    except UnicodeError as error:
        raise ExportError(f"The file is not text in the encoding it names: {error}.") from error
    except DefusedXmlException as error:
        raise ExportError("The file declares XML entities, as attacks do and WordPress never does.") from error


class _Handler(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.channel: dict[str, str] = {}
        self.authors: dict[str, str] = {}
        self.warnings: list[str] = []
        self._prefixes = {"xml": "xml"}
        self._path: list[str] = []
        self._posts: list[Post] = []
        self._comment = ReaderComment()
        self._author: dict[str, str] = {}
        # The text of the element that is being read, and the depth of that element; None outside such.
        self._text: list[str] | None = None
        self._text_depth = self._text_length = 0
        self._post = Post()
        self._root_seen = False
        # The parser's, while it parses.
        self.line_number: Callable[[], int | None] = int

    def take_posts(self) -> list[Post]:
        posts, self._posts = self._posts, []
        return posts

    def require_something(self) -> None:
        if not self._root_seen:
            raise ExportError("This is not a WordPress export: there is no XML in it.")

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        name = self._known_name(name, attrs)
        self._path.append(name)
        depth = len(self._path)
        if depth > MAX_DEPTH:
            raise ExportError(
                f"The file is broken at line {self.line_number()}: elements nested more than {MAX_DEPTH} deep."
            )
        if depth == 1 and name != "rss":
            raise ExportError(f"This is not a WordPress export: it begins with <{name}> instead of <rss>.")
        self._root_seen = True
        if self._text is None:
            self._begin(attrs)

    def _begin(self, attrs: AttributesImpl) -> None:
        if self._path[2:] == ["item"]:
            self._post = Post()
        elif self._path[2:] == ["item", "wp:comment"]:
            self._comment = ReaderComment()
        elif self._path[2:] == ["wp:author"]:
            self._author = {}
        elif self._path[2:] == ["item", "category"]:
            self._post.categories.append(Category("", attrs.get("nicename", ""), attrs.get("domain", "")))
        if self._is_read():
            self._text, self._text_depth, self._text_length = [], len(self._path), 0

    def characters(self, content: str) -> None:
        if self._text is not None:
            self._text.append(content)
            self._text_length += len(content)
            if self._text_length > LONGEST_FIELD:
                raise ExportError(
                    f"The file is broken at line {self.line_number()}: a text longer than {LONGEST_FIELD:,} characters."
                )

    def endElement(self, name: str) -> None:
        if self._text is not None and self._text_depth == len(self._path):
            self._keep("".join(self._text))
            self._text = None
        elif self._path[2:] == ["item"]:
            self._posts.append(self._post)
        elif self._path[2:] == ["item", "wp:comment"]:
            self._post.comments.append(self._comment)
        elif self._path[2:] == ["wp:author"]:
            login = self._author.get("wp:author_login", "")
            self.authors[login] = self._author.get("wp:author_display_name", "")
        self._path.pop()

    def _is_read(self) -> bool:
        match self._path[2:]:
            case [name]:
                return name in _CHANNEL_FIELDS
            case ["item", name]:
                return name in _ITEM_FIELDS or name == "category"
            case ["item", "wp:comment", name]:
                return name in _COMMENT_FIELDS
            case ["wp:author", name]:
                return name in _AUTHOR_FIELDS
        return False

    def _keep(self, text: str) -> None:
        """Stores the text of the element that ends. Of a field that comes twice, the first with a text counts."""
        match self._path[2:]:
            case ["item", "category"]:
                self._post.categories[-1].name = text.strip()
            case ["item", name]:
                _set_once(self._post, _ITEM_FIELDS[name], text)
            case ["item", "wp:comment", name]:
                _set_once(self._comment, _COMMENT_FIELDS[name], text)
            case ["wp:author", name]:
                self._author.setdefault(name, text.strip())
            case [name]:
                self.channel.setdefault(name, text.strip())

    def _known_name(self, name: str, attrs: AttributesImpl) -> str:
        """The name with the prefix WordPress uses, whatever prefix the file gave to its namespaces.

        Parsed without expat's namespaces: an export with an undeclared `atom:` would end there.
        """
        for key in attrs.getNames():
            if key.startswith("xmlns:"):
                self._prefixes[key[6:]] = _usual_prefix(attrs.getValue(key), key[6:])
        prefix, colon, local = name.partition(":")
        if not colon:
            return name
        if prefix not in self._prefixes:
            self._prefixes[prefix] = prefix
            self.warnings.append(
                f"line {self.line_number()}: the prefix “{prefix}:” is not declared and was read as usual"
            )
        return f"{self._prefixes[prefix]}:{local}"


def _set_once(target: Post | ReaderComment, name: str, text: str) -> None:
    if not getattr(target, name):
        setattr(target, name, text if name == "body" else text.strip())


def _usual_prefix(uri: str, prefix: str) -> str:
    if "wordpress.org/export/" in uri:
        return "excerpt" if uri.rstrip("/").endswith("excerpt") else "wp"
    if "purl.org/rss/1.0/modules/content" in uri:
        return "content"
    return "dc" if "purl.org/dc/elements" in uri else prefix
