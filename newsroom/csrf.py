from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.csrf import csrf_failure as plain_failure
from django.views.decorators.cache import never_cache

from newsroom.typed import what_was_typed


@never_cache
def failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token no longer fits, after signing in elsewhere, say: what was typed comes back."""
    context = what_was_typed(request, sent_from_here=not reason.startswith(("Origin", "Referer")))
    if not context["typed"]:
        return plain_failure(request, reason)
    return render(request, "csrf_failure.html", context, status=403)
