"""HTML becomes Markdown that shows the same text, and that an editor can go on with."""

import json
import re
from html import escape

import pytest

from importers.html_to_markdown import COMMENT, ENTRY, to_markdown, visible_text
from newsroom import markup
from tests.importers.wxr import DATA, needs_data

# What Markdown could take for its own.
TRAPS = [
    ">>Liwa Dawoud<<",
    "# no heading",
    "#hashtag",
    "1. no list",
    "1986. A year",
    "- no list",
    "+ no list",
    "* no list * no emphasis *here*",
    "snake_case _under_ __both__",
    "[x] done [link](https://a.example) ![no](picture)",
    "`code` ``` fence",
    "~~struck~~ ~one~",
    "a | b\n--- | ---\n1 | 2",
    "a\n===",
    "a\n---",
    "***",
    "<b>typed</b> <script>",
    "&amp; &copy; &#35; AT&T",
    "back\\slash\\*",
    "    indented",
    "https://a.example/x_y_z*(1)?a=1&copy=2. And www.a.example/_b_ and c_d@e.example",
    "wow!https://a.example",
    ": - : - |",
    "[^1]: note\n[a]: https://a.example",
    "$x$ ==mark== :smile: x^2^ H~2~O",
]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("door", [ENTRY, COMMENT], ids=["entry", "comment"])
@pytest.mark.parametrize("text", TRAPS)
def test_typed_text_is_shown_as_it_was_typed(text, door):
    html = door.render(to_markdown(escape(text, quote=False), door))
    assert squeezed(visible_text(html)) == squeezed(text)


@pytest.mark.parametrize("door", [ENTRY, COMMENT], ids=["entry", "comment"])
@pytest.mark.parametrize("text", TRAPS)
def test_so_it_is_inside_other_markup(text, door):
    inside = escape(text, quote=False)
    html = f"<ul><li><b>{inside}</b><li>x</ul><blockquote>{inside}</blockquote><table><tr><td>{inside}</table>"
    shown = visible_text(door.render(to_markdown(html, door)))
    assert squeezed(shown) == squeezed(f"{text}x{text}{text}")


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("one\ntwo\n\nthree", "one\ntwo\n\nthree"),
        ("one<br>two<br />\nthree<br><br>four", "one\ntwo\nthree\n\nfour"),
        ("<p>one</p>\n<p>two</p>", "one\n\ntwo"),
        ("<div>one<div>two</div>three</div>", "one\n\ntwo\n\nthree"),
        ("<b>bold</b> <i>leaning</i> <del>gone</del>", "**bold** _leaning_ ~~gone~~"),
        ("<em>one\n\ntwo</em>", "_one_\n\n_two_"),
        ("a<b>b</b>c a<i>b</i>c", "a**b**c a*b*c"),
        ("<strong>a</strong><strong>b</strong>", "**ab**"),
        ("<strong>你好：</strong>世界", "你好：世界"),
        ('<a href="https://a.example/x_y">text</a>', "[text](<https://a.example/x_y>)"),
        ('<a href="https://a.example/">https://a.example/</a>', "<https://a.example/>"),
        (
            '<a href="https://a.example"><h4>Title</h4>Text</a>',
            "#### [Title](https://a.example)\n\n[Text](https://a.example)",
        ),
        ('<a href="https://a.example"><img src="x.jpg"></a>', ""),
        ("<code>a*b</code> <kbd>Ctrl</kbd> <code>`</code>", "`a*b` `Ctrl` `` ` ``"),
        ("<pre>one\n\n  two</pre>", "```\none\n\n  two\n```"),
        ("<ul><li>one<ul><li>two</li></ul></li><li>three</li></ul>", "- one\n  - two\n- three"),
        ("<ul><li>one</li><ul><li>two</li></ul></ul>", "- one\n  - two"),
        ('<ol start="3"><li>one</li><li>two</li></ol>', "3. one\n4. two"),
        ("<blockquote>one\n\ntwo</blockquote>", "> one\n>\n> two"),
        ("<table><tr><th>a<th>b<tr><td>1|2<td>3</table>", "| a | b |\n| --- | --- |\n| 1\\|2 | 3 |"),
        ("one<hr>two", "one\n\n---\n\ntwo"),
        ("<q>said</q>", "“said”"),
        ('[caption id="a" width="5"]<img src="x.jpg"> The dike[/caption]', "The dike"),
        ("before<!--more-->after", "beforeafter"),
        ("<script>x</script><style>y</style>z", "z"),
    ],
)
def test_markup_becomes_markdown_that_an_editor_would_write(html, markdown):
    assert to_markdown(html, ENTRY) == markdown


def test_a_comment_has_neither_headings_nor_tables():
    html = "<h2>Loud</h2><table><tr><td>a</td><td>b</td></tr></table><hr>"
    assert to_markdown(html, COMMENT) == "Loud\n\na b"


@pytest.mark.parametrize("html", ["<b>" * 100_000 + "x", "<div>" * 5_000 + "x", "<p><i>x" * 5_000])
def test_endless_nesting_is_read_as_plain_text(html):
    assert set(squeezed(visible_text(ENTRY.render(to_markdown(html, ENTRY))))) == {"x"}


@needs_data
@pytest.mark.parametrize("door", [ENTRY, COMMENT], ids=["entry", "comment"])
def test_naughty_strings_are_shown_as_they_were_typed(door):
    for text in json.loads((DATA / "hostile" / "naughty-strings.json").read_text()):
        html = door.render(to_markdown(escape(text, quote=False), door))
        assert squeezed(visible_text(html)) == squeezed(markup.tidy(text).removeprefix("\ufeff"))


@needs_data
def test_no_payload_leaves_a_script_or_a_handler():
    for payload in json.loads((DATA / "hostile" / "xss.json").read_text()):
        html = ENTRY.render(to_markdown(payload, ENTRY))
        assert not re.search(
            r"<(?!/?(?:p|br|em|strong|del|a|ul|ol|li|blockquote|code|pre|h\d|hr|table|thead|tbody|t[rhd])\b)", html
        )
        assert not re.search(r"<[^>]*(?:\son\w+=|=\"\s*(?:javascript|data|vbscript):)", html, re.IGNORECASE)


def test_a_link_alone_on_a_line_stays_a_link_and_becomes_a_card_on_the_page():
    address = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    text = to_markdown(f"<p>See:</p><p>{address}</p>", ENTRY)
    assert address.replace("_", "\\_") in text or address in text
    assert "data-embed" in markup.entry_html(text)
