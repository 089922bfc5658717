"""Entries in Django's own lists and forms: to search them all, and to write without a script."""

from typing import Any, cast
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from articles.admin.articles import DRAFTS_FIRST, Desk
from articles.desk.entry_views import revisions
from articles.differences import side_by_side
from articles.forms import NO_BYLINE_OF_YOURS, SourceField, both_texts
from articles.models import Article, Byline, Conflict, Entry
from articles.models.byline import as_byline, names_of, taken_away
from articles.models.entry import join_tags
from articles.models.entry_actions import PSEUDONYM_STAYS


class EntryForm(forms.ModelForm):
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)
    source_url = SourceField()

    class Meta:
        model = Entry
        fields = ("article", "headline", "text", "byline", "label", "source_url", "tags", "is_key_event")

    def __init__(self, *args: Any, by: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.initial["tags"] = ", ".join(self.instance.tag_list)
        self.initial["based_on"] = self.instance.version

    def clean_tags(self) -> str:
        return join_tags(self.cleaned_data["tags"].split(","))

    def clean_byline(self) -> str:
        """Any public name but somebody else's pseudonym."""
        byline = as_byline(self.cleaned_data["byline"].split(","))
        names, standing = names_of(byline), names_of(self.initial.get("byline", "")) if self.instance.pk else []
        secret = Byline.objects.secret_to(self.by.pk)
        for name in names:
            if name.casefold() in secret and name not in standing:
                raise forms.ValidationError(NO_BYLINE_OF_YOURS, params={"name": name})
        if stays := taken_away(standing, names, self.by.pk):
            raise forms.ValidationError(PSEUDONYM_STAYS, params={"name": stays})
        return byline

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        written = cleaned.get("text") or cleaned.get("headline")
        if not written and not (self.instance.pk and self.instance.photographs.exists()):
            self.add_error("text", _("There is nothing to read yet. Write something."))
        now = Entry.objects.filter(pk=self.instance.pk).first() if self.instance.pk else None
        based_on = cleaned.get("based_on")
        if now and based_on is not None and based_on != now.version:
            theirs, mine = side_by_side(now.text, cleaned.get("text", "").replace("\r\n", "\n"))
            # Who has seen both may save.
            data: Any = self.data
            self.data = data.copy()
            self.data["based_on"] = str(now.version)  # type: ignore[index]
            raise forms.ValidationError(both_texts(str(Conflict(now)), theirs, mine))
        return cleaned


@admin.register(Entry)
class EntryAdmin(Desk):
    form = EntryForm
    list_display = ("__str__", "article", "state", "published_at", "byline", "is_pinned", "is_key_event", "on_site")
    list_filter = ("state", "label", "is_key_event", "is_pinned", "article__topic")
    list_select_related = ("article__topic",)
    search_fields = ("headline", "text", "byline", "tags", "article__title")
    date_hierarchy = "published_at"
    autocomplete_fields = ("article",)
    fields = ("article", "headline", "text", ("byline", "is_key_event"), ("label", "source_url"), "tags", "based_on")
    actions = ("publish", "submit", "withdraw", "restore", "pin", "unpin")
    ordering = (DRAFTS_FIRST, "-id")

    @admin.display(description=_("on the site"))
    def on_site(self, entry: Entry) -> str:
        if not entry.is_public:
            return "–"
        return format_html('<a href="{}">{}</a>', entry.get_absolute_url(), _("look"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        entries: Any = super().get_queryset(request)
        return cast("QuerySet[Entry]", entries.reached_by(request.user))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Whose an entry is cannot be found out by asking for somebody's: they may write under a pseudonym."""
        return not lookup.startswith("author") and super().lookup_allowed(lookup, value, request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        own = obj is None or obj.author_id == request.user.pk
        return super().has_change_permission(request, obj) and (own or self._may_change_any(request))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Our own: Django's names the users, and one may write under a pseudonym."""
        entry = self.get_object(request, object_id)
        if entry is None:
            raise Http404(_("There is no such entry."))
        return cast(HttpResponse, revisions(request, entry.pk))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        made = super().get_form(request, obj, change=change, **kwargs)

        class FormOfThisPerson(made):  # type: ignore[misc, valid-type]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, by=request.user, **kwargs)

        return FormOfThisPerson

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
        me: Any = request.user
        if not change:
            obj.author_id, obj.key, obj._history_user = me.pk, uuid4(), me
            obj.save()
        else:
            changes = self.changes(form)
            based_on = changes.pop("based_on", form.cleaned_data.get("based_on"))
            if changes:
                try:
                    Entry.objects.get(pk=obj.pk).edit(by=me, based_on=based_on, **changes)
                except PermissionDenied as refusal:
                    self.message_user(request, str(refusal), messages.WARNING)
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

    @admin.action(description=_("Submit"), permissions=["change"])
    def submit(self, request: HttpRequest, entries: QuerySet[Entry]) -> None:
        self.act(request, entries, Entry.submit)

    @admin.action(description=_("Withdraw"), permissions=["change"])
    def withdraw(self, request: HttpRequest, entries: QuerySet[Entry]) -> None:
        self.act(request, entries, lambda entry, by: entry.withdraw(by=by))

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
