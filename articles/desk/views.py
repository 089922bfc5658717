"""The desk of one article: its page, the list beside, and what its composer sends."""

from typing import Any, cast
from uuid import uuid4

from django.conf import settings
from django.contrib import admin
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from articles.desk.conflicts import entry_conflict, words_conflict
from articles.desk.doors import StaffRequest, answer, back, desk_view, refused
from articles.desk.lists import beside
from articles.forms import ComposerForm, NewArticleForm, WordsForm, photograph_as_form, problems
from articles.media import photograph_file
from articles.models import LONGEST_TEXT, Article, Byline, Conflict, Entry, Photograph, correct
from articles.models.entry_actions import LONGEST_HOLD
from articles.models.posting import edit_if_different
from articles.models.rights import may_change_any, may_decide, may_publish, may_run, may_write
from newsroom import markup
from newsroom.pictures import Refused


@desk_view("GET", may_write)
def desk(request: StaffRequest, article_id: int) -> HttpResponse:
    article = _article(article_id)
    me = request.user
    # Who writes for the first time has their own name to write under.
    Byline.objects.get_or_create(name=me.name.replace(",", " "), defaults={"owner_id": me.pk})
    context = {
        **admin.site.each_context(request),
        "title": article.title,
        # The width is for the list beside.
        "is_nav_sidebar_enabled": False,
        "article": article,
        "key": uuid4(),
        "bylines": Byline.objects.open_to(me.pk),
        "labels": Entry.Label.choices,
        "publishes": may_publish(me),
        "runs": may_run(me),
        "holds": range(LONGEST_HOLD + 1),
        "article_words": WordsForm(instance=article) if may_run(me) else None,
        "beside": beside(article, me),
    }
    return render(request, "admin/articles/desk/desk.html", context)


@desk_view("GET", may_write)
def latest(request: StaffRequest, article_id: int) -> HttpResponse:
    """What stands beside the composer, as it is now."""
    article = _article(article_id)
    context = {"article": article, "beside": beside(article, request.user), "runs": may_run(request.user)}
    html = render(request, "admin/articles/desk/_beside.html", context).content.decode()
    return answer({"html": html, "change": article.change, "state": article.state})


@desk_view("POST", may_write)
def send(request: StaffRequest, article_id: int, action: str) -> HttpResponse:
    """`action`: publish, draft, submit, or save what is published or waits already."""
    # Not read before it is locked: its one line is there or the send fails.
    article, me = Article(pk=article_id), request.user
    form = ComposerForm(request.POST, article, me)
    if not form.is_valid():
        return not_valid(request, form)
    try:
        entry = SENDS[action](form, article, me)
    except Conflict as conflict:
        return entry_conflict(request, conflict, form)
    except Article.DoesNotExist:
        raise Http404(_("There is no such article.")) from None
    sent = {"id": entry.pk, "state": entry.state, "version": entry.version}
    sent |= {"state_name": entry.get_state_display(), "name": str(entry)}
    if entry.state == Entry.State.SCHEDULED and entry.scheduled_for:
        sent["at"] = entry.scheduled_for.isoformat()
    return back(request, sent, article)


def not_valid(request: StaffRequest, form: BaseForm) -> HttpResponse:
    found = problems(form)
    return refused(request, next(iter(found.values())), 422, fields=found)


def _publish(form: ComposerForm, article: Article, me: Any) -> Entry:
    sent = form.cleaned_data
    return Entry.objects.post(
        article,
        by=me,
        key=sent["key"],
        at=sent["at"],
        pin=sent["pin"],
        hold=min(me.hold_seconds, LONGEST_HOLD),
        based_on=sent["based_on"],
        photographs=sent["photographs"],
        **form.fields_of_entry(),
    )


def _draft(form: ComposerForm, article: Article, me: Any) -> Entry:
    sent = form.cleaned_data
    return Entry.objects.save_draft(
        article,
        by=me,
        key=sent["key"],
        based_on=sent["based_on"],
        photographs=sent["photographs"],
        # What is chosen for when it goes out.
        scheduled_for=sent["at"],
        pin_on_publish=sent["pin"],
        **form.fields_of_entry(),
    )


def _submit(form: ComposerForm, article: Article, me: Any) -> Entry:
    entry = _draft(form, article, me)
    # Sent again: it waits already.
    if entry.state == Entry.State.DRAFT:
        entry.submit(by=me)
    return entry


def _save(form: ComposerForm, article: Article, me: Any) -> Entry:
    """An edit of what was opened in the composer, or its correction."""
    sent = form.cleaned_data
    entry = get_object_or_404(Entry.objects.select_related("article__topic"), key=sent["key"], article=article)
    if sent["correction"]:
        fields = form.fields_of_entry()
        correct(entry, sent["correction"], by=me, based_on=sent["based_on"], photographs=sent["photographs"], **fields)
    else:
        edit_if_different(entry, me, sent["based_on"], sent["photographs"], form.fields_of_entry())
        if entry.state == Entry.State.SCHEDULED and sent["at"] and sent["at"] != entry.scheduled_for:
            entry.schedule(sent["at"], by=me)
    return entry


