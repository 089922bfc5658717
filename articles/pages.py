"""What the shared pages of articles and of the whole site have in common, as decorators of their views."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from articles.models import Article
from newsroom.shared import FRESH_FOR_A_SECOND, SITE, is_shared, shared_answer

Page = Callable[..., HttpResponseBase]


def article_page(view: Callable[..., HttpResponse]) -> Page:
    """A page of the public article at /<topic>/<slug>/, which the view gets; in its language and time zone."""

    @is_shared
    @require_safe
    @wraps(view)
    def page(request: HttpRequest, topic: str, slug: str, **place: Any) -> HttpResponseBase:
        article = get_object_or_404(Article.objects.at(topic, slug))
        return answer_about(request, article, lambda: view(request, article, **place))

    return page


def site_page(view: Callable[..., HttpResponse]) -> Page:
    """A page about more than one article."""

    @is_shared
    @require_safe
    @wraps(view)
    def page(request: HttpRequest, **place: Any) -> HttpResponseBase:
        return shared_answer(request, SITE, site_version(), lambda: view(request, **place))

    return page


def answer_about(
    request: HttpRequest,
    article: Article,
    render: Callable[[], HttpResponse],
    cache_control: str = FRESH_FOR_A_SECOND,
) -> HttpResponseBase:
    def in_its_locale() -> HttpResponse:
        with article.locale():
            return render()

    return shared_answer(request, article.subject, article.version, in_its_locale, cache_control)


def site_version() -> str:
    """Changes with whatever any public article shows: their numbers only grow."""
    sums = Article.objects.public().aggregate(
        count=Count("pk"), changes=Sum("change", default=0), comments=Sum("comment_change", default=0)
    )
    return "{count}.{changes}.{comments}".format(**sums)
