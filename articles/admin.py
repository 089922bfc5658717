"""The newsroom's desk for topics, articles and entries. It only calls the models' methods.

A correspondent sees and changes their own entries; whoever may change any entry sees all.
"""

import zoneinfo
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import F, Field, QuerySet
from django.forms import ModelForm, Select
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from articles.models import Article, Entry, NotAllowed, Topic
from newsroom import markup

# Drafts have no time yet; then the newest.
DRAFTS_FIRST = F("published_at").desc(nulls_first=True)


class Desk(admin.ModelAdmin):
    """What the three have in common: nothing is deleted, and an action says what it could not do and why."""

    # A draft has no page yet; the lists link to what has.
    view_on_site = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @staticmethod
    def changes(form: ModelForm) -> dict[str, Any]:
        """What the form changes. Browsers send line ends as CRLF, which alone is no change."""
        sent = {name: form.cleaned_data[name] for name in form.changed_data}
        tidied = {name: markup.tidy(value) if isinstance(value, str) else value for name, value in sent.items()}
        return {name: value for name, value in tidied.items() if value != form.initial.get(name)}

    def act(self, request: HttpRequest, rows: QuerySet[Any], method: Callable[[Any], None]) -> None:
        done = 0
        for row in rows:
            try:
                method(row)
            except NotAllowed as refusal:
                self.message_user(request, str(refusal), messages.WARNING)
            else:
                done += 1
        if done:
            self.message_user(
                request, ngettext("%(count)d done.", "%(count)d done.", done) % {"count": done}, messages.SUCCESS
            )


