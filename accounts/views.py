from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from newsroom.ids import parse_id


@require_safe
@cache_control(private=True, no_store=True)
def me(request: HttpRequest) -> JsonResponse:
    """Who is reading, for the script that makes everybody's one public page theirs.

    `?article=` adds the ids of the reader's own latest comments there.
    """
    if not request.user.is_authenticated:
        return JsonResponse({"name": None})
    article_id = parse_id(request.GET.get("article", ""))
    mine = request.user.comments.filter(article=article_id).order_by("-pk") if article_id is not None else None
    return JsonResponse(
        {
            "name": request.user.name,
            "moderator": request.user.has_perm("comments.moderate_comment"),
            "mine": list(mine.values_list("pk", flat=True)[:200]) if mine is not None else [],
        }
    )


@require_safe
@never_cache
@login_required
def you(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/you.html")
