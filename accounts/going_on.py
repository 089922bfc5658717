"""Where somebody goes on who had to sign in first: `next`, which never leads to another site."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

# Texts that wait in the session while their writer signs in, by place (comments/writing.py).
WAITING = "waiting-texts"


def is_here(request: HttpRequest, address: str) -> bool:
    return url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


def next_url(request: HttpRequest) -> str:
    """As asked for; "" where none is, or it leads elsewhere."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    return address if is_here(request, address) else ""


def text_waits(request: HttpRequest) -> bool:
    """Has somebody written first, whose text is kept over the sign-in (comments/writing.py)?"""
    return any(request.session.get(WAITING, {}).values())


def with_next(name: str, address: str) -> str:
    """The page of this name, which leads on to the address."""
    page = reverse(name)
    return f"{page}?{urlencode({'next': address}, safe='/')}" if address else page
