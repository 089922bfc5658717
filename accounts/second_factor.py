"""Whoever may work in the newsroom proves it twice: by a passkey, or by an app's code beside mail or password."""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from accounts.going_on import with_next
from accounts.models import User
from newsroom.typed import what_was_typed
from newsroom.wants import wants_json

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# What belongs to the person and not to the newsroom, and the ways in and out.
OPEN_ROUTES = ("accounts/", "me/", "admin/login/", "admin/logout/", "favicon.ico")
# Where second factors are seen, added and taken away, and where the address and the password are: open until there is
# one. A session that was open before would otherwise take it away, or get one of its own.
KEYS = ("accounts/2fa/", "accounts/email/", "accounts/password/")
# Where it is asked for.
ASKING = (
    "accounts/2fa/reauthenticate/",
    "accounts/2fa/authenticate/",
    "accounts/2fa/webauthn/login/",
    "accounts/2fa/webauthn/reauthenticate/",
)


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists()


def was_asked_for_it(request: HttpRequest) -> bool:
    """In this session, that is: one that was open before, with a code alone, does not become more by it."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


def remember_new_one(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Of allauth's signal: who has just set one up has proven it."""
    record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


class StaffHaveASecondFactor:
    """Every page but the public and personal ones is closed to staff who have not proven it. New pages are, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *arguments: Any) -> HttpResponse | None:
        if _keeps_keys(request):
            return self._guard_keys(request)
        if not settings.STAFF_SECOND_FACTOR or _is_open(request, view):
            return None
        user = request.user
        if not user.is_authenticated or not user.is_staff:
            return None
        if not has_second_factor(user):
            page, sentence = "second-factor", _("Set up a second factor first: whoever works in the newsroom has one.")
            return _lead(request, page, sentence)
        return self._guard_keys(request)

    def _guard_keys(self, request: HttpRequest) -> HttpResponse | None:
        """Whoever has a second factor, reader or not, proves it in this session."""
        user = request.user
        if not user.is_authenticated or was_asked_for_it(request) or not has_second_factor(user):
            return None
        return _lead(request, "mfa_reauthenticate", _("Prove your second factor first, in another tab."))


def _keeps_keys(request: HttpRequest) -> bool:
    return _route(request).startswith(KEYS) and not _route(request).startswith(ASKING)


def _is_open(request: HttpRequest, view: Any) -> bool:
    is_public = getattr(view, "is_shared", False) or getattr(view, "is_public_file", False)
    return is_public or _route(request).startswith(OPEN_ROUTES)


def _route(request: HttpRequest) -> str:
    return str(request.resolver_match.route) if request.resolver_match else ""


def _lead(request: HttpRequest, page: str, sentence: str) -> HttpResponse:
    """To where it is set up or asked for, and back. What was typed is given back at once."""
    response: HttpResponse
    typed = what_was_typed(request, sent_from_here=True)
    if wants_json(request):
        response = JsonResponse({"error": sentence}, status=403, json_dumps_params={"ensure_ascii": False})
    elif typed["typed"]:
        where = with_next(page, request.get_full_path())
        response = render(request, "accounts/second_factor_first.html", {**typed, "where": where}, status=403)
    else:
        response = redirect(with_next(page, request.get_full_path()))
    add_never_cache_headers(response)
    return response
