"""The bell's page, following a conversation, and the link in each mail that stops them all."""

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from accounts.models import User
from articles.models import Article
from comments.mailing import reader_of
from comments.models import Comment, Follow, Notice
from comments.people import signed_in
from comments.sentences import place, quote, sentence
from comments.views import form_page
from newsroom.ids import parse_id
from newsroom.keyset import cursors, keyset_page

PER_PAGE = 30


@never_cache
@login_required
@form_page
def notices(request: HttpRequest) -> HttpResponse:
    """What one is told, newest first. The button marks what stood on the page as read, and all before it.

    So does opening the page, where the browser says that a person looks at it: one that fetches it beforehand, or a
    picture somewhere that names this address, marks nothing.
    """
    told = Notice.objects.of(signed_in(request))
    now = timezone.now()
    if request.method == "POST":
        told.filter(pk__lte=parse_id(request.POST.get("upto", "")) or 0).mark_seen(now)
        return redirect("notices")
    page = keyset_page(
        told.select_related("comment__article__topic", "decision"), ("-id",), PER_PAGE, **cursors(request)
    )
    rows = [{"notice": one, "sentence": sentence(one), "quote": quote(one), "place": place(one)} for one in page.rows]
    response = render(request, "comments/notices.html", {"page": page, "rows": rows})
    if request.method == "GET" and _is_looked_at(request):
        _mark(signed_in(request), page.rows, now)
    return response


def _is_looked_at(request: HttpRequest) -> bool:
    headers = request.headers
    is_page = headers.get("Sec-Fetch-Mode") == "navigate" and headers.get("Sec-Fetch-Dest") == "document"
    return is_page and "Sec-Purpose" not in headers and "Purpose" not in headers


def _mark(reader: User, shown: list[Notice], now: datetime) -> None:
    if new := [one.pk for one in shown if one.seen_at is None]:
        Notice.objects.filter(reader=reader, pk__in=new).mark_seen(now)


@never_cache
@login_required
@form_page
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """A conversation of which one wants to be told everything, or nothing, or as usual only what concerns one."""
    comments = Comment.objects.select_related("article__topic").exclude(article__state=Article.State.DRAFT)
    found = get_object_or_404(comments, pk=pk)
    root = found if found.parent_id is None else Comment.objects.get(tree_id=found.tree_id, parent=None)
    if root.pk != pk:
        return redirect("comment-follow", root.pk)
    if request.method == "POST":
        _set_follow(request, root)
        return redirect("conversations-followed" if request.POST.get("from") == "settings" else request.path)
    follows = Follow.objects.filter(reader=signed_in(request), conversation=root).first()
    context = {"article": found.article, "comment": root, "follows": follows}
    with found.article.locale():
        return render(request, "comments/follow.html", context)


def _set_follow(request: HttpRequest, root: Comment) -> None:
    action = request.POST.get("action")
    if action in ("follow", "leave"):
        left = {"left": action == "leave"}
        Follow.objects.update_or_create(reader=signed_in(request), conversation=root, defaults=left)
    else:
        Follow.objects.filter(reader=signed_in(request), conversation=root).delete()


@csrf_exempt
@never_cache
@form_page
def stop_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Who has the mail has the right: no session, and the mail program may send the POST by itself (RFC 8058)."""
    reader = User.objects.filter(pk=reader_of(token) or 0).first()
    if reader is None:
        return render(request, "comments/mail_stopped.html", {"is_unknown": True}, status=404)
    if request.method == "POST":
        User.objects.filter(pk=reader.pk).update(mail_me=User.Mail.NEVER)
        return render(request, "comments/mail_stopped.html", {"is_stopped": True})
    return render(request, "comments/mail_stopped.html", {"is_stopped": reader.mail_me == User.Mail.NEVER})
