"""A writer's HTML as a flat row of plain blocks: paragraphs, headings, lists, quotations, code, tables, rules.

What WordPress does when it shows a post is done here: a blank line begins a paragraph, a line end is a line break.
"""

import re
from collections.abc import Iterable, Iterator
from html import escape, unescape
from urllib.parse import urljoin, urlsplit

import nh3
from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import PageElement

from newsroom import markup

# nh3's parser is quadratic in depth, and the conversion recurses; real posts have under 20 levels.
MAX_DEPTH = 100


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MARKS = {"em", "strong", "del", "code", "a"}
_SAME = {"b": "strong", "i": "em", "s": "del", "strike": "del", "kbd": "code", "samp": "code", "tt": "code"}
_LISTS = {"ul", "ol"}
_CELLS = {"td", "th"}
_KEPT = {"blockquote", "pre", "hr", "table", *_LISTS, *HEADINGS}
# Blocks that only group others, or that stand outside what they belong to; "split" is our own, see _break_lines.
_GROUPS = _words(
    "p div li dl dt dd figure figcaption section article header footer aside main nav address center fieldset form "
    "details summary caption hgroup thead tbody tfoot tr td th split"
)
_BLOCKS = _KEPT | _GROUPS
# Readers never saw what is inside these.
_INVISIBLE = _words("script style iframe noscript noembed noframes template title svg audio video canvas object")
_SCHEMES = {"http", "https", "mailto"}

_tag = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_NOT_NESTING = _words("br hr img input wbr embed source param col p li td th tr dt dd tbody thead option")
_spaces = re.compile(r"[ \t\r\n\f]+")
_blank_lines = re.compile(r"[ \t]*\n[ \t]*(?:\n[ \t]*)+")
_caption = re.compile(r"\[caption\b[^\]]*\](.*?)\[/caption\]", re.DOTALL)

_cleaner = nh3.Cleaner(
    tags=(_BLOCKS - {"split"}) | _MARKS | set(_SAME) | {"br"},
    clean_content_tags=_INVISIBLE,
    attributes={"a": {"href"}, "ol": {"start"}},
    url_schemes=_SCHEMES,
    link_rel=None,
)


def blocks_of(html: str, base: str, *, rich: bool) -> list[Tag]:
    """The blocks in reading order. Inside them stand em, strong, del, code, a, br, and p within quotations and lists.

    Links are made absolute against `base`. Without `rich`, headings and the rows of tables are paragraphs and there
    are no rules, as in comments.
    """
    has_blocks = "<!-- wp:" in html
    html = prepared(html)
    if _depth(html) > MAX_DEPTH:
        html = escape(unescape(re.sub(r"<[^<>]*>", " ", html)), quote=False)
    # Character references can stand for control characters, so the tidying comes after the cleaning.
    soup = BeautifulSoup(f"<div>{markup.tidy(_cleaner.clean(html))}</div>", "html.parser")
    for tag in soup.find_all(list(_SAME)):
        tag.name = _SAME[tag.name]
    _make_absolute(soup, base)
    _break_lines(soup, soup, keep_line_ends=not has_blocks)
    _lift_blocks(soup, soup)
    _join_marks(soup)
    return list(_Builder(soup, rich).blocks(soup))


def prepared(html: str) -> str:
    """Quotation marks for <q>, and the words of a picture's [caption] without its brackets."""
    html = _caption.sub(r"\n\n\1\n\n", html)
    return re.sub(r"<(/?)q(?:\s[^<>]*)?>", lambda tag: "”" if tag[1] else "“", html, flags=re.IGNORECASE)


