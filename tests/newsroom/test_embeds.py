"""A link alone on a line becomes a card: in every form that people paste, of whom we know, and nowhere else."""

import re
import time
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from justhtml import JustHTML

from newsroom.embeds import LONGEST_SHOWN, card
from newsroom.markup import comment_html, entry_html
from tests.people import make_article, make_entry

VIDEO = "dQw4w9WgXcQ"
YOUTUBE = f"https://www.youtube-nocookie.com/embed/{VIDEO}"
X = "https://platform.twitter.com/embed/Tweet.html?dnt=true&id=1234567890123456789"
DID = "did:plc:z72i7hdynmk6r22z27h6tvur"


def frame_of(html: str | None) -> str:
    found = re.search(r'data-embed="([^"]*)"', html or "")
    return unescape(found[1]) if found else ""


def link_of(html: str | None) -> str:
    found = re.search(r'<a href="([^"]*)" rel="noopener">', html or "")
    return unescape(found[1]) if found else ""


KNOWN = [
    (f"https://www.youtube.com/watch?v={VIDEO}", "YouTube", "video", YOUTUBE),
    (f"https://youtube.com/watch?v={VIDEO}&feature=shared", "YouTube", "video", YOUTUBE),
    (f"https://m.youtube.com/watch?app=desktop&v={VIDEO}", "YouTube", "video", YOUTUBE),
    (f"http://youtu.be/{VIDEO}?si=A-b_c", "YouTube", "video", YOUTUBE),
    (f"https://www.youtube.com/shorts/{VIDEO}", "YouTube", "video", YOUTUBE),
    (f"https://www.youtube.com/live/{VIDEO}?feature=share", "YouTube", "video", YOUTUBE),
    (f"https://youtu.be/{VIDEO}?t=90", "YouTube", "video", f"{YOUTUBE}?start=90"),
    (f"https://youtu.be/{VIDEO}?si=A-b_c&t=90s", "YouTube", "video", f"{YOUTUBE}?start=90"),
    (f"https://www.youtube.com/watch?v={VIDEO}&t=1h2m3s", "YouTube", "video", f"{YOUTUBE}?start=3723"),
    (f"https://www.youtube.com/watch?t=2m&v={VIDEO}", "YouTube", "video", f"{YOUTUBE}?start=120"),
    (f"https://youtu.be/{VIDEO}?t=soon", "YouTube", "video", YOUTUBE),
    ("https://vimeo.com/76979871", "Vimeo", "video", "https://player.vimeo.com/video/76979871?dnt=1"),
    ("https://x.com/nws/status/1234567890123456789", "X", "post", X),
    ("https://x.com/nws/status/1234567890123456789?s=20&t=aB-c", "X", "post", X),
    ("https://twitter.com/nws/status/1234567890123456789/photo/1", "X", "post", X),
    ("https://mobile.twitter.com/nws/status/1234567890123456789", "X", "post", X),
    (
        "https://www.instagram.com/p/CuE2WNQs_-x/?igsh=abc",
        "Instagram",
        "post",
        "https://www.instagram.com/p/CuE2WNQs_-x/embed/",
    ),
    ("https://instagram.com/reel/CuE2WNQs_-x/", "Instagram", "post", "https://www.instagram.com/p/CuE2WNQs_-x/embed/"),
    (
        "https://bsky.app/profile/weather.bsky.social/post/3jt6walwmos2y",
        "Bluesky",
        "post",
        "https://embed.bsky.app/embed/weather.bsky.social/app.bsky.feed.post/3jt6walwmos2y",
    ),
    (
        f"https://bsky.app/profile/{DID}/post/3jt6walwmos2y",
        "Bluesky",
        "post",
        f"https://embed.bsky.app/embed/{DID}/app.bsky.feed.post/3jt6walwmos2y",
    ),
    (
        "https://mastodon.social/@storm_watch/109372843234",
        "Mastodon",
        "post",
        "https://mastodon.social/@storm_watch/109372843234/embed",
    ),
    (
        "https://mastodon.social/@watch@social.example.org/109372843234",
        "Mastodon",
        "post",
        "https://mastodon.social/@watch@social.example.org/109372843234/embed",
    ),
    (
        "https://soundcloud.com/forss/flickermood?in=x/sets/y",
        "SoundCloud",
        "sound",
        "https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2Fforss%2Fflickermood",
    ),
]