@admin.register(Topic)
class TopicAdmin(Desk):
    list_display = ("name", "slug", "description")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj and Topic.objects.public().contains(obj) else dict(self.prepopulated_fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An address that readers know stays, and so do those of the articles below it."""
        return ("slug",) if obj and Topic.objects.public().contains(obj) else ()

    def save_model(self, request: HttpRequest, obj: Topic, form: ModelForm, change: bool) -> None:
        if not change:
            obj.save()
        elif changes := self.changes(form):
            Topic.objects.get(pk=obj.pk).edit(**changes)


@admin.register(Article)
class ArticleAdmin(Desk):
    list_display = (
        "title",
        "topic",
        "state",
        "published_at",
        "updated_at",
        "comment_count",
        "comment_policy",
        "on_site",
    )
    list_filter = ("state", "topic", "language", "comment_policy")
    list_select_related = ("topic",)
    search_fields = ("title", "slug", "topic__name")
    date_hierarchy = "published_at"
    autocomplete_fields = ("topic",)
    prepopulated_fields = {"slug": ("title",)}
    fields = ("topic", "title", "slug", "lead", ("time_zone", "language"), "comment_policy")
    actions = ("go_live", "pause", "resume", "end")
    ordering = (DRAFTS_FIRST, "-id")

    @admin.display(description=_("on the site"))
    def on_site(self, article: Article) -> str:
        if article.state == Article.State.DRAFT:
            return "–"
        return format_html('<a href="{}">{}</a>', article.get_absolute_url(), _("look"))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = {"time_zone": settings.TIME_ZONE, "language": settings.LANGUAGE_CODE}
        return initial | super().get_changeform_initial_data(request)

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "time_zone":
            kwargs["widget"] = Select(choices=[(zone, zone) for zone in sorted(zoneinfo.available_timezones())])
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj and obj.state != Article.State.DRAFT else dict(self.prepopulated_fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An address that readers know stays."""
        return ("slug", "topic") if obj and obj.state != Article.State.DRAFT else ()

    def save_model(self, request: HttpRequest, obj: Article, form: ModelForm, change: bool) -> None:
        if not change:
            obj.save()
        elif changes := self.changes(form):
            Article.objects.get(pk=obj.pk).edit(**changes)

    @admin.action(description=_("Go live"), permissions=["change"])
    def go_live(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        self.act(request, articles, Article.go_live)

    @admin.action(description=_("Pause"), permissions=["change"])
    def pause(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        self.act(request, articles, Article.pause)

    @admin.action(description=_("Resume"), permissions=["change"])
    def resume(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        self.act(request, articles, Article.resume)

    @admin.action(description=_("End"), permissions=["change"])
    def end(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        self.act(request, articles, Article.end)


@admin.register(Entry)
class EntryAdmin(Desk):
    list_display = ("__str__", "article", "state", "published_at", "byline", "is_pinned", "is_key_event", "on_site")
    list_filter = ("state", "is_key_event", "is_pinned", "article__topic")
    list_select_related = ("article__topic",)
    search_fields = ("headline", "text", "byline", "article__title")
    date_hierarchy = "published_at"
    autocomplete_fields = ("article",)
    fields = ("article", "headline", "text", ("byline", "is_key_event"))
    actions = ("publish", "withdraw", "restore", "pin", "unpin")
    ordering = (DRAFTS_FIRST, "-id")
    change_form_template = "admin/articles/entry/change_form.html"

    @admin.display(description=_("on the site"))
    def on_site(self, entry: Entry) -> str:
        if entry.state != Entry.State.PUBLISHED or entry.article.state == Article.State.DRAFT:
            return "–"
        return format_html('<a href="{}">{}</a>', entry.get_absolute_url(), _("look"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        entries = super().get_queryset(request)
        return entries if self._may_change_any(request) else entries.filter(author=request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        own = obj is None or obj.author_id == request.user.pk
        return super().has_change_permission(request, obj) and (own or self._may_change_any(request))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The article that is live, when there is just one, and one's own name as the byline."""
        live = list(Article.objects.filter(state=Article.State.LIVE).values_list("pk", flat=True)[:2])
        initial: dict[str, Any] = {"byline": getattr(request.user, "name", "")}
        if len(live) == 1:
            initial["article"] = live[0]
        return initial | super().get_changeform_initial_data(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An entry's address names its article, so it stays there."""
        return ("article",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Entry, form: ModelForm, change: bool) -> None:
        if not change:
            obj.author_id = request.user.pk
            obj.save()
        elif changes := self.changes(form):
            Entry.objects.get(pk=obj.pk).edit(**changes)
        if "_publish" in request.POST:
            self.act(request, Entry.objects.filter(pk=obj.pk), Entry.publish)

    def response_add(self, request: HttpRequest, obj: Entry, post_url_continue: str | None = None) -> HttpResponse:
        if "_publish" in request.POST:
            if Entry.objects.published().filter(pk=obj.pk).exists():
                return redirect("admin:articles_entry_add")
            self.message_user(request, _("It is kept here as a draft."), messages.INFO)
            return redirect("admin:articles_entry_change", obj.pk)
        return super().response_add(request, obj, post_url_continue)

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish(self, request: HttpRequest, entries: QuerySet[Entry]) -> None:
        self.act(request, entries, Entry.publish)

    @admin.action(description=_("Withdraw"), permissions=["change"])
    def withdraw(self, request: HttpRequest, entries: QuerySet[Entry]) -> None:
        self.act(request, entries, Entry.withdraw)

    @admin.action(description=_("Restore"), permissions=["change_any"])
    def restore(self, request: HttpRequest, entries: QuerySet[Entry]) -> None:
        self.act(request, entries, Entry.restore)

    @admin.action(description=_("Pin"), permissions=["change"])
    def pin(self, request: HttpRequest, entries: QuerySet[Entry]) -> None:
        self.act(request, entries, Entry.pin)

    @admin.action(description=_("Unpin"), permissions=["change"])
    def unpin(self, request: HttpRequest, entries: QuerySet[Entry]) -> None:
        self.act(request, entries, Entry.unpin)

    def has_change_any_permission(self, request: HttpRequest) -> bool:
        """Who took an entry away may have been an editor, with reason; only editors bring one back."""
        return self._may_change_any(request)

    @staticmethod
    def _may_change_any(request: HttpRequest) -> bool:
        return request.user.has_perm("articles.change_any_entry")
