"""A link to a video, a sound or a post that stands alone on a line becomes a card, which shows it when it is clicked.

Nobody else is asked before that, and never by this site; the click is static/me.js's. A card is a plain link with the
address of its frame beside it; both are put together anew from the parts that a pattern has let through.

To add a provider: its row in PROVIDERS, its forms and refusals in tests/newsroom/test_embeds.py.
"""

import re
from html import escape, unescape
from typing import NamedTuple

# Longer is no address of a post, so no pattern has to look at it.
LONGEST_ADDRESS = 300
LONGEST_SHOWN = 48

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = rf"(?:{_LABEL}\.){{1,8}}[a-z][a-z0-9-]{{0,61}}[a-z0-9]"
_YOUTUBE = r"(?:youtu\.be/|(?:www\.|m\.)?youtube\.com/(?:shorts/|live/|watch\?(?:[^#]*&)?v=))"
_BLUESKY_USER = rf"(?:{_HOST}|did:[a-z]{{1,10}}:[\w.-]{{1,100}})"
_PHOTO = r"(?:/(?:photo|video)/[0-9])?"
# A person's lists on SoundCloud are no tracks.
_LISTS = r"(?:albums|comments|followers|following|likes|popular-tracks|reposts|sets|tracks)(?![\w-])"
# What browsers and apps add: who shared it, and where. It is left out.
_REST = r"/?(?:[?&#][!-~]*)?"

_start = re.compile(r"[?&#](?:t|start)=(?:([0-9]{1,2})h)?(?:([0-9]{1,4})m)?(?:([0-9]{1,6})s?)?(?![^&#])")
# In cleaned HTML every "<" begins a tag, and an attribute ends at the next quotation mark.
_paragraph = re.compile(
    r'<(?P<end>/?)(?:blockquote|ul|ol)\b|<p><a href="(?P<href>[^"]*)" rel="noopener">(?P<text>[^<]*)</a></p>'
)


class Provider(NamedTuple):
    name: str
    kind: str  # video, post or sound: how static/newsroom.css shapes the frame.
    pattern: str  # of the address, behind http:// or https://
    page: str
    frame: str


# fmt: off
PROVIDERS = (
    Provider("YouTube", "video", rf"{_YOUTUBE}(?P<id>[\w-]{{11}})",
             "youtu.be/{id}", "www.youtube-nocookie.com/embed/{id}"),
    Provider("Vimeo", "video", r"(?:www\.)?vimeo\.com/(?P<id>[0-9]{1,12})",
             "vimeo.com/{id}", "player.vimeo.com/video/{id}?dnt=1"),
    Provider("SoundCloud", "sound", rf"(?:www\.|m\.)?soundcloud\.com/(?P<user>[\w-]+)/(?!{_LISTS})(?P<id>[\w-]+)",
             "soundcloud.com/{user}/{id}", "w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2F{user}%2F{id}"),
    Provider("X", "post", rf"(?:www\.|mobile\.)?(?:x|twitter)\.com/(?P<user>\w+)/status/(?P<id>[0-9]{{1,20}}){_PHOTO}",
             "x.com/{user}/status/{id}", "platform.twitter.com/embed/Tweet.html?dnt=true&id={id}"),
    Provider("Instagram", "post", r"(?:www\.)?instagram\.com/(?:\w[\w.]*/)?(?P<kind>p|reel)/(?P<id>[\w-]+)",
             "www.instagram.com/{kind}/{id}/", "www.instagram.com/p/{id}/embed/"),
    Provider("Bluesky", "post", rf"bsky\.app/profile/(?P<user>{_BLUESKY_USER})/post/(?P<id>[a-z0-9]+)",
             "bsky.app/profile/{user}/post/{id}", "embed.bsky.app/embed/{user}/app.bsky.feed.post/{id}"),
    Provider("Mastodon", "post", rf"(?<=https://)(?P<host>{_HOST})/@(?P<user>\w[\w.-]*(?:@{_HOST})?)/(?P<id>[0-9]+)",
             "{host}/@{user}/{id}", "{host}/@{user}/{id}/embed"),
)
# fmt: on
_patterns = [(provider, re.compile(f"https?://{provider.pattern}{_REST}", re.ASCII)) for provider in PROVIDERS]


def with_cards(html: str) -> str:
    """Cleaned HTML of an entry with a card for each known address that is a paragraph of its own."""
    depth = 0

    def replace(found: re.Match[str]) -> str:
        nonlocal depth
        href, text = found["href"], found["text"]
        if href is None:
            depth += -1 if found["end"] else 1
        elif not depth and href in (text, f"http://{text}"):
            return card(unescape(href)) or found[0]
        return found[0]

    return _paragraph.sub(replace, html)


def card(address: str) -> str | None:
    if len(address) > LONGEST_ADDRESS:
        return None
    for provider, pattern in _patterns:
        if found := pattern.fullmatch(address):
            return _html(provider, found.groupdict(), _seconds(address) if provider.name == "YouTube" else 0)
    return None


def _html(provider: Provider, parts: dict[str, str], start: int) -> str:
    page = "https://" + provider.page.format_map(parts)
    frame = "https://" + provider.frame.format_map(parts)
    shown = page.removeprefix("https://").removeprefix("www.").rstrip("/")
    if len(shown) > LONGEST_SHOWN:
        shown = f"{shown[: LONGEST_SHOWN - 1]}…"
    if start:
        page, frame = f"{page}?t={start}", f"{frame}?start={start}"
    # Not by format_html, which takes longer than all the rest.
    link = f'<a href="{escape(page)}" rel="noopener">▶ {provider.name} <small>{escape(shown)}</small></a>'
    return f'<p class="embed {provider.kind}" data-embed="{escape(frame)}">{link}</p>'


def _seconds(address: str) -> int:
    """Where in the video the link begins, as in t=90, t=90s or t=1h2m3s."""
    found = _start.search(address)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    return hours * 3600 + minutes * 60 + seconds
