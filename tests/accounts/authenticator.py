"""An authenticator app in somebody's pocket."""

import time
from typing import Any
from unittest.mock import patch

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth
from django.test import Client
from django.urls import reverse

from accounts.models import User


class App:
    def __init__(self, person: User, secret: str = "") -> None:
        self.secret = secret or auth.generate_totp_secret()
        if not secret:
            auth.TOTP.activate(person, self.secret)
            RecoveryCodes.activate(person)

    @classmethod
    def set_up(cls, client: Client) -> Any:
        """As somebody does who is signed in: the page shows a secret, they type what the app makes of it."""
        client.get(reverse("mfa_activate_totp"))
        secret = client.session["mfa.totp.secret"]
        code = auth.format_hotp_value(auth.hotp_value(secret, int(time.time()) // 30))
        # A test's own transaction never ends; the site's does within the request.
        with patch("django.db.transaction.on_commit", lambda function, *args, **options: function()):
            return client.post(reverse("mfa_activate_totp"), {"code": code})

    def code(self) -> str:
        return auth.format_hotp_value(auth.hotp_value(self.secret, int(time.time()) // 30))

    def authenticate(self, client: Client, code: str = "") -> Any:
        return client.post(reverse("mfa_authenticate"), {"code": code or self.code()})
