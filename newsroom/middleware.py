from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# No inline script or style anywhere, nothing from another host. `data:` images are the admin's own icons.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Where entries are read a card may be opened (newsroom/embeds.py); Mastodon's hosts are without number.
WITH_FRAMES = f"{CONTENT_SECURITY_POLICY}; frame-src https:"


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        shared = request.resolver_match and getattr(request.resolver_match.func, "is_shared", False)
        response.headers.setdefault("Content-Security-Policy", WITH_FRAMES if shared else CONTENT_SECURITY_POLICY)
        return response

    return middleware


def private_unless_said(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """No cache keeps an answer that does not say that it may, or that sets a cookie."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        said = response.headers.get("Cache-Control", "")
        if not said or (response.cookies and "private" not in said):
            response.headers["Cache-Control"] = "private, no-store"
        return response

    return middleware