SENDS = {"publish": _publish, "draft": _draft, "submit": _submit, "save": _save}


@desk_view("POST", may_write)
def preview(request: StaffRequest) -> HttpResponse:
    """The text as readers will see it, by the renderer that they get it from."""
    return answer({"html": markup.entry_html(request.POST.get("text", "")[:LONGEST_TEXT])})


@desk_view("POST", may_write)
def take_photograph(request: StaffRequest) -> HttpResponse:
    file = request.FILES.get("photograph")
    if file is None or file.file is None:
        return refused(request, _("No photograph came through. Choose it again."), 422)
    try:
        taken = Photograph.objects.take(file.file, by=request.user)
    except Refused as refusal:
        return refused(request, str(refusal), 422)
    return answer(photograph_as_form(taken))


@desk_view("GET", may_write)
def photograph(request: StaffRequest, name: str, rendition: str) -> HttpResponseBase:
    """For the desk, published or not: one's own, and all for those who may change any entry."""
    found = get_object_or_404(Photograph.objects.select_related("entry"), name=name)
    mine = found.by_id == request.user.pk or (found.entry and found.entry.author_id == request.user.pk)
    seen = found.entry and found.entry.state == Entry.State.PUBLISHED
    if not (mine or seen or may_change_any(request.user)):
        raise Http404
    return photograph_file(request, found, rendition, "private, no-store")


@desk_view("POST", may_write)
def hold(request: StaffRequest) -> HttpResponse:
    """How many seconds an entry of this person waits before it goes out."""
    seconds = request.POST.get("seconds", "")
    if not seconds.isdecimal() or int(seconds) > LONGEST_HOLD:
        return refused(request, _("A hold is 0 to 10 seconds."), 422)
    request.user.hold_seconds = int(seconds)
    request.user.save(update_fields=["hold_seconds"])
    return answer({"seconds": int(seconds)})


@desk_view("POST", may_run)
def words(request: StaffRequest, article_id: int) -> HttpResponse:
    """Title, points and lead of the article."""
    article = _article(article_id)
    form = WordsForm(request.POST, instance=article)
    if not form.is_valid() and not form.conflicts:
        return not_valid(request, form)
    if form.conflicts:
        return words_conflict(request, form)
    if changes := form.changes():
        try:
            form.now.edit(by=request.user, based_on=form.read(), **changes)
        except Conflict:
            # Between the form's look and the lock; it looks again.
            return cast(HttpResponse, words(request, article_id))
    return back(request, {"change": form.now.change}, article)


@desk_view("POST", may_write)
def run(request: StaffRequest, article_id: int, action: str) -> HttpResponse:
    """The article's state buttons."""
    article = _article(article_id)
    made = RUNS[action](article, by=request.user)
    content = {"state": article.state}
    if made:
        return back(request, content | {"open": reverse("admin:desk", args=[made.pk])}, made)
    return back(request, content, article)


RUNS = {
    "go-live": Article.go_live,
    "pause": Article.pause,
    "resume": Article.resume,
    "end": Article.end,
    "keep-open": Article.keep_open,
    "next-edition": Article.make_next_edition,
}


@desk_view("GET POST", lambda by: may_run(by) and by.has_perm("articles.add_article"))
def new_article_page(request: StaffRequest) -> HttpResponse:
    """Topic, title, go: the desk of the new article, which is live."""
    form = NewArticleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = form.make(settings.TIME_ZONE, settings.LANGUAGE_CODE, request.user)
        return redirect("admin:desk", made.pk)
    context = {**admin.site.each_context(request), "title": _("New article"), "form": form}
    return render(request, "admin/articles/desk/new.html", context, status=422 if form.errors else 200)


@desk_view("GET", may_decide)
def submitted(request: StaffRequest) -> HttpResponse:
    """What waits for an editor, in all articles."""
    waiting = Entry.objects.submitted().select_related("article__topic")
    context = {**admin.site.each_context(request), "title": _("Submitted"), "entries": waiting[:200]}
    return render(request, "admin/articles/desk/submitted.html", context)


@desk_view("GET", may_write)
def start(request: StaffRequest) -> HttpResponse:
    """The desk of the article that is live, or the choice of those that are."""
    running = list(Article.objects.live_now().select_related("topic").order_by("-updated_at", "-id")[:50])
    live = [article for article in running if article.state == Article.State.LIVE]
    if len(live) == 1:
        return redirect("admin:desk", live[0].pk)
    others = Article.objects.exclude(state__in=["live", "paused"]).select_related("topic").order_by("-id")[:20]
    context = {**admin.site.each_context(request), "title": _("Desk"), "running": running, "others": others}
    return render(request, "admin/articles/desk/start.html", context)


def _article(article_id: int) -> Article:
    return get_object_or_404(Article.objects.select_related("topic", "previous_edition__topic"), pk=article_id)
