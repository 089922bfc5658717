"""How often somebody may ask for codes or try: allauth's limits (ACCOUNT_RATE_LIMITS), and how a refusal is said."""

import math
import time

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

CODES = "request_login_code"
CODES_TO_ONE = "request_login_code_to_one"
MINUTE = 60


def hidden(key: str, prefix: str, version: int) -> str:
    """Of the cache: a limit's name holds the address it is about, and no address is kept in the clear."""
    return salted_hmac("accounts.limits", f"{prefix}:{version}:{key}", algorithm="sha256").hexdigest()


def may_send_a_code(request: HttpRequest, email: str) -> bool:
    """Counts this one in."""
    return all(
        ratelimit.consume(request, app="allauth.account", action=action, key=key)
        for action, key in _counted(request, email)
    )


def seconds_to_wait(request: HttpRequest, email: str) -> int:
    """Until there is room again in each of the limits for codes."""
    now, wait = time.time(), 1.0
    for action, name in _counted(request, email):
        for rate in ratelimit.get_rates(app="allauth.account", action=action):
            key = ratelimit.get_cache_key(request, app="allauth.account", action=action, rate=rate, key=name)
            recent = [at for at in cache.get(key, []) if at > now - rate.duration]
            if len(recent) >= rate.amount:
                wait = max(wait, min(recent) + rate.duration - now)
    return math.ceil(wait)


def _counted(request: HttpRequest, email: str) -> list[tuple[str, str]]:
    """An address by who asks, narrowly, and by whoever asks, widely: a stranger who asks for codes to it all day must
    not keep its owner out."""
    return [(CODES, f"{email} {ratelimit.get_ip(request)}"), (CODES_TO_ONE, email)]


def too_many(request: HttpRequest, seconds: int = MINUTE) -> HttpResponse:
    """handler429; allauth's other limits are all by the minute."""
    minutes = math.ceil(seconds / MINUTE)
    response = render(request, "429.html", {"minutes": minutes}, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response
