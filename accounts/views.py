from typing import Any

from allauth.account.internal.stagekit import clear_login, get_pending_stage, redirect_to_pending_stage
from allauth.account.stages import LoginByCodeStage
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import limits
from accounts.adapter import MAIL_FAILURES
from accounts.codes import SignInCode
from accounts.forms import CodeForm, NameForm, SignInForm
from accounts.going_on import next_url, text_waits, with_next
from accounts.models import User
from accounts.second_factor import has_second_factor

form_page = require_http_methods(["GET", "HEAD", "POST"])


class PersonsRequest(HttpRequest):
    """Behind `login_required`."""

    user: User


@never_cache
@form_page
def sign_in(request: HttpRequest) -> HttpResponse:
    """One page for those who have an account and those who have none yet: an address, and a code is sent there."""
    if request.user.is_authenticated:
        return redirect(next_url(request) or "you")
    form = SignInForm(request.POST or None)
    if request.method != "POST":
        pending = get_pending_stage(request)
        if pending and pending.key != LoginByCodeStage.key:
            # The password was right, in another tab perhaps; the second factor is still to be proven.
            return redirect_to_pending_stage(request, pending)
        return _ask_address(request, form)
    if not form.is_valid():
        return _ask_address(request, form, status=422)
    email = form.cleaned_data["email"]
    if not limits.may_send_a_code(request, email):
        return limits.too_many(request, limits.seconds_to_wait(request, email))
    try:
        SignInCode.begin(request, email, next_url(request))
    except MAIL_FAILURES:
        form.add_error(None, _("The mail could not be sent. Try again in a minute: your address is still here."))
        return _ask_address(request, form, status=503)
    return redirect("account_confirm_login_code")


def _ask_address(request: HttpRequest, form: SignInForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "next": next_url(request), "text_waits": text_waits(request)}
    return render(request, "accounts/sign_in.html", context, status=status)


@never_cache
@form_page
def enter_code(request: HttpRequest) -> HttpResponse:
    """Where the code is typed, in whatever tab of the browser that asked for it."""
    if request.user.is_authenticated:
        return redirect(next_url(request) or "you")
    code = SignInCode.of(request)
    if code is None:
        return _ask_again(request, "", "", _("There is no code to type, or it is too old. Send yourself another."))
    if request.POST.get("action") == "resend":
        return _send_again(request, code)
    form = CodeForm(request.POST or None, expected=code.code)
    if request.method != "POST":
        return _ask_code(request, code, form)
    if form.is_valid():
        return code.sign_in()
    if form.has_error("code", "wrong") and not code.record_invalid_attempt():
        sentence = _("That was the last try with this code. Send yourself another.")
        return _ask_again(request, code.email, code.next_url, sentence)
    return _ask_code(request, code, form, status=422)


def _send_again(request: HttpRequest, code: SignInCode) -> HttpResponse:
    if not code.can_resend:
        sentence = _("This many codes were sent already. Look into the folder for spam, or type another address.")
        return _ask_again(request, code.email, code.next_url, sentence)
    if not limits.may_send_a_code(request, code.email):
        return limits.too_many(request, limits.seconds_to_wait(request, code.email))
    try:
        code.resend()
    except MAIL_FAILURES:
        sentence = _("The mail could not be sent. Try again in a minute; the code that came before is void.")
        return _ask_code(request, code, CodeForm(expected=""), status=503, sentence=sentence)
    return redirect("account_confirm_login_code")


def _ask_code(
    request: HttpRequest, code: SignInCode, form: CodeForm, status: int = 200, sentence: str = ""
) -> HttpResponse:
    context = {
        "sentence": sentence,
        "form": form,
        "email": code.email,
        "next": code.next_url,
        "minutes": settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60,
        # Of a site that is being tried out, where the mail goes nowhere.
        "is_printed": settings.EMAIL_BACKEND == "django.core.mail.backends.console.EmailBackend",
    }
    return render(request, "accounts/enter_code.html", context, status=status)


def _ask_again(request: HttpRequest, email: str, next_page: str, sentence: str) -> HttpResponse:
    form = SignInForm(initial={"email": email})
    context = {"form": form, "next": next_page, "text_waits": text_waits(request), "sentence": sentence}
    return render(request, "accounts/sign_in.html", context, status=422)


class PasswordView(LoginView):
    """For those who have a password: allauth's, with its limits and the second factor."""

    template_name = "accounts/password.html"

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: Any) -> Any:
        """Who has asked for a code may use a password instead."""
        return None if stage.key == LoginByCodeStage.key else super()._redirect_to_pending_stage(request, stage)

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        if form.has_error("__all__", "too_many_login_attempts"):
            response.status_code = 429
            response.headers["Retry-After"] = "300"
        return response


class SignOutView(LogoutView):
    """Ends the session; of who is only half signed in nothing but the sign-in: a text may wait in their session."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return super().post(request, *args, **kwargs)
        clear_login(request)
        return redirect(self.get_success_url())


@require_safe
@never_cache
def signed_in(request: HttpRequest) -> HttpResponse:
    """For a tab that was opened beside another, where something is being written."""
    return render(request, "accounts/signed_in.html")


@never_cache
@login_required
@form_page
def name(request: PersonsRequest) -> HttpResponse:
    """Asked once, between the first code and the first comment."""
    going_on = next_url(request) or settings.LOGIN_REDIRECT_URL
    if request.user.has_name:
        return redirect(going_on)
    form = NameForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and form.save():
        return redirect(going_on)
    context = {"form": form, "next": next_url(request)}
    return render(request, "accounts/name.html", context, status=422 if form.errors else 200)


@require_safe
@never_cache
@login_required
def you(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/you.html")


@require_safe
@never_cache
@login_required
def your_settings(request: HttpRequest) -> HttpResponse:
    """What is one's own to set, each on its page."""
    return render(request, "accounts/settings.html")


@require_safe
@never_cache
@login_required
def second_factor(request: PersonsRequest) -> HttpResponse:
    """Leads staff to set one up, and back to where they wanted to be."""
    going_on = next_url(request)
    context = {"next": going_on, "is_done": has_second_factor(request.user)}
    return render(request, "accounts/second_factor.html", context)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Where allauth has pages that this site needs none of: signing up, and a password that was forgotten."""
    return redirect(with_next("login", next_url(request)))
