from typing import Any

from allauth.account.forms import LoginForm
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import names
from accounts.models import User

LONGEST_CODE = 40


class SignInForm(forms.Form):
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username webauthn", "autofocus": True, "dir": "ltr"}),
        error_messages={
            "required": _("Type your e-mail address: the code is sent there."),
            "invalid": _("This is no e-mail address. It looks like name@example.org."),
        },
    )

    def clean_email(self) -> str:
        """One mailbox, one account, and the code goes to the very address that is looked up."""
        return str(self.cleaned_data["email"]).lower()


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("The code"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "dir": "ltr"}
        ),
        error_messages={"required": _("Type the code that stands in the mail.")},
    )

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._expected = expected

    def clean_code(self) -> str:
        """In whatever digits the keyboard writes."""
        code = "".join(str(int(c)) if c.isdecimal() else c for c in self.cleaned_data["code"])
        if not compare_user_code(actual=code, expected=self._expected):
            raise ValidationError(_("This is not the code. Look again, or send yourself another."), code="wrong")
        return code


class PasswordForm(LoginForm):
    """For those who have one: allauth's, with its limits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.label = _("Username or e-mail address")
        login.widget = forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "dir": "ltr"})
        password.help_text = ""
        password.widget.attrs.pop("placeholder", None)


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Your public name"),
        strip=False,
        max_length=1_000,
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "autofocus": True, "dir": "auto"}),
        help_text=_("Everybody reads it beside what you write. It can be a pseudonym, and stays as it is."),
        error_messages={"required": _("Type a name. Everybody will read it beside what you write.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user
        # With it browsers cut the end of what is pasted, and say nothing.
        self.fields["name"].widget.attrs.pop("maxlength", None)

    def clean_name(self) -> str:
        user = self._user
        return names.clean(self.cleaned_data["name"], user_id=user.pk, email=user.email, is_staff=user.is_staff)

    def save(self) -> bool:
        """False where somebody else took the name in the same moment: the form then says so."""
        self._user.name = self.cleaned_data["name"]
        try:
            with transaction.atomic():
                self._user.save(update_fields=["name", "name_skeleton"])
        except IntegrityError:
            self._user.name = ""
            self.add_error("name", names.TAKEN)
            return False
        return True


class PasskeyForm(AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("What you call it")
        alone = self.fields["passwordless"]
        alone.initial = True
        alone.label = _("Sign in by it alone")
        alone.help_text = _("Without it, it is only asked for beside a code or a password, as a second factor.")
