"""Topics and articles in Django’s own lists and forms."""

import zoneinfo
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Field, QuerySet
from django.forms import ModelForm, Select
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from articles.desk.urls import urlpatterns as desk_urls
from articles.forms import WordsForm
from articles.models import Article, Conflict, NotAllowed, Topic
from newsroom import markup

# Drafts have no time yet; then the newest.
DRAFTS_FIRST = F("published_at").desc(nulls_first=True)


class Desk(admin.ModelAdmin):
    """What the three have in common: nothing is deleted, and an action says what it could not do and why."""

    # A draft has no page yet; the lists link to what has.
    view_on_site = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Conflict:
            # Between the form's look and the lock; the form looks again and shows both texts.
            return super().changeform_view(request, *args, **kwargs)

    @staticmethod
    def changes(form: ModelForm) -> dict[str, Any]:
        """What the form changes. Browsers send line ends as CRLF, which alone is no change."""
        sent = {name: form.cleaned_data[name] for name in form.changed_data}
        tidied = {name: markup.tidy(value) if isinstance(value, str) else value for name, value in sent.items()}
        return {name: value for name, value in tidied.items() if value != form.initial.get(name)}

    def act(self, request: HttpRequest, rows: QuerySet[Any], method: Callable[..., Any]) -> None:
        done = 0
        for row in rows:
            try:
                method(row, by=request.user)
            except (NotAllowed, PermissionDenied) as refusal:
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
    form = WordsForm
    list_display = (
        "title",
        "desk",
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
    fields = ("topic", "title", "slug", "points", "lead", ("time_zone", "language"), "comment_policy")
    actions = ("go_live", "pause", "resume", "end")
    ordering = (DRAFTS_FIRST, "-id")

    def get_urls(self) -> list[Any]:
        return [*desk_urls, *super().get_urls()]

    @admin.display(description=_("desk"))
    def desk(self, article: Article) -> str:
        return format_html('<a href="{}">{}</a>', reverse("admin:desk", args=[article.pk]), _("write"))

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

    def save_model(self, request: HttpRequest, obj: Article, form: WordsForm, change: bool) -> None:
        if not change:
            obj.save()
        elif changes := self.changes(form):
            me: Any = request.user
            Article.objects.get(pk=obj.pk).edit(by=me, based_on=form.read(), **changes)

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
