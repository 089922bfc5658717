from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added  # noqa: PLC0415

        from accounts import checks, second_factor  # noqa: F401, PLC0415 -- registers them

        authenticator_added.connect(second_factor.remember_new_one)
