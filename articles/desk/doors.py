"""The door of each of the desk's views: who may come in, and how a refusal is said to a page and to its script."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from articles.models import NotAllowed
from articles.models.rights import Person, allow
from newsroom.typed import what_was_typed
from newsroom.wants import wants_json

View = Callable[..., HttpResponseBase]


class StaffRequest(HttpRequest):
    """Within the door: who asks is somebody, with the rights that the door names."""

    user: Any


def desk_view(methods: str, right: Callable[[Person], bool]) -> Callable[[View], View]:
    """For these methods, and those with this right. A script is answered in JSON, with `error` where it is refused.

    401: signed out, 403: not yours, 409: changed meanwhile (with both texts), 422: not so (with a sentence).
    """

    def decorate(view: View) -> View:
        @never_cache
        @require_http_methods(methods.replace("GET", "GET HEAD").split())
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not (request.user.is_active and request.user.is_staff):
                return _signed_out(request)
            if request.headers.get("X-Desk-Person", str(request.user.pk)) != str(request.user.pk):
                # Signed in meanwhile in another page: nothing goes out under their name.
                return answer(
                    {"error": _("Somebody else is signed in now. Copy what you wrote and load this page anew.")}, 403
                )
            try:
                allow(right(request.user))
                return view(request, *args, **kwargs)
            except NotAllowed as refusal:
                return refused(request, str(refusal), 422)
            except PermissionDenied as refusal:
                if not wants_json(request) and not _typed(request):
                    raise
                return refused(request, str(refusal), 403)

        return guarded

    return decorate


def answer(content: dict[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})


def back(request: HttpRequest, content: dict[str, Any], where: models.Model) -> HttpResponse:
    """After something was done: the script gets `content`, a plain form the desk's page."""
    if wants_json(request):
        return answer(content)
    return redirect(reverse("admin:desk", args=[where.pk]))


def refused(request: HttpRequest, sentence: str, status: int, **more: Any) -> HttpResponse:
    """Without a script: what was typed comes back on a page with the sentence, or the page before says it."""
    if wants_json(request):
        return answer({"error": sentence, **more}, status)
    typed = _typed(request)
    if not typed:
        messages.warning(request, sentence)
        return redirect(request.headers.get("referer") or reverse("admin:index"))
    context = {
        **admin.site.each_context(request),
        "title": sentence,
        "typed": typed,
        "path": reverse("admin:desk_start"),
    }
    return render(request, "admin/articles/desk/refused.html", context | more, status=status)


def _typed(request: HttpRequest) -> dict[str, str]:
    typed: dict[str, str] = what_was_typed(request, sent_from_here=True)["typed"]
    return typed


def _signed_out(request: HttpRequest) -> HttpResponse:
    if wants_json(request) or _typed(request):
        return refused(request, _("You are signed out. Sign in again: what you wrote is still here."), 401)
    return redirect_to_login(request.get_full_path(), reverse("admin:login"))