@pytest.mark.parametrize(("address", "name", "kind", "frame"), KNOWN, ids=[row[0][8:60] for row in KNOWN])
def test_whoever_is_known(address: str, name: str, kind: str, frame: str) -> None:
    html = entry_html(f"Look:\n\n{address}\n\nThere.")
    assert html.startswith("<p>Look:</p>\n<p class=")
    assert html.endswith("</p>\n<p>There.</p>\n")
    assert f'<p class="embed {kind}" ' in html
    assert f">▶ {name} <small>" in html
    assert frame_of(html) == frame


def test_what_is_stored() -> None:
    """It speaks no language, and is a link for whoever has no scripts."""
    assert entry_html(f"https://youtu.be/{VIDEO}") == (
        f'<p class="embed video" data-embed="{YOUTUBE}">'
        f'<a href="https://youtu.be/{VIDEO}" rel="noopener">▶ YouTube <small>youtu.be/{VIDEO}</small></a></p>\n'
    )


def test_the_link_leads_to_the_same_and_tells_nobody_who_shared_it() -> None:
    assert link_of(card(f"https://m.youtube.com/watch?v={VIDEO}&si=me&t=1m")) == f"https://youtu.be/{VIDEO}?t=60"
    assert link_of(card("https://twitter.com/nws/status/12?s=20&t=me")) == "https://x.com/nws/status/12"
    assert (
        link_of(card("https://www.instagram.com/storm.de/reel/Cu_x/?igsh=me")) == "https://www.instagram.com/reel/Cu_x/"
    )
    assert link_of(card("https://soundcloud.com/forss/flickermood?si=me")) == "https://soundcloud.com/forss/flickermood"


def test_a_long_address_is_shown_in_part() -> None:
    html = card(f"https://soundcloud.com/forss/{'a-very-long-name-' * 6}")
    shown = re.search(r"<small>(.*)</small>", html or "")
    assert shown
    assert len(shown[1]) == LONGEST_SHOWN
    assert shown[1].endswith("…")


@pytest.mark.parametrize(
    "address",
    [
        f"https://youtube.com.evil.example/watch?v={VIDEO}",
        f"https://evil.example/youtube.com/watch?v={VIDEO}",
        f"https://evil.example/?https://youtu.be/{VIDEO}",
        f"https://evil.example#https://youtu.be/{VIDEO}",
        f"https://notyoutube.com/watch?v={VIDEO}",
        f"https://youtube.com@evil.example/watch?v={VIDEO}",
        f"https://me:secret@www.youtube.com/watch?v={VIDEO}",
        f"https://www.youtube.com:8443/watch?v={VIDEO}",
        f"https://evil.youtube.com/watch?v={VIDEO}",
        f"https://www.youtube.com\\@evil.example/watch?v={VIDEO}",
        f"https://youtu.be./{VIDEO}",
        f"https://youtu.bé/{VIDEO}",
        f"//youtu.be/{VIDEO}",
        f"ftp://youtu.be/{VIDEO}",
        f"javascript:alert(1)//youtu.be/{VIDEO}",
        f"javascript://youtu.be/{VIDEO}%0aalert(1)",
        f"data:text/html,https://youtu.be/{VIDEO}",
        f"https://youtu.be/{VIDEO} x",
        f"https://youtu.be/{VIDEO}x",
        f"https://youtu.be/{VIDEO}/x",
        f'https://youtu.be/{VIDEO[:-1]}"',
        "https://youtu.be/../../abcde",
        "https://www.youtube.com/@someone",
        "https://www.youtube.com/playlist?list=PL123",
        f"https://www.youtube.com/watch?x={VIDEO}",
        f"https://www.youtube.com/watch?xv={VIDEO}",
        "https://x.com/nws",
        "https://x.com/nws/status/12a",
        "https://x.com/nws/status/12/../34",
        "https://netflix.com/nws/status/12",
        "https://www.instagram.com/storm.de/",
        "https://bsky.app/profile/weather.bsky.social",
        "https://bsky.app/profile/no-dot/post/3jt6",
        "https://bsky.app/profile/did:plc:a/b/post/3jt6",
        "http://mastodon.social/@storm/109",
        "https://mastodon.social/@storm/109/embed",
        "https://mastodon.social/@storm/about",
        "https://mastodon.social:444/@storm/109",
        "https://me@mastodon.social/@storm/109",
        "https://localhost/@storm/109",
        "https://127.0.0.1/@storm/109",
        "https://[::1]/@storm/109",
        "https://-a.example/@storm/109",
        "https://mastodon.social/@a@b/109",
        "https://mastodon.social/@storm/١٢٣",
        "https://soundcloud.com/forss",
        "https://soundcloud.com/forss/likes",
        "https://soundcloud.com/forss/sets/soulhack",
        "https://soundcloud.com.evil.example/forss/flickermood",
        "https://vimeo.com/channels/staffpicks",
        "https://vimeo.com/12/34",
        f"https://youtu.be/{VIDEO}?{'x' * 400}",
        "https://b.example/c",
    ],
)
def test_whoever_is_not_known_or_only_looks_like_it(address: str) -> None:
    assert card(address) is None
    assert card(f"{address}\n") is None
    assert "data-embed" not in entry_html(address)


