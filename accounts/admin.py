from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import names
from accounts.models import User
from accounts.sessions import end_sessions

# Secrets of second factors among them, and addresses that are seen at the person.
admin.site.unregister((EmailAddress, Authenticator))


class NameChecked:
    """The same rules as for readers, but that an administrator may call somebody of the newsroom so."""

    cleaned_data: dict[str, Any]
    instance: User

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name == self.instance.name:
            return name
        return names.clean(name, user_id=self.instance.pk, is_staff=True)


class PersonChangeForm(NameChecked, UserChangeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A reader who has not chosen one yet need not be given one.
        if "name" in self.fields:
            self.fields["name"].required = bool(self.instance.name)


class PersonCreationForm(NameChecked, AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "name", "email")


@admin.register(User)
class PersonAdmin(UserAdmin):
    form = PersonChangeForm
    add_form = PersonCreationForm
    list_display = ("username", "name", "email", "is_staff", "is_active", "last_login")
    search_fields = ("username", "name", "email")
    ordering = ("username",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("name", "email")}),
        (_("Roles"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "name", "email", "password1", "password2"),
            },
        ),
    )
    readonly_fields = ("last_login", "date_joined")
    actions = ("take_second_factors_away",)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """By their own fields and groups, and not by what others have that names them: a pseudonym does."""
        own = {field.name for field in User._meta.get_fields() if field.concrete}
        return lookup.partition("__")[0] in own and super().lookup_allowed(lookup, value, request)

    @admin.action(description=_("Remove passkeys and second factors of people who lost them"), permissions=["change"])
    def take_second_factors_away(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """They sign in by a code or password alone then, and set up new ones. Each time is in the person's history."""
        for person in people:
            if self.has_change_permission(request, person):
                Authenticator.objects.filter(user=person).delete()
                # Whoever has found the lost phone is signed in there.
                end_sessions(person)
                self.log_change(request, person, "Passkeys and second factors removed.")
                messages.success(request, _("%(name)s can set up new ones.") % {"name": person})
            else:
                messages.error(request, _("Only a superuser may do this for %(name)s.") % {"name": person})

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A code to the address that stood here before signs nobody in any more."""
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            EmailAddress.objects.filter(user=obj).delete()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Closed by "active" instead, or left by themselves: a row that is only taken away leaves texts and name."""
        return False

    def get_readonly_fields(self, request, obj=None):  # type: ignore[no-untyped-def]
        """An administrator who is no superuser makes nobody a superuser."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, "is_superuser", "user_permissions")

    def has_change_permission(self, request, obj=None):  # type: ignore[no-untyped-def]
        """Nor takes a superuser's account over by its password."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (request.user.is_superuser or obj is None or not obj.is_superuser)
