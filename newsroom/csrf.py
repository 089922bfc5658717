from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.views.csrf import csrf_failure as plain_failure
from django.views.decorators.cache import never_cache

# What people write at length, in whatever form.
TYPED = ("headline", "title", "description", "lead", "text", "byline", "note")
# A comment may be sent again from here: its form has nothing but the text.
SENT_AGAIN = {"comment-post", "comment-reply"}


@never_cache
def failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token no longer fits, after signing in elsewhere, say: what was typed comes back."""
    typed = {name: request.POST[name] for name in TYPED if request.POST.get(name, "").strip()}
    if not typed:
        return plain_failure(request, reason)
    context = {
        "typed": typed,
        "text": typed.get("text", "") if _may_be_sent_again(request, reason) else "",
        "key": request.POST.get("key", ""),
        "path": request.get_full_path(),
    }
    return render(request, "csrf_failure.html", context, status=403)


def _may_be_sent_again(request: HttpRequest, reason: str) -> bool:
    """Never what another site has sent here in the reader's name."""
    try:
        name = resolve(request.path_info).url_name
    except Resolver404:
        return False
    return name in SENT_AGAIN and not reason.startswith(("Origin", "Referer"))