LINK = f"https://youtu.be/{VIDEO}"


@pytest.mark.parametrize(
    "text",
    [
        f"See {LINK}",
        f"{LINK} is it",
        f"{LINK}.",
        f"{LINK}\n{LINK}",
        f"{LINK}\nMore.",
        f"[watch]({LINK})",
        f"[{LINK}](https://youtu.be/xxxxxxxxxxx)",
        f'[{LINK}]({LINK} "title")',
        f"*{LINK}*",
        f"`{LINK}`",
        f"Code:\n\n    {LINK}",
        f"~~~\n{LINK}\n~~~",
        f"# {LINK}",
        f"> {LINK}",
        f"> [a](https://b.example '</blockquote>')\n>\n> {LINK}",
        f"> > {LINK}\n>\n> {LINK}",
        f"- {LINK}",
        f"- one\n\n  {LINK}\n- two",
        f"1. one\n\n   {LINK}",
        f"|a|\n|-|\n|{LINK}|",
        f'<p><a href="{LINK}" rel="noopener">{LINK}</a></p>',
        f'<p class="embed" data-embed="{LINK}">x</p>',
    ],
)
def test_what_is_not_alone_stays_as_it_is(text: str) -> None:
    assert JustHTML(entry_html(text), fragment=True, sanitize=False).query("[data-embed]") == []
    assert entry_html(text) == entry_html(text, cards=False)


@pytest.mark.parametrize("text", [LINK, f"<{LINK}>", f"[{LINK}]({LINK})", f"www.youtube.com/watch?v={VIDEO}"])
def test_however_the_address_is_written(text: str) -> None:
    assert frame_of(entry_html(text)) == YOUTUBE


def test_after_a_quote_and_a_list_it_is_alone_again() -> None:
    html = entry_html(f"> > {LINK}\n\n- a\n\n  {LINK}\n\nThen:\n\n{LINK}")
    assert html.count("data-embed") == 1
    assert html.rstrip().endswith("</small></a></p>")


def test_a_reader_s_comment_has_none() -> None:
    for address, *_rest in KNOWN:
        assert "data-embed" not in comment_html(address)


@pytest.mark.parametrize(
    "payload", ['"onload="alert(1)', "'><script>alert(1)</script>", "{id}", "{0.__class__}", "&quot;&lt;"]
)
def test_a_payload_is_left_out_or_the_link_stays_a_link(payload: str) -> None:
    for address, *_rest in KNOWN:
        for text in (address + payload, f"{address}?x={payload}", address.replace("/", f"/{payload}", 3)):
            html = entry_html(text)
            assert payload not in (link_of(html), frame_of(html))
            for element in JustHTML(html, fragment=True, sanitize=False).query("*"):
                assert element.name in {"p", "a", "small", "em", "strong"}
                assert set(element.attrs) <= {"class", "data-embed", "href", "rel"}
                assert "alert" not in (element.attrs.get("data-embed") or "")


@pytest.mark.parametrize(
    "line",
    [LINK, f"{LINK}?t=1h2m3s", "https://mastodon.social/@a/1", f"https://{'a.' * 100}b", f"https://{'a-' * 120}b"],
)
def test_twice_the_links_take_twice_the_time(line: str) -> None:
    def seconds(count: int) -> float:
        text = f"{line}\n\n" * count
        best = 9.0
        for _attempt in range(5):
            start = time.process_time()
            entry_html(text)
            best = min(best, time.process_time() - start)
        return best

    few = 50_000 // len(line)
    assert seconds(4 * few) < 8 * seconds(few)


@pytest.mark.django_db
def test_frames_are_allowed_where_entries_are_read_and_nowhere_else(client: Client) -> None:
    entry = make_entry(make_article(), LINK)
    for address in (entry.get_absolute_url(), entry.article.get_absolute_url(), reverse("front")):
        assert client.get(address)["Content-Security-Policy"].endswith("; frame-src https:")
    for address in (reverse("login"), reverse("me"), "/admin/login/", "/no/such/page/at/all"):
        assert "frame-src" not in client.get(address)["Content-Security-Policy"]
