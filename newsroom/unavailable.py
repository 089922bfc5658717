"""Answers while the database is away or too busy: 503, with what was typed, and without asking it for anything.

A failure is caught in a view, in the session's middleware, which saves after the view, and last by handler500.
"""

import logging
import sys
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.log import log_response
from django.utils.translation import gettext as _
from django.views.defaults import server_error as plain_server_error

from newsroom.database import FAILURES, LONGEST_WAIT, database, is_failure, means_away, waiting_at_most
from newsroom.typed import what_was_typed
from newsroom.wants import wants_json

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]

RETRY_AFTER = "5"
# What scripts ask; the others say so by their Accept header.
JSON_VIEWS = {"me", "changes"}


class AnswerFailures:
    """Stands right before the session's middleware."""

    def __init__(self, get_response: GetResponse) -> None:
        # Each middleware comes wrapped into what answers its exceptions with 500; the one behind this comes bare.
        self.get_response: GetResponse = getattr(get_response, "__wrapped__", get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Some server's thread; those of our own are limited from the start.
        with waiting_at_most(LONGEST_WAIT):
            try:
                return self.get_response(request)
            except FAILURES as error:
                if answer := answer_failure(request, error):
                    return answer
                raise

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return answer_failure(request, error)


class RefuseWhileAway:
    """Stands behind the check of forms, so that it is known whether one was sent from here."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        return None if database.may_be_asked() else unavailable(request, "the database is away")


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500."""
    error = sys.exc_info()[1]
    return (answer_failure(request, error) if error else None) or plain_server_error(request)


def answer_failure(request: HttpRequest, error: BaseException) -> HttpResponse | None:
    if not is_failure(error):
        return None
    if means_away(error):
        database.found_away()
    return unavailable(request, str(error).partition("\n")[0])


def unavailable(request: HttpRequest, reason: str) -> HttpResponse:
    response: HttpResponse
    if _wants_json(request):
        message = _("The site’s database does not answer just now.")
        response = JsonResponse({"error": message}, status=503, json_dumps_params={"ensure_ascii": False})
    else:
        # Django's check of forms notes that it has let this one pass.
        context = what_was_typed(request, sent_from_here=getattr(request, "csrf_processing_done", False))
        response = render(request, "503.html", context, status=503)
    response.headers["Retry-After"] = RETRY_AFTER
    response.headers["Cache-Control"] = "private, no-store"
    # One line: what has been logged so is not logged again, with a traceback, by Django.
    log_response(
        "503 for %s %s: %s",
        request.method,
        request.path,
        reason,
        response=response,
        request=request,
        logger=logger,
        level="warning",
    )
    return response


def _wants_json(request: HttpRequest) -> bool:
    view = request.resolver_match.url_name if request.resolver_match else None
    return view in JSON_VIEWS or wants_json(request)
