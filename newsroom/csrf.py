from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.csrf import csrf_failure as plain_failure
from django.views.decorators.cache import never_cache


@never_cache
def failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token no longer fits, after signing in elsewhere, say: what was typed comes back."""
    context = {name: request.POST.get(name, "") for name in ("text", "note", "key")}
    if not context["text"] and not context["note"]:
        return plain_failure(request, reason)
    context["path"] = request.get_full_path()
    return render(request, "csrf_failure.html", context, status=403)
