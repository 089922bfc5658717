"""Comments for moderators: found, hidden and brought back in bulk. Nothing is added, rewritten or deleted here."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_tasks_db.admin import DBTaskResult

from comments.models import Comment, Decision, Reason, Report
from comments.models.queryset import CommentQuerySet

# The worker's queue is no page for a newsroom: what fails there is in the log.
admin.site.unregister(DBTaskResult)


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DecisionActionForm(ActionForm):
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", _("Choose …")), *Reason.choices], required=False)
    note = forms.CharField(label=_("Note"), max_length=2_000, required=False)


@admin.register(Comment)
class CommentAdmin(ReadOnly):
    list_display = ("excerpt", "name", "article", "created_at", "state", "visible", "replies", "reported", "on_site")
    list_filter = ("state", "article__topic", "hidden_for")
    list_select_related = ("article__topic",)
    search_fields = ("name", "text", "article__title")
    ordering = ("-id",)
    list_per_page = 50
    # Counting a million comments takes longer than the page.
    show_full_result_count = False
    action_form = DecisionActionForm
    actions = ("hide", "hide_branch", "restore", "approve", "erase")
    fields = (
        "article",
        "entry",
        "parent",
        "number",
        "name",
        "author",
        "text",
        "state",
        "visible",
        "created_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Comment]:
        return super().get_queryset(request).prefetch_related("reports")

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("comments.moderate_comment")

    @admin.display(description=_("comment"))
    def excerpt(self, comment: Comment) -> str:
        return Truncator(comment.text or comment.get_state_display()).chars(120)

    @admin.display(description=_("replies"))
    def replies(self, comment: Comment) -> int:
        return comment.reply_count

    @admin.display(description=_("reports"))
    def reported(self, comment: Comment) -> int | str:
        return len(comment.reports.all()) or ""

    @admin.display(description=_("on the site"))
    def on_site(self, comment: Comment) -> str:
        return format_html('<a href="{0}moderate/">{1}</a>', comment.get_absolute_url(), _("decide"))

    @admin.action(description=_("Hide selected comments"), permissions=["moderate"])
    def hide(self, request: HttpRequest, comments: CommentQuerySet) -> None:
        if reason := self._reason(request):
            self._report(request, comments.hide(request.user, reason, _note(request)))

    @admin.action(description=_("Hide selected comments with all replies"), permissions=["moderate"])
    def hide_branch(self, request: HttpRequest, comments: CommentQuerySet) -> None:
        if reason := self._reason(request):
            self._report(request, comments.hide_branch(request.user, reason, _note(request)))

    @admin.action(description=_("Restore selected comments"), permissions=["moderate"])
    def restore(self, request: HttpRequest, comments: CommentQuerySet) -> None:
        self._report(request, comments.restore(request.user, _note(request)))

    @admin.action(description=_("Publish selected held comments"), permissions=["moderate"])
    def approve(self, request: HttpRequest, comments: CommentQuerySet) -> None:
        self._report(request, comments.approve(request.user, _note(request)))

    @admin.action(description=_("Erase selected comments for good"), permissions=["erase"])
    def erase(self, request: HttpRequest, comments: CommentQuerySet) -> None:
        """There is no way back, so it wants a note first."""
        if note := _note(request).strip():
            self._report(request, comments.erase(request.user, note))
        else:
            text = _("Erasing cannot be undone. Write in the note why it must be, then try again.")
            self.message_user(request, text, messages.ERROR)

    def has_erase_permission(self, request: HttpRequest) -> bool:
        """For those who look after people's accounts."""
        return self.has_moderate_permission(request) and request.user.has_perm("accounts.change_user")

    def _reason(self, request: HttpRequest) -> str:
        """The reason chosen beside the action; without one nothing happens and the moderator is told."""
        reason = request.POST.get("reason", "")
        if reason in Reason.values:
            return reason
        self.message_user(request, _("Choose the reason that readers will see, then try again."), messages.ERROR)
        return ""

    def _report(self, request: HttpRequest, reach: int) -> None:
        text = ngettext("%(count)d comment changed.", "%(count)d comments changed.", reach) % {"count": reach}
        self.message_user(request, text, messages.SUCCESS)


class AboutComment(ReadOnly):
    @admin.display(description=_("comment"))
    def comment_excerpt(self, row: Decision | Report) -> str:
        label = f"{row.comment.name}: {Truncator(row.comment.text).chars(80)}"
        return format_html('<a href="{}moderate/">{}</a>', row.comment.get_absolute_url(), label)


@admin.register(Decision)
class DecisionAdmin(AboutComment):
    list_display = ("created_at", "moderator", "kind", "reason", "reach", "comment_excerpt", "undone")
    list_filter = ("kind", "reason", ("moderator", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("moderator", "comment", "undone_by")
    search_fields = ("comment__name", "comment__text", "note", "moderator__name")
    date_hierarchy = "created_at"

    @admin.display(description=_("undone"), boolean=True)
    def undone(self, decision: Decision) -> bool:
        return hasattr(decision, "undone_by")


@admin.register(Report)
class ReportAdmin(AboutComment):
    list_display = ("created_at", "reason", "text", "comment_excerpt", "comment_state")
    list_filter = ("reason", "comment__state")
    list_select_related = ("comment",)
    search_fields = ("text", "comment__name", "comment__text")
    date_hierarchy = "created_at"

    @admin.display(description=_("state"))
    def comment_state(self, report: Report) -> str:
        return report.comment.get_state_display()


def _note(request: HttpRequest) -> str:
    return request.POST.get("note", "")[:2_000]
