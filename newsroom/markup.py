"""The one door from a writer's text to safe HTML: Markdown without raw HTML, then an allow-list.

Raw HTML in the text is shown as the characters that were typed. What comes out is stored beside the text and may be
put into a page unescaped. Both libraries work in linear time, and nesting is bounded before and after, so no text of
100 kB takes more than 0.1 s (`make bench`).
"""

import re
import unicodedata

import comrak
import nh3
import regex
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from newsroom import embeds

# The entry's own headline is an h3 on the article page (title h1, day h2), so what is inside starts at h4.
FIRST_HEADING = 4
# Deeper than people quote; nh3's parser is quadratic in depth (100,000 levels took 45 s).
MAX_QUOTES = 16
MAX_DEPTH = 100

_BASE_TAGS = {"p", "br", "em", "strong", "del", "a", "ul", "ol", "li", "blockquote", "code", "pre"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_ENTRY_TAGS = _BASE_TAGS | _HEADINGS | {"hr", "table", "thead", "tbody", "tr", "th", "td"}
_SCHEMES = {"http", "https", "mailto"}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}

_comment_cleaner = nh3.Cleaner(
    tags=_BASE_TAGS | _HEADINGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="nofollow ugc noopener"
)
_entry_cleaner = nh3.Cleaner(tags=_ENTRY_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener")

_deep_quote = re.compile(rf"^((?:[ \t]*>){{{MAX_QUOTES}}})[ \t>]+", re.MULTILINE)
_nesting = re.compile(r"<(/?)(?!br|hr|img|input)[a-z]")
# Markdown's tables cannot go without a head; one left empty would be read out as nameless columns.
_empty_head = re.compile(r"<thead>\s*<tr>\s*(?:<th></th>\s*)+</tr>\s*</thead>\s*")
_tag = re.compile(r"<[^>]*>")
_heading = re.compile(r"<(/?)h([1-6])>")
# Characters that no XML or HTML may hold; PostgreSQL refuses NUL outright, half a surrogate pair has no bytes,
# and a byte-order mark is none of the text.
_forbidden = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff\ufffe\uffff]")
# More marks on one letter than any script has.
_pile = regex.compile(r"\p{M}{64}")


def _extensions(*, tables: bool) -> comrak.ExtensionOptions:
    options = comrak.ExtensionOptions()
    options.autolink = True
    options.strikethrough = True
    options.table = tables
    return options


def _render_options() -> comrak.RenderOptions:
    options = comrak.RenderOptions()
    options.escape = True
    options.hardbreaks = True
    return options


_RENDER = _render_options()
_COMMENT_EXTENSIONS = _extensions(tables=False)
_ENTRY_EXTENSIONS = _extensions(tables=True)


def tidy(text: str) -> str:
    """The text as it is stored: line ends as LF, no control characters, no blank ends, composed (Unicode's NFC)."""
    text = _forbidden.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    # Composing sorts the marks of one character, in a time that grows with their number squared: 80 kB took 5 s.
    return (text if _pile.search(text) else unicodedata.normalize("NFC", text)).strip()


def entry_html(text: str, *, cards: bool = True) -> SafeString:
    """An entry's or a lead's Markdown as safe HTML; its headings start at h4, its links are followed.

    With `cards`, what is known to newsroom/embeds.py can be shown within the page.
    """
    html = _entry_cleaner.clean(_markdown(text, _ENTRY_EXTENSIONS))
    html = _empty_head.sub("", html).replace("<th></th>", "<td></td>")
    html = _heading.sub(_lower_heading, html)
    return mark_safe(embeds.with_cards(html) if cards else html)  # noqa: S308 -- nh3 has cleaned it


def comment_html(text: str) -> SafeString:
    """A reader's Markdown as safe HTML: headings become paragraphs, no tables, links marked as a reader's."""
    html = _comment_cleaner.clean(_markdown(text, _COMMENT_EXTENSIONS))
    if not _tag.sub("", html).strip():
        # "***" or "[1]: address" is Markdown for nothing to see; whoever sends only that means the characters.
        html = f"<p>{escape(tidy(text))}</p>" if tidy(text) else ""
    return mark_safe(_heading.sub(r"<\1p>", html))  # noqa: S308 -- nh3 has cleaned it


def _markdown(text: str, extensions: comrak.ExtensionOptions) -> str:
    text = _deep_quote.sub(r"\1 ", tidy(text))
    html = comrak.render_markdown(text, extension_options=extensions, render_options=_RENDER)
    return html if _depth(html) <= MAX_DEPTH else f"<p>{escape(text)}</p>"


def _depth(html: str) -> int:
    deepest = depth = 0
    for tag in _nesting.finditer(html):
        depth += -1 if tag[1] else 1
        deepest = max(deepest, depth)
    return deepest


def _lower_heading(tag: re.Match[str]) -> str:
    return f"<{tag[1]}h{min(6, int(tag[2]) + FIRST_HEADING - 1)}>"
