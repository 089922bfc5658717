"""The readers' pages. They are the same for everyone: no cookie is read and no form is shown.

Each is fetch → page of rows → answer, within a decorator that says what the page is about.
"""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Prefetch
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles.live import Absurd, Changes, changes_after
from articles.media import photograph_file
from articles.models import Article, Correction, Entry, Photograph, Topic
from articles.models.correction import with_corrections
from articles.models.entry import NAMED
from articles.pages import answer_about, article_page, site_page
from newsroom.ids import parse_id
from newsroom.keyset import Page, cursor_of, keyset_page
from newsroom.markup import tidy
from newsroom.shared import is_public_file, is_shared

ENTRIES_PER_PAGE = 50
ARTICLES_PER_PAGE = 20
CORRECTIONS_PER_PAGE = 50
ENTRIES_ON_FRONT = 4
LONGEST_TAG = 300

NEWEST = ("-published_at", "-id")
OLDEST = ("published_at", "id")

# Everybody who is up to date asks the same address. Who asks from an older number gets what was true a minute ago at
# most and asks again from there; not for longer, as it may hold the text of an entry that was withdrawn since.
NEWEST_CHANGES = "public, max-age=2, stale-while-revalidate=2, stale-if-error=600"
OLDER_CHANGES = "public, max-age=60, stale-while-revalidate=60, stale-if-error=600"


@site_page
def front(request: HttpRequest) -> HttpResponse:
    latest = Entry.objects.published().order_by(*NEWEST)[:ENTRIES_ON_FRONT]
    live = Article.objects.live_now().select_related("topic").prefetch_related(
        Prefetch("entries", queryset=latest, to_attr="latest")
    )  # fmt: skip
    ended = Article.objects.filter(state=Article.State.ENDED).select_related("topic")
    page = _page(request, ended, NEWEST, ARTICLES_PER_PAGE)
    first = not _further(request)
    if not page.rows and not first:
        raise Http404
    return render(
        request,
        "articles/front.html",
        {
            "live": live.order_by("state", "-updated_at", "-id") if first else [],
            "page": page,
            "days": _by_day(page.rows),
            "topics": Topic.objects.public(),
            "canonical": _canonical(request, reverse("front")),
        },
    )


@site_page
def topic(request: HttpRequest, topic: str) -> HttpResponse:
    found = get_object_or_404(Topic.objects.public(), slug=topic)
    articles = found.articles.public().select_related("topic")
    page = _page(request, articles, NEWEST, ARTICLES_PER_PAGE)
    if not page.rows and _further(request):
        raise Http404(_("There is nothing more in this topic."))
    canonical = _canonical(request, found.get_absolute_url())
    return render(request, "articles/topic.html", {"topic": found, "page": page, "canonical": canonical})


@article_page
def article(request: HttpRequest, article: Article) -> HttpResponse:
    oldest_first = request.GET.get("order") == "oldest"
    tag = tidy(request.GET.get("tag", ""))[:LONGEST_TAG]
    entries = article.entries.published().defer("text")
    if tag:
        entries = entries.tagged(tag)
    page = _page(request, entries, OLDEST if oldest_first else NEWEST, ENTRIES_PER_PAGE)
    on_first_page = not _further(request)
    if not page.rows and (tag or not on_first_page):
        raise Http404(_("There are no more entries."))
    pinned = entries.pinned() if on_first_page and not tag else None
    with_corrections([pinned] if pinned else [])
    context = {
        "article": article,
        "page": page,
        "days": _with_article(article, page.rows),
        "all_days": _days(article),
        "tag": tag,
        "tag_query": f"{urlencode({'tag': tag})}&" if tag else "",
        "pinned": pinned,
        "key_events": article.entries.key_events(),
        "order": "oldest" if oldest_first else "newest",
        "on_first_page": on_first_page,
        "canonical": _canonical(request, article.get_absolute_url()),
    }
    return render(request, "articles/article.html", context)


@article_page
def article_day(request: HttpRequest, article: Article, day: date) -> HttpResponse:
    page = _page(request, article.entries.published().filter(day=day).defer("text"), NEWEST, ENTRIES_PER_PAGE)
    if not page.rows:
        raise Http404(_("There are no entries on this day."))
    days = [d["day"] for d in _days(article)]
    context = {
        "article": article,
        "page": page,
        "day": day,
        "days": _with_article(article, page.rows),
        "earlier": max((d for d in days if d < day), default=None),
        "later": min((d for d in days if d > day), default=None),
        "canonical": _canonical(request, reverse("article-day", args=[article.topic.slug, article.slug, day])),
    }
    return render(request, "articles/article_day.html", context)


@article_page
def entry(request: HttpRequest, article: Article, entry_id: int) -> HttpResponse:
    shown = get_object_or_404(article.entries.filter(state__in=Entry.SEEN), pk=entry_id)
    shown.article = article
    with_corrections([shown])
    if shown.state == Entry.State.WITHDRAWN:
        return render(request, "articles/entry_gone.html", {"article": article}, status=410)
    others = article.entries.published().only(*NAMED)
    cursor = cursor_of(shown, NEWEST)
    context = {
        "article": article,
        "entry": shown,
        "earlier": keyset_page(others, NEWEST, 1, after=cursor).rows,
        "later": keyset_page(others, OLDEST, 1, after=cursor).rows,
        "canonical": _canonical(request, shown.get_absolute_url()),
    }
    return render(request, "articles/entry.html", context)


