from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.csrf import csrf_failure as plain_failure
from django.views.decorators.cache import never_cache


@never_cache
def failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token no longer fits, after signing in elsewhere, say: what was typed comes back."""
    text = request.POST.get("text", "")
    if not text:
        return plain_failure(request, reason)
    context = {"text": text, "key": request.POST.get("key", ""), "path": request.get_full_path()}
    return render(request, "csrf_failure.html", context, status=403)
