"""A person's page, which is the same for everyone; one's own; and muting somebody.

The public page is kept as one of the whole site: it changes with any change of any comment or article, and so is
never older than they are. Ids are counted up, so whoever asks for one that has said nothing learns nothing.
"""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from articles.pages import site_page
from comments.models import Comment, Mute
from comments.people import page_of, said_in_public, signed_in, standing
from comments.views import form_page
from newsroom.keyset import cursors


@site_page
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody's name, since when they are here, and their comments."""
    said = said_in_public(pk)
    number = said.count()
    if not number:
        raise Http404(_("Nobody with this number has written here."))
    context = {
        "person": get_object_or_404(User, pk=pk),
        "number": number,
        "page": page_of(said, **cursors(request)),
        "canonical": request.build_absolute_uri(reverse("person", args=[pk])),
    }
    return render(request, "comments/person.html", context)


@require_safe
@never_cache
@login_required
def own_comments(request: HttpRequest) -> HttpResponse:
    """All that one has written, whatever became of it, and why."""
    said = Comment.objects.filter(author=signed_in(request))
    context = {"page": page_of(said, **cursors(request)), "standing": standing(signed_in(request), timezone.now())}
    return render(request, "comments/own.html", context)


@never_cache
@login_required
@form_page
def mute(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody whom one does not want to read, nor be told of; and back."""
    person = _known(request, pk)
    if request.method == "POST":
        if request.POST.get("action") == "mute":
            Mute.objects.get_or_create(reader=signed_in(request), muted=person)
        else:
            Mute.objects.filter(reader=signed_in(request), muted=person).delete()
        return redirect("muted" if request.POST.get("from") == "settings" else request.path)
    is_muted = Mute.objects.filter(reader=signed_in(request), muted=person).exists()
    return render(request, "comments/mute.html", {"person": person, "is_muted": is_muted})


def _known(request: HttpRequest, pk: int) -> User:
    """Another, of whom there is something to read, or whom one has muted already."""
    person = get_object_or_404(User.objects.exclude(pk=signed_in(request).pk), pk=pk)
    if not said_in_public(pk).exists() and not Mute.objects.filter(reader=signed_in(request).pk, muted=person).exists():
        raise Http404(_("Nobody with this number has written here."))
    return person
