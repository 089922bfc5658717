"""HTML as Markdown that our own markup door renders to the same visible text.

Whatever Markdown could misread is escaped. Each block is rendered and compared; one that says something else after
rendering loses its emphasis, and then all its structure, but never a word.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from html import unescape
from typing import NamedTuple

import nh3
from bs4 import Tag
from bs4.element import PageElement
from markdownify import MarkdownConverter

from importers.html_blocks import HEADINGS, blocks_of
from newsroom import markup

_special = re.compile(r"[\\`*\[\]<~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|!$")
_punctuation = re.compile(r"([!-/:-@\[-`{-~])")
_entity = re.compile(r"&(?=#?\w+;)")
_address = re.compile(r"(https?://[!-;=?-~]+)|\b(?:www\.|[a-z]+://)\S+", re.IGNORECASE)
_address_end = re.compile(r"[.,;:!?'\"*_~\[\]()`\\|]+$")
# What means something at the start of a line: a heading, a list, a quotation, a rule, an underline, a table's ruler.
_line_start = re.compile(r"^(?:#{1,6}(?=\s|$)|[-+](?=\s|$)|>|[-=:|][-=:| \t]*$)")
_numbered = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_blank_lines = re.compile(r"\n\s*\n")
_block_tag = re.compile(r"</?(?:p|h\d|li|[ou]l|blockquote|pre|table|thead|tbody|tr|t[dh]|hr|br|div)\b[^>]*>")
_any_tag = re.compile(r"<[^>]*>")


class Door(NamedTuple):
    """What the text will go through."""

    render: Callable[[str], str]
    # Headings, tables and rules.
    rich: bool


# A link that becomes a card on the page is the link that stood there.
ENTRY = Door(partial(markup.entry_html, cards=False), rich=True)
COMMENT = Door(markup.comment_html, rich=False)


class Section(NamedTuple):
    headline: str
    text: str


def to_markdown(html: str, door: Door, base: str = "") -> str:
    if "<" not in html and "&" not in html:
        text = markup.tidy(html)
        markdown = "\n\n".join(map(_plain_paragraph, _blank_lines.split(text)))
        if visible_text(door.render(markdown)) == " ".join(text.split()):
            return markdown
    return _join(blocks_of(html, base, rich=door.rich), door)


def split_at_headings(html: str, base: str = "") -> tuple[str, list[Section]]:
    """The lead and one section per heading, of whatever rank, in order. Without a heading all is lead.

    A heading in a list, a quotation or a table belongs to that and begins nothing.
    """
    groups: list[list[Tag]] = [[]]
    for block in blocks_of(html, base, rich=True):
        if block.name in HEADINGS:
            groups.append([])
        groups[-1].append(block)
    sections = [Section(" ".join(head.get_text().split()), _join(rest, ENTRY)) for head, *rest in groups[1:]]
    return _join(groups[0], ENTRY), sections


def visible_text(html: str) -> str:
    """What a reader sees, with single spaces. For HTML in which every "<" begins a tag, as a cleaner leaves it."""
    return " ".join(unescape(_any_tag.sub("", _block_tag.sub(" ", html))).split())


def plain_text(html: str) -> str:
    """A name or a title, in which WordPress allows tags and entities."""
    return " ".join(unescape(nh3.clean(html, tags=set())).split())


def plain_markdown(text: str) -> str:
    """One line of plain text as Markdown that shows it."""
    return _guarded(_with_escapes(text, set()))


def left_out_media(html: str) -> Iterator[str]:
    """What readers saw in the source and will not see here, in words."""
    for what, tags in (("picture", "img"), ("embedded thing", "iframe|embed|object|video|audio")):
        if count := len(re.findall(rf"<(?:{tags})\b", html, re.IGNORECASE)):
            yield f"{count} {what}{'s' if count > 1 else ''} left out"


def _plain_paragraph(text: str) -> str:
    """Faster than through HTML, and what most comments are made of."""
    return "\n".join(plain_markdown(line.strip()) for line in text.strip().split("\n"))


def _join(blocks: Iterable[Tag], door: Door) -> str:
    return "\n\n".join(filter(None, (_checked(block, door) for block in blocks)))


def _checked(block: Tag, door: Door) -> str:
    wanted = visible_text(str(block))
    for convert in (_convert, _convert_without_marks, _convert_words):
        markdown = convert(block)
        if visible_text(door.render(markdown)) == wanted:
            break
    return markdown


def _convert(block: Tag) -> str:
    return _Converter().convert_block(block)


def _convert_without_marks(block: Tag) -> str:
    for mark in block.find_all(["em", "strong", "del"]):
        mark.unwrap()
    # Neighbouring texts must become one, or each is escaped as if it stood alone.
    block.smooth()
    return _convert(block)


def _convert_words(block: Tag) -> str:
    for tag in [block, *block.find_all(["p", "li", "tr", "td", "th", "br"])]:
        tag.append("\n")
    lines = filter(None, (" ".join(line.split()) for line in block.get_text().split("\n")))
    return ("\n" if block.name == "p" else "\n\n").join(_punctuation.sub(r"\\\1", line) for line in lines)


class _Converter(MarkdownConverter):
    """markdownify's walk through lists, quotations and tables, with escapes that hold for our renderer (comrak)."""

    def __init__(self) -> None:
        super().__init__(heading_style="atx", bullets="-")

    def convert_block(self, block: Tag) -> str:
        return self.convert_soup(block).strip("\n")

    def escape(self, text: str, parent_tags: set[str]) -> str:
        return _with_escapes(text, parent_tags)

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = "\n".join(_guarded(line.strip(" \t")) for line in text.strip(" \t\n").split("\n"))
        if el.parent is not None and el.parent.name == "li" and el.previous_sibling is None:
            return text
        return f"\n\n{text}\n\n"

    def convert_br(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return "\n"

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:
        line = " ".join(text.split()).replace("#", r"\#")
        return f"\n\n{'#' * n} {line}\n\n"

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        before, text, after = _stripped(text)
        href = str(el.get("href") or "").strip()
        if not text or not href:
            return f"{before}{text}{after}"
        if el.get_text().strip() == href and _address.fullmatch(href) and _trimmed(href) == href:
            return f"{before}<{_entity.sub('&amp;', href)}>{after}"
        return f"{before}[{text}]({_destination(href)}){after}"

    def convert_code(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        before, code, after = _stripped(text)
        if not code:
            return text
        if parent_tags & {"td", "th"}:
            code = code.replace("|", r"\|")
        fence = "`" * (1 + max(map(len, re.findall("`+", code)), default=0))
        space = " " if code[0] == "`" or code[-1] == "`" else ""
        return f"{before}{fence}{space}{code}{space}{fence}{after}"

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
        return f"\n\n{fence}\n{text}\n{fence}\n\n"

    def convert_em(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        # "_" cannot stand inside a word, but next to "**" it is never misread.
        inside_word = _is_word(_before(el)) or _is_word(_after(el))
        return _marked(el, text, "*" if inside_word else "_")

    def convert_strong(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _marked(el, text, "**")

    def convert_del(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _marked(el, text, "~~")


def _with_escapes(text: str, parent_tags: set[str]) -> str:
    pieces, at = [], 0
    for address in _address.finditer(text):
        pieces += [_escaped(text[at : address.start()], parent_tags), _shown(address, parent_tags)]
        at = address.end() if not address[1] else address.start() + len(_trimmed(address[1]))
    return "".join([*pieces, _escaped(text[at:], parent_tags)])


def _stripped(text: str) -> tuple[str, str, str]:
    """The space before, the text, the space after."""
    inner = text.strip()
    if not inner:
        return "", "", text
    start = text.index(inner[0])
    return text[:start], inner, text[start + len(inner) :]


def _escaped(text: str, parent_tags: set[str]) -> str:
    text = _special.sub(r"\\\g<0>", text)
    return text.replace("|", r"\|") if parent_tags & {"td", "th"} else text


def _shown(address: re.Match[str], parent_tags: set[str]) -> str:
    """A web address in the text. Between <> no escape is needed; inside a link it must not become another."""
    if address[1] and "a" not in parent_tags:
        url = _entity.sub("&amp;", _trimmed(address[1]))
        return f"<{url.replace('|', '%7C')}>" if "|" not in url else _escaped(url, parent_tags)
    text = _trimmed(address[1]) if address[1] else address[0]
    if _escaped(text, parent_tags) == text and "a" not in parent_tags:
        return text
    return re.sub(r"(?<=\bwww)\.|:(?=//)", r"\\\g<0>", _escaped(text, parent_tags), flags=re.IGNORECASE)


def _trimmed(address: str) -> str:
    """The address without the punctuation of the sentence around it."""
    return _address_end.sub("", address)


def _destination(href: str) -> str:
    href = _entity.sub("&amp;", re.sub(r"\s+", "%20", href).replace("\\", "%5C"))
    if not re.search(r"[()<>*_`\[\]]", href):
        return href
    return f"<{href.replace('<', '%3C').replace('>', '%3E')}>"


def _guarded(line: str) -> str:
    """A line of a paragraph that cannot be taken for a heading, list, quotation or rule."""
    return _numbered.sub(r"\1\\\2", _line_start.sub(r"\\\g<0>", line))


def _marked(el: Tag, text: str, mark: str) -> str:
    """The text between marks, where CommonMark would read them as such; else the text alone."""
    before, text, after = _stripped(text)
    if not text:
        return before + after
    opens = not _is_punctuation(text[0]) or before or not _is_word(_before(el))
    closes = not _is_punctuation(text[-1]) or after or not _is_word(_after(el))
    return f"{before}{mark}{text}{mark}{after}" if opens and closes else f"{before}{text}{after}"


def _before(el: Tag) -> str:
    return _neighbour(el.previous_sibling, -1)


def _after(el: Tag) -> str:
    return _neighbour(el.next_sibling, 0)


def _neighbour(node: PageElement | None, index: int) -> str:
    """The character beside an element: of a text its own, of another element its closing or opening mark."""
    if node is None or getattr(node, "name", None) == "br":
        return ""
    return "*" if isinstance(node, Tag) else str(node)[index:][:1]


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def _is_word(character: str) -> bool:
    return bool(character) and not character.isspace() and not _is_punctuation(character)
