"""What must be right before the site answers anybody; each says what to do. Server start-up and `check` run them."""

import logging
import sys
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register, run_checks

logger = logging.getLogger(__name__)

LOCAL_HOSTS = {"localhost", ".localhost", "127.0.0.1", "[::1]", "testserver"}
STARTUP = "startup"


@register(STARTUP, Tags.security)
def debug_stays_at_home(**kwargs: Any) -> list[CheckMessage]:
    public = sorted(set(settings.ALLOWED_HOSTS) - LOCAL_HOSTS)
    if not settings.DEBUG or not public:
        return []
    return [
        Error(
            f"DEBUG is on while ALLOWED_HOSTS names {', '.join(public)}: error pages would show the site's secrets.",
            hint="Set DEBUG=0 and a SECRET_KEY of your own.",
            id="newsroom.E001",
        )
    ]


@register(STARTUP)
def links_in_mails_lead_here(**kwargs: Any) -> list[CheckMessage]:
    """Without hosts the site answers nobody; with patterns alone nobody knows what it is called."""
    if settings.SITE_URL.startswith(("https://", "http://")) or not (settings.ALLOWED_HOSTS or settings.SITE_URL):
        return []
    return [
        Error(
            f"SITE_URL is “{settings.SITE_URL}” and ALLOWED_HOSTS names no host, so links in mails would lead nowhere.",
            hint="Set SITE_URL=https://news.example, or name the site's own host first in ALLOWED_HOSTS.",
            id="newsroom.E002",
        )
    ]


def refuse_to_start() -> None:
    """Ends the process with the reasons, where start-up checks find any. What only should be otherwise is logged."""
    databases: Sequence[str] = ["default"]
    messages = run_checks(tags=[STARTUP], databases=databases)
    for message in messages:
        if not message.is_serious():
            logger.warning("%s %s", message.msg, message.hint)
    if errors := [message for message in messages if message.is_serious()]:
        sys.exit("\n".join(f"newsroom: {error.msg} {error.hint}" for error in errors))
