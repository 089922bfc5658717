"""The readers' pages. They are the same for everyone: no cookie is read and no form is shown.

Each is fetch → page of rows → answer. A page of an article speaks its language and shows its time zone.
"""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Count, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles.models import Article, Entry, Topic
from newsroom.keyset import Page, cursor_of, keyset_page

ENTRIES_PER_PAGE = 50
ARTICLES_PER_PAGE = 20
ENTRIES_ON_FRONT = 4
KEY_EVENTS_SHOWN = 8

NEWEST = ("-published_at", "-id")
OLDEST = ("published_at", "id")
# Of entries that are only named in a list.
NAMED = ("article_id", "headline", "html", "published_at")


def render_article(
    request: HttpRequest, article: Article, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    with article.locale():
        return render(request, template, {"article": article, **context}, status=status)


@require_safe
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


@require_safe
def topic(request: HttpRequest, topic: str) -> HttpResponse:
    found = get_object_or_404(Topic.objects.public(), slug=topic)
    articles = found.articles.public().select_related("topic")
    page = _page(request, articles, NEWEST, ARTICLES_PER_PAGE)
    if not page.rows and _further(request):
        raise Http404(_("There is nothing more in this topic."))
    canonical = _canonical(request, found.get_absolute_url())
    return render(request, "articles/topic.html", {"topic": found, "page": page, "canonical": canonical})


@require_safe
def article(request: HttpRequest, topic: str, slug: str) -> HttpResponse:
    found = get_object_or_404(Article.objects.at(topic, slug))
    oldest_first = request.GET.get("order") == "oldest"
    entries = found.entries.published().defer("text")
    page = _page(request, entries, OLDEST if oldest_first else NEWEST, ENTRIES_PER_PAGE)
    on_first_page = not _further(request)
    if not page.rows and not on_first_page:
        raise Http404(_("There are no more entries."))
    context = {
        "page": page,
        "days": _with_article(found, page.rows),
        "all_days": _days(found),
        "pinned": entries.filter(is_pinned=True).first() if on_first_page else None,
        "key_events": entries.filter(is_key_event=True).only(*NAMED)[:KEY_EVENTS_SHOWN],
        "order": "oldest" if oldest_first else "newest",
        "on_first_page": on_first_page,
        "canonical": _canonical(request, found.get_absolute_url()),
    }
    return render_article(request, found, "articles/article.html", context)


@require_safe
def article_day(request: HttpRequest, topic: str, slug: str, day: date) -> HttpResponse:
    found = get_object_or_404(Article.objects.at(topic, slug))
    page = _page(request, found.entries.published().filter(day=day).defer("text"), NEWEST, ENTRIES_PER_PAGE)
    if not page.rows:
        raise Http404(_("There are no entries on this day."))
    days = [d["day"] for d in _days(found)]
    context = {
        "page": page,
        "day": day,
        "days": _with_article(found, page.rows),
        "earlier": max((d for d in days if d < day), default=None),
        "later": min((d for d in days if d > day), default=None),
        "canonical": _canonical(request, reverse("article-day", args=[topic, slug, day])),
    }
    return render_article(request, found, "articles/article_day.html", context)


@require_safe
def entry(request: HttpRequest, topic: str, slug: str, entry_id: int) -> HttpResponse:
    found = get_object_or_404(Article.objects.at(topic, slug))
    shown = get_object_or_404(found.entries.exclude(state__in=[Entry.State.DRAFT, Entry.State.SCHEDULED]), pk=entry_id)
    shown.article = found
    if shown.state == Entry.State.WITHDRAWN:
        return render_article(request, found, "articles/entry_gone.html", {}, status=410)
    others = found.entries.published().only(*NAMED)
    cursor = cursor_of(shown, NEWEST)
    context = {
        "entry": shown,
        "earlier": keyset_page(others, NEWEST, 1, after=cursor).rows,
        "later": keyset_page(others, OLDEST, 1, after=cursor).rows,
        "canonical": _canonical(request, shown.get_absolute_url()),
    }
    return render_article(request, found, "articles/entry.html", context)


@require_safe
def archive(request: HttpRequest, day: date) -> HttpResponse:
    """All entries of a day, each by the calendar of its own article."""
    entries = Entry.objects.public()
    page = _page(request, entries.filter(day=day).select_related("article__topic").defer("text"), NEWEST, 50)
    if not page.rows:
        raise Http404(_("There are no entries on this day."))
    context = {
        "day": day,
        "page": page,
        "articles": [(a, list(rows)) for a, rows in groupby(page.rows, key=lambda entry: entry.article)],
        "earlier": entries.filter(day__lt=day).order_by("-day").values_list("day", flat=True).first(),
        "later": entries.filter(day__gt=day).order_by("day").values_list("day", flat=True).first(),
        "canonical": _canonical(request, reverse("archive", args=[day])),
    }
    return render(request, "articles/archive.html", context)


def _page(request: HttpRequest, rows: Any, order: tuple[str, ...], size: int) -> Page[Any]:
    return keyset_page(rows, order, size, after=request.GET.get("after", ""), before=request.GET.get("before", ""))


def _further(request: HttpRequest) -> bool:
    return bool(request.GET.get("before") or request.GET.get("after"))


def _canonical(request: HttpRequest, path: str) -> str:
    """The one address of this page: further pages have their own, orders and unknown parameters have not."""
    query = request.GET.copy()
    for name in list(query):
        if name not in ("before", "after") or not query[name]:
            del query[name]
    if query and request.GET.get("order") == "oldest":
        query["order"] = "oldest"
    return request.build_absolute_uri(f"{path}?{query.urlencode()}" if query else path)


def _days(article: Article) -> list[Any]:
    """The article's days, newest first, with the number of entries."""
    return list(article.entries.published().values("day").annotate(count=Count("pk")).order_by("-day"))


def _with_article(article: Article, entries: Iterable[Entry]) -> list[tuple[date | None, list[Entry]]]:
    """Entries by day, each knowing its article without a query."""
    days = []
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
