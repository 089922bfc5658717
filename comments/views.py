"""The public pages of conversations, and the private one where moderators decide; see writing.py for readers' own.

Public pages are the same for everyone and carry only links; forms stand on pages of their own, never cached.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from articles.models import Article
from articles.pages import answer_about, article_page
from comments.forms import DecisionForm
from comments.models import Comment, Decision, State
from comments.threads import CHOICES, ORDERS, SORTS, in_context
from comments.threads import conversations as page_of_conversations
from newsroom.ids import parse_id
from newsroom.shared import is_shared

form_page = require_http_methods(["GET", "HEAD", "POST"])


def moderators_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Signed out: to the sign-in; signed in without the right: 403."""

    @wraps(view)
    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_moderate(request.user):
            raise PermissionDenied(_("Moderators decide about comments. Ask one of them."))
        return view(request, *args, **kwargs)

    return guarded


def may_moderate(by: Any) -> bool:
    """Staff alone: they have proven a second factor."""
    return bool(by.is_staff and by.has_perm("comments.moderate_comment"))


@article_page
def conversations(request: HttpRequest, article: Article) -> HttpResponse:
    sort, show = request.GET.get("sort", "newest"), request.GET.get("show", "all")
    if sort not in ORDERS:
        raise Http404(_("Comments can be sorted by newest, oldest and best."))
    if show not in CHOICES:
        raise Http404(_("Show all comments, those answered by the newsroom, or the editors’ picks."))
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    chosen = {"sort": "" if sort == "newest" else sort, "show": "" if show == "all" else show}
    query = {name: value for name, value in chosen.items() if value}
    cursor = {"after": after} if after else {"before": before} if before else {}
    canonical = reverse("comments", args=[article.topic.slug, article.slug])
    if query or cursor:
        canonical += "?" + urlencode(query | cursor)
    context = {
        "article": article,
        "page": page_of_conversations(article, sort, show=show, after=after, before=before),
        "sort": sort,
        "show": show,
        "sorts": SORTS.items(),
        "choices": CHOICES.items(),
        "query": f"{urlencode({'sort': sort} | query)}&",
        "canonical": request.build_absolute_uri(canonical),
    }
    return render(request, "comments/conversations.html", context)


@is_shared
@require_safe
def comment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A comment in its context; one that is not shown keeps its place with a notice."""
    found = public_comment(pk)
    return answer_about(request, found.article, lambda: _comment(request, found))


def _comment(request: HttpRequest, found: Comment) -> HttpResponse:
    context = {
        "article": found.article,
        "comment": found,
        "conversation": in_context(found, parse_id(request.GET.get("after", "")) or 0),
        "canonical": request.build_absolute_uri(found.get_absolute_url()),
    }
    return render(request, "comments/comment.html", context)


@never_cache
@moderators_only
@form_page
def moderate(request: HttpRequest, pk: int) -> HttpResponse:
    """A moderator's page about one comment: hide it, its branch, or bring it back; with the log and the reach."""
    found = public_comment(pk)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        if data["action"] == "hide":
            found.hide(request.user, data["reason"], data["note"])
        elif data["action"] == "hide_branch":
            found.hide_branch(request.user, data["reason"], data["note"])
        elif data["action"] == "restore":
            found.restore(request.user, data["note"])
        else:
            found.approve(request.user, data["note"])
        return redirect("comment-moderate", pk)
    branch = Comment.objects.branch(found).visible()
    branch_hides = found.decisions.active().filter(kind=Decision.Kind.HIDE_BRANCH).count()
    context = {
        "article": found.article,
        "comment": found,
        "form": form,
        "decisions": found.decisions.select_related("moderator", "undone_by__moderator"),
        # What "restore" would undo; an erased comment's own hide is past undoing.
        "restorable": found.state == State.HIDDEN or branch_hides > 0,
        "reports": found.reports.all(),
        "revisions": found.revisions.all(),
        "reach": branch.count(),
        # Comments from elsewhere have a name and no author.
        "people": branch.exclude(author=None).values("author").distinct().count()
        + branch.filter(author=None).values("name").distinct().count(),
        "covered": found.hides > branch_hides,
    }
    with found.article.locale():
        return render(request, "comments/moderate.html", context, status=422 if form.errors else 200)


def public_comment(pk: int, *, only: Sequence[str] = ()) -> Comment:
    """Of an article that readers may see; itself it may be hidden. Raises Http404.

    With its article, topic and entry, or with nothing but the fields named, which may be the article's too.
    """
    comments = Comment.objects.exclude(article__state=Article.State.DRAFT)
    found = (
        comments.select_related("article").only(*only) if only else comments.select_related("article__topic", "entry")
    )
    return get_object_or_404(found, pk=pk)