def _depth(html: str) -> int:
    deepest = depth = 0
    for tag in _tag.finditer(html):
        if tag[2].lower() not in _NOT_NESTING:
            depth = max(0, depth - 1) if tag[1] else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _make_absolute(root: Tag, base: str) -> None:
    """Links keep leading to the old site; those to a place in the page would lead nowhere and become text."""
    for link in root.find_all("a"):
        href = str(link.get("href") or "").strip()
        try:
            address = "" if href.startswith("#") or not href else urljoin(base, href)
            is_safe = urlsplit(address).scheme in _SCHEMES
        except ValueError:
            is_safe = False
        if is_safe:
            link["href"] = address
        else:
            link.unwrap()


def _break_lines(soup: BeautifulSoup, root: Tag, *, keep_line_ends: bool) -> None:
    """Line ends in the text become <br>, blank lines our own <split>; in posts made of blocks they mean nothing."""
    for text in list(root.find_all(string=True)):
        if text.find_parent("pre"):
            continue
        if not keep_line_ends:
            text.replace_with(_spaces.sub(" ", text))
            continue
        value = str(text)
        # "<br>" and a line end right after it are one line break.
        if getattr(text.previous_sibling, "name", None) == "br" and not _blank_lines.match(value):
            value = re.sub(r"^[ \t]*\n", "", value)
        if value != str(text) or "\n" in value:
            text.replace_with(*_broken(soup, value))


def _broken(soup: BeautifulSoup, value: str) -> Iterator[PageElement]:
    for number, paragraph in enumerate(_blank_lines.split(value)):
        if number:
            yield soup.new_tag("split")
        for line_number, line in enumerate(paragraph.split("\n")):
            if line_number:
                yield soup.new_tag("br")
            if line:
                yield NavigableString(line)


def _lift_blocks(soup: BeautifulSoup, root: Tag) -> None:
    """`<em>a<p>b</p></em>` becomes `<em>a</em><p><em>b</em></p>`: no mark reaches over the edge of a block."""
    for code in root.find_all("code"):
        for mark in code.find_all(list(_MARKS - {"a"})):
            mark.unwrap()
    for mark in reversed(root.find_all(list(_MARKS))):
        # Code is one line in Markdown, and holds no link.
        edges = _BLOCKS | {"br", "a"} if mark.name == "code" else _BLOCKS
        if mark.find(list(edges)):
            _mark_runs(soup, mark, mark, edges)
            mark.unwrap()


def _mark_runs(soup: BeautifulSoup, mark: Tag, container: Tag, edges: set[str]) -> None:
    run: Tag | None = None
    for child in list(container.children):
        if isinstance(child, Tag) and (child.name in edges or child.find(list(edges))):
            run = None
            if child.name != "pre" or mark.name != "code":
                _mark_runs(soup, mark, child, edges)
        elif run is None and not str(child).strip():
            continue
        else:
            if run is None:
                run = soup.new_tag(mark.name)
                run.attrs = mark.attrs
                child.insert_before(run)
            run.append(child.extract())


def _join_marks(root: Tag) -> None:
    """`<em>a</em><em>b</em>` becomes one mark: side by side, Markdown's signs would be misread."""
    for mark in root.find_all(list(_MARKS - {"a"})):
        while isinstance(beside := mark.next_sibling, Tag) and beside.name == mark.name:
            mark.extend(list(beside.contents))
            beside.decompose()


