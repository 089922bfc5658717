"""What people typed into a form comes back to them when it cannot be taken; see templates/_typed.html."""

from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, resolve

# What people write at length, in whatever form.
TYPED = ("headline", "title", "description", "lead", "text", "byline", "note")
# A comment may be sent again from a page other than its own: its form has nothing but the text.
SENT_AGAIN = {"comment-post", "comment-reply", "comment-edit"}


def what_was_typed(request: HttpRequest, *, sent_from_here: bool) -> dict[str, Any]:
    """For the template. What another site has sent here in the reader's name is never offered to be sent again."""
    typed = {name: request.POST[name] for name in TYPED if request.POST.get(name, "").strip()}
    again = sent_from_here and _view_name(request) in SENT_AGAIN
    return {
        "typed": typed,
        "text": typed.get("text", "") if again else "",
        "key": request.POST.get("key", ""),
        "path": request.get_full_path(),
    }


def _view_name(request: HttpRequest) -> str | None:
    try:
        return resolve(request.path_info).url_name
    except Resolver404:
        return None
