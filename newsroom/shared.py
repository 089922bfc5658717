"""Pages that are the same for everyone: made once, kept by every cache on the way, and known by a strong validator.

A shared page is about one subject, an article or the whole site, and stands for one version of it. The page cache
(newsroom/page_cache.py) keeps it for as long as its subject has that version.
"""

import hashlib
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

# What concerns more than one article: the front page, a topic, a day of all articles.
SITE = "site"
# Tells the page cache which version of what the page shows, as in "article:12 345.67"; it goes no further.
SUBJECT_HEADER = "X-Page-Subject"

# A second in front and one while the next is fetched: with what the page cache adds nobody reads what is older than
# two. A page is better than none while the site is away.
FRESH_FOR_A_SECOND = "public, max-age=1, stale-while-revalidate=1, stale-if-error=86400"

# What a shared page's query may hold; all else is dropped before the page is made.
PARAMETERS = frozenset({"after", "before", "order", "show", "sort", "tag"})

CODE = ("newsroom", "accounts", "articles", "comments", "templates", "static", "locale")


@cache
def release() -> str:
    """Names the code and the settings that pages are made with: what an earlier release made is not this one's."""
    made_with = hashlib.sha256(repr((settings.SITE_NAME, settings.LANGUAGE_CODE, settings.TIME_ZONE)).encode())
    for folder in CODE:
        for path in sorted((settings.BASE_DIR / folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                made_with.update(path.read_bytes())
    return made_with.hexdigest()[:10]


def shared_answer(
    request: HttpRequest,
    subject: str,
    version: str,
    render: Callable[[], HttpResponse],
    cache_control: str = FRESH_FOR_A_SECOND,
) -> HttpResponseBase:
    """The page with its validator, or 304 without rendering it where the reader has it already."""
    etag = f'"{release()}.{version}"'
    response: HttpResponseBase = get_conditional_response(request, etag=etag) or render()
    if response.status_code in (200, 304):
        response.headers["ETag"] = etag
    if response.status_code in (200, 304, 410):
        response.headers["Cache-Control"] = cache_control
        response.headers[SUBJECT_HEADER] = f"{subject} {version}"
    return response


def is_shared(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Marks a view that makes a shared page, so that one rendering may answer everybody who asks meanwhile."""
    view.is_shared = True  # type: ignore[attr-defined]
    return view


def is_public_file(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Marks a view of files that are the same for everyone, which nginx and CDNs keep, and the site does not."""
    view.is_public_file = True  # type: ignore[attr-defined]
    return view