class _Builder:
    def __init__(self, soup: BeautifulSoup, rich: bool) -> None:
        self._soup = soup
        self._rich = rich

    def blocks(self, container: Tag) -> Iterator[Tag]:
        run: list[PageElement] = []
        for child in list(container.children):
            if not isinstance(child, Tag) or child.name not in _BLOCKS:
                run.append(child)
                continue
            yield from self._paragraphs(run)
            run = []
            yield from self.blocks(child) if child.name in _GROUPS else self._block(child)
        yield from self._paragraphs(run)

    def _paragraphs(self, run: list[PageElement]) -> Iterator[Tag]:
        """The inline things between two blocks as paragraphs: two line breaks in a row part them."""
        paragraph = self._soup.new_tag("p")
        breaks: list[PageElement] = []
        for node in run:
            if getattr(node, "name", None) == "br":
                breaks.append(node)
                continue
            if breaks and not str(node).strip():
                continue
            if len(breaks) > 1 and paragraph.contents:
                yield from _if_it_says_something(paragraph)
                paragraph = self._soup.new_tag("p")
            elif breaks and paragraph.contents:
                paragraph.append(breaks[0].extract())
            breaks = []
            paragraph.append(node.extract())
        yield from _if_it_says_something(paragraph)

    def _block(self, tag: Tag) -> Iterator[Tag]:
        if tag.name in HEADINGS:
            yield from _if_it_says_something(self._inline(tag.name if self._rich else "p", tag))
        elif tag.name in _LISTS:
            yield from _if_it_says_something(self._list(tag))
        elif tag.name == "table":
            yield from self._table(tag)
        elif tag.name == "blockquote":
            yield from _if_it_says_something(self._with(self._soup.new_tag("blockquote"), self.blocks(tag)))
        elif tag.name == "pre":
            for line_break in tag.find_all("br"):
                line_break.replace_with("\n")
            pre = self._soup.new_tag("pre")
            pre.string = tag.get_text().strip("\n")
            yield from _if_it_says_something(pre)
        elif self._rich:
            yield self._soup.new_tag("hr")

    def _list(self, tag: Tag) -> Tag:
        """A list whose children are all <li>; what stands between them joins the item before."""
        result = self._soup.new_tag(tag.name)
        result.attrs = tag.attrs
        for child in list(tag.children):
            if isinstance(child, Tag) and child.name == "li":
                result.append(self._with(self._soup.new_tag("li"), self.blocks(child)))
            elif isinstance(child, Tag) or str(child).strip():
                holder = child.wrap(self._soup.new_tag("div"))
                items = result.find_all("li", recursive=False) or [self._soup.new_tag("li")]
                result.append(self._with(items[-1], self.blocks(holder)))
        for item in result.find_all("li", recursive=False):
            if not item.get_text(strip=True):
                item.decompose()
        return result

    def _table(self, tag: Tag) -> Iterator[Tag]:
        """A table of inline cells, its first row as wide as the widest: Markdown cuts what is beyond it."""
        for caption in tag.find_all("caption"):
            yield from self.blocks(caption)
            caption.decompose()
        rows = [
            [self._inline(cell.name, cell) for cell in row.find_all(list(_CELLS), recursive=False)]
            for row in tag.find_all("tr")
            if row.find_parent("table") is tag
        ]
        rows = [cells for cells in rows if any(cell.get_text(strip=True) for cell in cells)]
        if not rows:
            yield from self.blocks(tag)
        elif not self._rich:
            yield from (self._row(cells) for cells in rows)
        else:
            yield self._table_of(rows)

    def _row(self, cells: list[Tag]) -> Tag:
        """A row as a paragraph."""
        row = self._soup.new_tag("p")
        for cell in cells:
            row.append(" ")
            self._with(row, list(cell.contents))
        return row

    def _table_of(self, rows: list[list[Tag]]) -> Tag:
        head = rows[0]
        head += [self._soup.new_tag(head[-1].name) for _ in range(max(map(len, rows)) - len(head))]
        table = self._soup.new_tag("table")
        for cells in rows:
            table.append(self._with(self._soup.new_tag("tr"), cells))
        return table

    def _inline(self, name: str, tag: Tag) -> Tag:
        """A block that can hold one line: what is inside, blocks dissolved."""
        for inner in tag.find_all(list(_BLOCKS | {"br"})):
            inner.insert_before(" ")
            inner.insert_after(" ")
            inner.unwrap()
        return self._with(self._soup.new_tag(name), list(tag.contents))

    def _with(self, tag: Tag, children: Iterable[PageElement]) -> Tag:
        for child in children:
            tag.append(child.extract())
        return tag


def _if_it_says_something(block: Tag) -> Iterator[Tag]:
    if block.get_text(strip=True):
        yield block
