"""Where readers write: a comment, a reply, an edit, and what they do with the comments of others.

Each is a page of its own with a form, which works without a script; scripts take the form out and show it in place.
The text comes back in it whatever happens: refused, too early, or signed out meanwhile.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.going_on import WAITING
from articles.models import Article, Entry, NotAllowed
from comments.forms import CommentForm
from comments.limits import TooMuch
from comments.models import Comment, check_open
from comments.views import form_page, public_comment
from newsroom import markup
from newsroom.ids import parse_id

# Of the texts that wait while their writer signs in: the last few, longer than what will fit.
TEXTS_WAITING = 3
LONGEST_WAITING = 25_000
# What sending a reply needs to know of the comment it answers.
ANSWERED = ["article", "entry", "author", "tree_id", "article__state", "article__language", "article__time_zone"]


@never_cache
@form_page
def post(request: HttpRequest, topic: str, slug: str) -> HttpResponse:
    """Opens a conversation, about an entry where `?entry=` names one."""
    article = get_object_or_404(Article.objects.at(topic, slug))
    entry = None
    if number := request.GET.get("entry"):
        entry = get_object_or_404(article.entries.published(), pk=parse_id(number))
    return _write(request, article, entry=entry)


@never_cache
@form_page
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    # A reply sent needs to know little of what it answers, and there are many; the page reads all of it.
    parent = public_comment(pk, only=ANSWERED)
    return _write(request, parent.article, parent=parent)


@never_cache
@login_required
@form_page
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own comment, for the first minutes."""
    found = _own(request, pk)
    form = CommentForm(request.POST or None, initial={"text": found.text})
    refusal = found.why_not_editable(request.user, timezone.now())

    def send() -> HttpResponse:
        found.edit(form.cleaned_data["text"], request.user)
        return _to(Comment.objects.get(pk=found.pk))

    def show(status: int) -> HttpResponse:
        context = {"article": found.article, "comment": found, "form": form, "refusal": refusal}
        return render(request, "comments/edit.html", context | _preview(request), status=status)

    with found.article.locale():
        return _handle(request, form, send, show)


@never_cache
@login_required
@form_page
def mine(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own comment, whatever its state, with the way to withdraw it."""
    found = _own(request, pk)
    if request.method == "POST":
        found.withdraw()
        return redirect("comment-mine", pk)
    editable = not found.why_not_editable(request.user, timezone.now())
    with found.article.locale():
        context = {"article": found.article, "comment": found, "editable": editable}
        return render(request, "comments/mine.html", context)


def _write(
    request: HttpRequest, article: Article, *, parent: Comment | None = None, entry: Entry | None = None
) -> HttpResponse:
    with article.locale():
        return _write_here(request, article, parent, entry)


def _write_here(request: HttpRequest, article: Article, parent: Comment | None, entry: Entry | None) -> HttpResponse:
    about = parent.entry_id if parent else entry and entry.pk
    place = f"{article.pk}/{parent.pk if parent else ''}/{about or ''}"
    waiting: dict[str, str] = request.session.get(WAITING, {})
    form = CommentForm(request.POST or None, initial={"text": waiting.get(place, "")})
    may_write = request.user.is_authenticated and request.user.has_name
    if request.method == "POST" and not may_write and "preview" not in request.POST:
        return _sign_in_first(request, waiting, place)

    def send() -> HttpResponse:
        data = form.cleaned_data
        sent = Comment.objects.post(
            article, data["text"], author=request.user, parent=parent, entry=entry, key=data["key"]
        )
        if waiting.pop(place, None) is not None:
            request.session[WAITING] = waiting
        return _to(sent)

    def show(status: int) -> HttpResponse:
        context: dict[str, Any] = {"article": article, "entry": entry, "form": form}
        if parent:
            answered = public_comment(parent.pk)
            context |= {"article": answered.article, "entry": answered.entry, "parent": answered}
        context["refusal"] = _refusal(context["article"], context.get("parent"))
        return render(request, "comments/write.html", context | _preview(request), status=status)

    return _handle(request, form, send, show)


def _handle(
    request: HttpRequest, form: CommentForm, send: Callable[[], HttpResponse], show: Callable[[int], HttpResponse]
) -> HttpResponse:
    """The form shown, or sent: `show` renders it with a status, with what is wrong and with the text."""
    if request.method != "POST":
        return show(200)
    if "preview" in request.POST:
        form.is_valid()
        return show(200)
    if not form.is_valid():
        return show(422)
    try:
        return send()
    except TooMuch as refusal:
        form.add_error(None, str(refusal))
        response = show(429)
        response.headers["Retry-After"] = str(refusal.seconds)
        return response
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return show(409)


def _preview(request: HttpRequest) -> dict[str, str]:
    """What the text will look like, for who asks before sending it."""
    if "preview" not in request.POST:
        return {}
    return {"preview": markup.comment_html(request.POST.get("text", "")[:LONGEST_WAITING])}


def _sign_in_first(request: HttpRequest, waiting: dict[str, str], place: str) -> HttpResponse:
    """The text waits in the session until its writer has signed in, comes back here and sends it."""
    waiting = {**waiting, place: request.POST.get("text", "")[:LONGEST_WAITING]}
    request.session[WAITING] = dict(list(waiting.items())[-TEXTS_WAITING:])
    return redirect_to_login(request.get_full_path(), "name" if request.user.is_authenticated else None)


def _to(comment: Comment) -> HttpResponse:
    """To a comment in its place, or to where its author sees what became of it."""
    return redirect(comment if comment.visible else reverse("comment-mine", args=[comment.pk]))


def _own(request: HttpRequest, pk: int) -> Comment:
    return get_object_or_404(
        Comment.objects.select_related("article__topic", "entry"), pk=pk, author_id=request.user.pk
    )


def _refusal(article: Article, parent: Comment | None) -> str:
    """Why nobody can write here, known before the text is typed; or ""."""
    try:
        check_open(article, parent)
    except NotAllowed as refusal:
        return str(refusal)
    return ""
