"""What people type becomes safe HTML: the one door, tried with everything that has opened others."""

import html
import json
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from justhtml import JustHTML

from newsroom import markup
from newsroom.markup import comment_html, entry_html, tidy

HOSTILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "hostile"
COMMENT_TAGS = {"p", "br", "em", "strong", "del", "a", "ul", "ol", "li", "blockquote", "code", "pre"}
ENTRY_TAGS = COMMENT_TAGS | {"h4", "h5", "h6", "hr", "table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {"a": {"href", "title", "rel"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
DOORS = [pytest.param(entry_html, ENTRY_TAGS, id="entry"), pytest.param(comment_html, COMMENT_TAGS, id="comment")]
PIECES = [
    "*",
    "_",
    "`",
    "~~~\n",
    ">",
    "- ",
    "1. ",
    "#",
    "[a](b)",
    "<b>",
    "&lt;",
    "|a|\n|-|\n",
    "\n",
    "\t",
    "\\",
    "\x00",
]
PIECES += [
    "\r",
    "\u202e",
    "\ud800",
    "\ufffe",
    "🧨",
    "<!--",
    "]]>",
    "http://x.y",
    "javascript:",
    "!",
    "\x0b",
    "é",
    "word ",
]


def hostile(name: str) -> list[str]:
    path = HOSTILE / name
    if not path.exists():
        pytest.skip(f"../shared/data/hostile/{name} is not there")
    texts: list[str] = json.loads(path.read_text())
    return texts


def danger(output: str, allowed: set[str]) -> str:
    """What a browser could run or follow in it, or "". Reads it as a browser does."""
    for element in JustHTML(output, fragment=True, sanitize=False).query("*"):
        if element.name not in allowed:
            return f"<{element.name}>"
        for name, value in element.attrs.items():
            if name not in ATTRIBUTES.get(element.name, set()):
                return f"{name}={value}"
            if name == "href" and scheme_of(value or "") not in SCHEMES:
                return f"href={value}"
    return ""


def scheme_of(address: str) -> str:
    """As the most forgiving reader finds it: entities decoded again, white space and control characters ignored."""
    plain = re.sub(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\ufeff]", "", html.unescape(address))
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", plain)
    return scheme[1].lower() if scheme else "http"


@pytest.mark.parametrize(
    ("output", "found"),
    [
        ("<p>a</p><script>b</script>", "<script>"),
        ('<p onclick="b()">a</p>', "onclick=b()"),
        ('<a href="java\tscript&#58;b()">a</a>', "href=java\tscript:b()"),
        ('<p>a <a href="https://b.example" rel="noopener">c</a></p>', ""),
    ],
)
def test_the_judge_of_these_tests_sees_danger(output: str, found: str) -> None:
    assert danger(output, ENTRY_TAGS) == found


@pytest.mark.parametrize(("door", "allowed"), DOORS)
@pytest.mark.parametrize("name", ["xss.json", "naughty-strings.json"])
def test_every_known_payload_is_inert(name: str, door: Callable[[str], str], allowed: set[str]) -> None:
    found = {text: what for text in hostile(name) if (what := danger(door(text), allowed))}
    assert found == {}


@pytest.mark.parametrize(("door", "allowed"), DOORS)
def test_payloads_stay_inert_inside_links_quotes_lists_and_tables(
    door: Callable[[str], str], allowed: set[str]
) -> None:
    frames = ["[a]({})", "[a](<{}>)", '[a](http://b "{}")', "> {}", "- {}", "|a|\n|-|\n|{}|", "`{}`", "<{}>", "# {}"]
    texts = [frame.format(text) for text in hostile("xss.json")[::8] for frame in frames]
    assert {text: what for text in texts if (what := danger(door(text), allowed))} == {}


@pytest.mark.parametrize(("door", "allowed"), DOORS)
def test_any_text_renders_and_what_comes_out_is_clean_already(door: Callable[[str], str], allowed: set[str]) -> None:
    dice = random.Random(7)
    cleaner = markup._entry_cleaner if door is entry_html else markup._comment_cleaner
    for _ in range(2_000):
        output = door("".join(dice.choices(PIECES, k=dice.randrange(1, 40))))
        assert danger(output, allowed) == ""
        assert cleaner.clean(output) == output


def test_raw_html_is_shown_as_it_was_typed() -> None:
    assert entry_html("a <b>bold</b> move") == "<p>a &lt;b&gt;bold&lt;/b&gt; move</p>\n"
    assert comment_html("<script>x</script>") == "&lt;script&gt;x&lt;/script&gt;\n"


def test_an_address_with_another_scheme_loses_its_link() -> None:
    output = entry_html("[a](javascript:b) [c](data:text/html,d) [e](ftp://f.example) [g](mailto:h@i.example)")
    assert [address for address in re.findall('href="([^"]*)"', output) if address] == ["mailto:h@i.example"]


@pytest.mark.parametrize(("level", "tag"), [(1, "h4"), (2, "h5"), (3, "h6"), (4, "h6"), (6, "h6")])
def test_headings_in_an_entry_start_below_its_own_headline(level: int, tag: str) -> None:
    assert entry_html("#" * level + " Roads") == f"<{tag}>Roads</{tag}>\n"


def test_a_reader_writes_no_headings_and_no_tables() -> None:
    assert comment_html("# Loud") == "<p>Loud</p>\n"
    assert "<table>" in entry_html("|a|\n|-|\n|b|")
    assert "<table>" not in comment_html("|a|\n|-|\n|b|")


def test_links_say_whose_they_are() -> None:
    link = "[a](https://b.example)"
    assert entry_html(link) == '<p><a href="https://b.example" rel="noopener">a</a></p>\n'
    assert comment_html(link) == '<p><a href="https://b.example" rel="nofollow ugc noopener">a</a></p>\n'


def test_a_bare_address_becomes_a_link() -> None:
    assert 'href="https://b.example/c"' in comment_html("See https://b.example/c for it")


def test_a_new_line_is_a_new_line() -> None:
    assert comment_html("one\ntwo\n\nthree") == "<p>one<br>\ntwo</p>\n<p>three</p>\n"


def deepest(output: str) -> int:
    depth = most = 0
    for tag in re.finditer(r"<(/?)(?!br|hr)[a-z]", output):
        depth += -1 if tag[1] else 1
        most = max(most, depth)
    return most


@pytest.mark.parametrize(
    "text",
    [
        ">" * 100_000,
        "> " * 50_000 + "a",
        "\n".join(">" * depth + " a" for depth in range(1, 400)),
        "- " * 50_000 + "a",
        "- > " * 25_000 + "a",
        "\n".join("  " * depth + "- a" for depth in range(300)),
        "*a _b " * 16_000 + "c_ d*" * 4_000,
        "**" * 25_000 + "a" + "**" * 25_000,
        "[" * 100_000,
        "<" * 100_000,
        "*" * 100_000,
        "[a](" * 25_000,
    ],
    ids=lambda text: text[:6].replace("\n", "/"),
)
def test_nesting_has_an_end_and_the_words_stay(text: str) -> None:
    for door in (entry_html, comment_html):
        output = door(text)
        assert deepest(output) <= markup.MAX_DEPTH
        assert "a" not in text or "a" in re.sub(r"<[^>]*>", "", output)


def test_a_quote_keeps_its_first_sixteen_levels() -> None:
    output = comment_html(">" * 40 + " far")
    assert output.count("<blockquote>") == markup.MAX_QUOTES
    assert "far" in output


def test_tidy_keeps_the_words_and_drops_what_no_page_may_hold() -> None:
    assert tidy("\r\n one\r\ntwo\rthree\x00\x07\x1b\x7f\tfour \n") == "one\ntwo\nthree\tfour"
    assert tidy("half\ud800 of a pair, \ufffeno character\uffff") == "half of a pair, no character"
    # Composed, as two spellings of one letter are one letter.
    assert tidy("שלום \u202e 🧨 e\u0301") == "שלום \u202e 🧨 \u00e9"


def test_tidy_changes_nothing_twice() -> None:
    for text in hostile("naughty-strings.json"):
        assert tidy(tidy(text)) == tidy(text)


def test_marks_piled_up_on_one_letter_stay_as_they_are_and_take_no_time() -> None:
    """Composing them takes minutes, in which nobody else is answered."""
    piled = "a" + "\u0301" * 200_000 + "\u0323" * 200_000
    assert tidy(f" {piled} ") == piled