@site_page
def archive(request: HttpRequest, day: date) -> HttpResponse:
    """All entries of a day, each by the calendar of its own article."""
    entries = Entry.objects.public()
    page = _page(request, entries.filter(day=day).select_related("article__topic").defer("text"), NEWEST, 50)
    if not page.rows:
        raise Http404(_("There are no entries on this day."))
    with_corrections(page.rows)
    context = {
        "day": day,
        "page": page,
        "articles": [(a, list(rows)) for a, rows in groupby(page.rows, key=lambda entry: entry.article)],
        "earlier": entries.filter(day__lt=day).order_by("-day").values_list("day", flat=True).first(),
        "later": entries.filter(day__gt=day).order_by("day").values_list("day", flat=True).first(),
        "canonical": _canonical(request, reverse("archive", args=[day])),
    }
    return render(request, "articles/archive.html", context)


@site_page
def corrections(request: HttpRequest) -> HttpResponse:
    return _corrections(request, Correction.objects.public(), None)


@article_page
def article_corrections(request: HttpRequest, article: Article) -> HttpResponse:
    return _corrections(request, Correction.objects.public().filter(entry__article=article), article)


def _corrections(request: HttpRequest, found: Any, article: Article | None) -> HttpResponse:
    page = _page(request, found.select_related("entry__article__topic"), ("-at", "-id"), CORRECTIONS_PER_PAGE)
    if not page.rows and _further(request):
        raise Http404(_("There are no more corrections."))
    context = {"page": page, "article": article, "canonical": _canonical(request, request.path)}
    return render(request, "articles/corrections.html", context)


@is_shared
@require_safe
def changes(request: HttpRequest, article_id: int) -> HttpResponseBase:
    """What changed after `?after=N`, as JSON; see Changes."""
    article = Article.objects.public().as_shown().filter(pk=article_id).first()
    if article is None:
        return JsonResponse({"error": _("There is no such article.")}, status=404)
    try:
        after = _change_number(request.GET.get("after", ""))
        caching = NEWEST_CHANGES if after == article.change else OLDER_CHANGES
        return answer_about(request, article, lambda: _json(changes_after(article, after)), caching)
    except Absurd as refusal:
        return JsonResponse({"error": str(refusal)}, status=400)


@is_public_file
@require_safe
def photograph(request: HttpRequest, name: str, rendition: str) -> HttpResponseBase:
    """Of a published entry; what a reader's browser keeps is its own for ten minutes after the entry is withdrawn."""
    found = get_object_or_404(Photograph.objects.public(), name=name)
    return photograph_file(request, found, rendition, "public, max-age=600, stale-if-error=86400")


def _json(found: Changes) -> JsonResponse:
    # Arabic as it is: escaped, it takes three times the bytes.
    return JsonResponse(found.as_json(), json_dumps_params={"ensure_ascii": False})


def _change_number(text: str) -> int:
    number = parse_id(text)
    if number is None:
        raise Absurd(_("Say which change you have seen, as in ?after=12. A page’s own stands in its data-change."))
    return number


def _page(request: HttpRequest, rows: Any, order: tuple[str, ...], size: int) -> Page[Any]:
    return keyset_page(rows, order, size, after=request.GET.get("after", ""), before=request.GET.get("before", ""))


def _further(request: HttpRequest) -> bool:
    return bool(request.GET.get("before") or request.GET.get("after"))


def _canonical(request: HttpRequest, path: str) -> str:
    """The one address of this page: further pages have their own, orders and unknown parameters have not."""
    query = request.GET.copy()
    for name in list(query):
        if name not in ("before", "after", "tag") or not query[name]:
            del query[name]
    if query and request.GET.get("order") == "oldest":
        query["order"] = "oldest"
    return request.build_absolute_uri(f"{path}?{query.urlencode()}" if query else path)


def _days(article: Article) -> list[Any]:
    """The article's days, newest first, with the number of entries."""
    return list(article.entries.published().values("day").annotate(count=Count("pk")).order_by("-day"))


def _with_article(article: Article, entries: Iterable[Entry]) -> list[tuple[date | None, list[Entry]]]:
    """Entries by day, each knowing its article and its corrections."""
    days, entries = [], list(entries)
    with_corrections(entries)
    for day, rows in groupby(entries, key=lambda entry: entry.day):
        days.append((day, list(rows)))
        for entry in days[-1][1]:
            entry.article = article
    return days


def _by_day(articles: Iterable[Article]) -> list[tuple[date, list[Article]]]:
    """Articles by the day they went live, in the site's zone."""
    return [
        (day, list(rows))
        for day, rows in groupby(articles, key=lambda a: timezone.localtime(a.published_at).date())
    ]  # fmt: skip
