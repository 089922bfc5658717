"""What readers do with the comments of others besides answering: recommend and report them; and editors pick them.

Public pages link here; each page has one button and works without a script. Scripts ask for JSON.
"""

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address, ip_network
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from articles.models import NotAllowed
from comments.forms import ReportForm
from comments.limits import TooMuch
from comments.models import Comment, Recommendation
from comments.views import form_page, may_moderate, public_comment
from newsroom.wants import wants_json


@never_cache
@form_page
def recommend(request: HttpRequest, pk: int) -> HttpResponse:
    """`on=1` recommends, `on=0` takes it back; both as often as one likes."""
    if not request.user.is_authenticated:
        if wants_json(request):
            return JsonResponse({"error": _("Sign in first: everybody recommends once.")}, status=401)
        return redirect_to_login(request.get_full_path())
    found = public_comment(pk)
    sentence = ""
    with found.article.locale():
        if request.method == "POST":
            try:
                if request.POST.get("on") == "0":
                    found.unrecommend(request.user)
                else:
                    found.recommend(request.user)
            except NotAllowed as refusal:
                sentence = str(refusal)
            else:
                if not wants_json(request):
                    return redirect(f"{found.get_absolute_url()}#c{pk}")
        return _recommend_page(request, found, sentence)


def _recommend_page(request: HttpRequest, found: Comment, sentence: str) -> HttpResponse:
    status = 409 if sentence else 200
    on = Recommendation.objects.filter(reader=request.user.pk, comment=found).exists()
    if wants_json(request):
        recommends = Comment.objects.values_list("recommends", flat=True).get(pk=found.pk)
        answer = {"recommends": recommends, "on": on} | ({"error": sentence} if sentence else {})
        return JsonResponse(answer, status=status, json_dumps_params={"ensure_ascii": False})
    context = {"article": found.article, "comment": found, "on": on, "refusal": sentence}
    return render(request, "comments/recommend.html", context, status=status)


@never_cache
@form_page
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Also for people who are not signed in."""
    found = public_comment(pk)
    with found.article.locale():
        return _report_here(request, found)


def _report_here(request: HttpRequest, found: Comment) -> HttpResponse:
    form = ReportForm(request.POST or None)
    status, retry_after = 422 if request.method == "POST" else 200, 0
    if form.is_valid():
        data = form.cleaned_data
        who: dict[str, Any] = (
            {"by": request.user} if request.user.is_authenticated else {"address_hash": address_hash(request)}
        )
        try:
            found.report(data["reason"], data["text"], **who)
            return redirect("comment-reported", found.pk)
        except TooMuch as refusal:
            form.add_error(None, str(refusal))
            status, retry_after = 429, refusal.seconds
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
            status = 409
    context = {"article": found.article, "comment": found, "form": form}
    response = render(request, "comments/report.html", context, status=status)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


@never_cache
@form_page
def reported(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for a first report and a second."""
    found = public_comment(pk)
    with found.article.locale():
        return render(request, "comments/reported.html", {"article": found.article, "comment": found})


def address_hash(request: HttpRequest) -> str:
    """Stands for where somebody writes from who is not signed in; without the site's key nobody finds the address.

    Of IPv6 the network, as its one customer has 2^64 addresses.
    """
    address = request.META.get("REMOTE_ADDR", "")
    try:
        parsed = ip_address(address)
    except ValueError:
        # A Unix socket, say: all of its people are one.
        return salted_hmac("comments.report", address, algorithm="sha256").hexdigest()
    network = ip_network((address, 64 if parsed.version == 6 else 32), strict=False)
    return salted_hmac("comments.report", str(network), algorithm="sha256").hexdigest()


def may_pick(by: Any) -> bool:
    """Those who run articles, and moderators, who read everything."""
    return bool(may_moderate(by) or (by.is_staff and by.has_perm("articles.change_article")))


def pickers_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Signed out: to the sign-in; signed in without the right: 403."""

    @wraps(view)
    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_pick(request.user):
            raise PermissionDenied(_("Editors and moderators pick comments. Ask one of them."))
        return view(request, *args, **kwargs)

    return guarded


@never_cache
@pickers_only
@form_page
def pick(request: HttpRequest, pk: int) -> HttpResponse:
    """Marks a comment as an editor's pick (`on=1`), or no longer (`on=0`)."""
    found = public_comment(pk)
    if request.method == "POST":
        if request.POST.get("on") == "0":
            found.unpick(request.user)
        else:
            found.pick(request.user)
        return redirect(f"{found.get_absolute_url()}#c{pk}")
    with found.article.locale():
        return render(request, "comments/pick.html", {"article": found.article, "comment": found})
