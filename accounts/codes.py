"""Signing in, and up, by a code that is sent by mail.

Whether somebody has the address is asked once the right code was typed, and not before: until then known and unknown
addresses get the same answers and the same mail, by the same queries.
"""

import time
from typing import Any, Self

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import EmailAddress, Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

from accounts.models import User


class SignInCode(LoginCodeVerificationProcess):
    """Kept in the session, so that it can be typed in any tab of the browser that asked for it, and in no other."""

    @classmethod
    def begin(cls, request: HttpRequest, email: str, next_url: str) -> None:
        """Sends a code. What the session holds besides stays there: texts that wait, for one."""
        login = Login(email=email)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        state: dict[str, Any] = cls.initial_state(user=None, email=email)
        stage.state.update(state, initiated_by_user=True, next=next_url)
        process = cls(stage)
        process.send()
        process.persist()

    @classmethod
    def of(cls, request: HttpRequest) -> Self | None:
        """The one that was sent last; None where there is none, or it is too old."""
        stage = LoginStageController.enter(request, LoginByCodeStage.key)
        return cls(stage).abort_if_invalid() if stage else None

    @property
    def email(self) -> str:
        return str(self.state["email"])

    @property
    def next_url(self) -> str:
        return str(self.state["next"])

    def send_by_email(self, email: str, skip_enumeration_mails: bool = False) -> None:
        get_adapter().send_mail("account/email/login_code", email, {"code": self.generate_code()})

    def resend(self) -> None:
        """A new code, and the time for it anew. The old one is void."""
        self.send()
        self.state["at"] = time.time()
        self.record_resend()
        self.persist()

    def sign_in(self) -> HttpResponse:
        """The right code was typed. Leads on to the second factor where there is one, then to where they came from."""
        self._user = at_address(self.email)
        return self.finish(self.next_url or None)


def at_address(email: str) -> User:
    """Whose mailbox it is, proven by a code; a new reader where it is nobody's."""
    try:
        return _find(email) or _make(email)
    except IntegrityError:
        # Two codes for one new address, typed at the same moment.
        if found := _find(email):
            return found
        raise


@transaction.atomic
def _find(email: str) -> User | None:
    confirmed = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
    if confirmed:
        user: User = confirmed.user
        return user
    # Made by an administrator. The database may take other letters for the same (a dotless i), Python does not.
    found = list(User.objects.annotate(address=Lower("email")).filter(address=email).order_by("-is_active", "pk"))
    for user in found:
        if user.email.lower() == email:
            EmailAddress.objects.filter(user=user).delete()
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
            return user
    return None


@transaction.atomic
def _make(email: str) -> User:
    user = User(username=f"r-{get_random_string(12).lower()}", email=email)
    user.set_unusable_password()
    user.save()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user
