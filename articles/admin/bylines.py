"""Public names, and who is behind them: seen by nobody but administrators, and each look is kept."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Byline, BylineLookup


@admin.register(Byline)
class BylineAdmin(admin.ModelAdmin):
    """A person sees and adds their own; administrators see all names."""

    list_display = ("name", "is_pseudonym")
    search_fields = ("name",)
    fields = ("name", "is_pseudonym")
    actions = ("resolve",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Byline]:
        names = super().get_queryset(request)
        return names if self.has_resolve_permission(request) else names.filter(owner=request.user)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return not lookup.startswith("owner") and super().lookup_allowed(lookup, value, request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Entries keep the names they were published under. A name that was open cannot be made a secret."""
        return ("name", "is_pseudonym") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.owner_id == request.user.pk)

    def save_model(self, request: HttpRequest, obj: Byline, form: ModelForm, change: bool) -> None:
        if not change:
            obj.owner_id = request.user.pk
        obj.save()

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: Django's log of actions would say whose it is."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing, as above."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return redirect("admin:articles_byline_change", object_id)

    @admin.action(description=gettext_lazy("Find out who is behind (this is written down)"), permissions=["resolve"])
    def resolve(self, request: HttpRequest, bylines: QuerySet[Byline]) -> HttpResponse | None:
        for byline in bylines:
            owner = byline.resolve(request.user)  # type: ignore[arg-type]
            answer = _("“%(name)s” is %(owner)s.") % {"name": byline, "owner": owner or _("nobody’s any more")}
            messages.info(request, answer)
        return None

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("articles.resolve_byline")


@admin.register(BylineLookup)
class BylineLookupAdmin(admin.ModelAdmin):
    """To be read only."""

    list_display = ("byline", "by", "at")
    list_select_related = ("byline", "by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
