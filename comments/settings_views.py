"""What one sets about conversations, what the site holds about one, and leaving it."""

from django import forms
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.addresses import confirmed
from accounts.models import User
from comments import leaving, my_data
from comments.models import Follow, Mute
from comments.people import signed_in
from comments.views import form_page

# What is set by hand; a page of them all.
MOST_SHOWN = 1_000


class MailForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ("mail_me",)
        labels = {"mail_me": gettext_lazy("News for you by mail")}
        widgets = {"mail_me": forms.RadioSelect}


@never_cache
@login_required
@form_page
def notifications(request: HttpRequest) -> HttpResponse:
    # Of a row read anew: a refused choice must not stand in signed_in(request).
    reader = User.objects.get(pk=signed_in(request).pk)
    form = MailForm(request.POST or None, instance=reader)
    if request.method == "POST" and form.is_valid():
        User.objects.filter(pk=reader.pk).update(mail_me=form.cleaned_data["mail_me"])
        return redirect("notifications")
    context = {"form": form, "address": confirmed([reader]).get(reader.pk)}
    return render(request, "comments/settings/notifications.html", context, status=422 if form.errors else 200)


@require_safe
@never_cache
@login_required
def muted(request: HttpRequest) -> HttpResponse:
    mutes = Mute.objects.filter(reader=signed_in(request).pk).select_related("muted").order_by("-pk")[:MOST_SHOWN]
    return render(request, "comments/settings/muted.html", {"mutes": mutes})


@require_safe
@never_cache
@login_required
def conversations(request: HttpRequest) -> HttpResponse:
    follows = Follow.objects.filter(reader=signed_in(request).pk).select_related("conversation__article__topic")
    return render(request, "comments/settings/conversations.html", {"follows": follows.order_by("-pk")[:MOST_SHOWN]})


@require_safe
@never_cache
@login_required
def download(request: HttpRequest) -> StreamingHttpResponse:
    """All that the site holds about who asks, as JSON."""
    response = StreamingHttpResponse(my_data.as_json(signed_in(request)), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="my-data-{timezone.now():%Y-%m-%d}.json"'
    return response


@never_cache
@login_required
@form_page
def leave(request: HttpRequest) -> HttpResponse:
    """Deletes the account. Asked to type one's name, as nothing brings it back."""
    person = User.objects.get(pk=signed_in(request).pk)
    if not leaving.may_leave(person):
        return render(request, "comments/settings/leave.html", {"is_staff": True}, status=403)
    typed = request.POST.get("name", "")
    context = {"typed": typed, "ask": person.name or person.email}
    if request.method == "POST":
        if leaving.is_oneself(person, typed):
            leaving.leave(person)
            logout(request)
            return render(request, "comments/settings/left.html")
        context["error"] = _("This is neither your name nor your address. Type it as it stands above, then send again.")
    return render(request, "comments/settings/leave.html", context, status=422 if "error" in context else 200)
