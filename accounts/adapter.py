"""What this site wants otherwise than allauth does by itself."""

import logging
import time
from smtplib import SMTPException
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from accounts.going_on import is_here, with_next

logger = logging.getLogger(__name__)

# Of a mail server that is away, or does not want this one.
MAIL_FAILURES = (OSError, SMTPException)


def site_name() -> str:
    """On one line: it stands in a mail's subject."""
    return " ".join(settings.SITE_NAME.split())


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("This name and this password do not fit together. Try again, or use a code."),
        "email_password_mismatch": _("This address and this password do not fit together. Try again, or use a code."),
        "too_many_login_attempts": _("These were too many tries. Wait five minutes, or use a code."),
        "incorrect_code": _("This is not the code. Look again, or send yourself another."),
        "account_inactive": _("This account is closed. Write to the newsroom if you think that is wrong."),
    }

    def get_login_stages(self) -> list[str]:
        """Without confirming the address: a code has done it, or an administrator who typed it."""
        left_out = ("EmailVerificationStage", "PhoneVerificationStage")
        return [stage for stage in super().get_login_stages() if not stage.endswith(left_out)]

    def is_safe_url(self, url: str) -> bool:
        return is_here(self.request, url)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Who has no public name yet is asked for it, and goes on from there."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if user.has_name:
            return response
        return redirect(with_next("name", response["Location"]))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who has signed in within the last minutes has just proven who they are: by a code too, which is all that is
        left to somebody who has forgotten a password."""
        since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
        if any(record["at"] > since for record in get_authentication_records(self.request, self.request.user)):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def format_email_subject(self, subject: str) -> str:
        return f"[{site_name()}] {subject}"

    def render_mail(self, *args: Any, **kwargs: Any) -> EmailMessage:
        """As plain text, and the same as simple HTML."""
        message = super().render_mail(*args, **kwargs)
        if isinstance(message, EmailMultiAlternatives) and not message.alternatives:
            html = render_to_string("accounts/mail.html", {"text": message.body, "subject": message.subject})
            message.attach_alternative(html, "text/html")
        return message

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """The news of a change: where it cannot be sent the change stands all the same."""
        try:
            super().send_notification_mail(*args, **kwargs)
        except MAIL_FAILURES as error:
            logger.warning("The mail about a change of somebody's account could not be sent: %s", error)


class SecondFactorAdapter(DefaultMFAAdapter):
    def _get_site_name(self) -> str:
        return site_name()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """By its number: the person says where it is."""
        return str(_("Passkey")) + f" {user.authenticator_set.filter(type=type).count() + 1}"
