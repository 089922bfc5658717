import unicodedata
import uuid
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from comments.models import LONGEST_TEXT, Reason
from newsroom import markup


class WritersText(forms.CharField):
    """Text as it will be stored, so that the limits are about what is kept: a browser sends each line end as two."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(markup.tidy(value or ""))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """No `maxlength`: with it browsers cut the end of what is pasted, and say nothing."""
        return {}


class CommentForm(forms.Form):
    """A reader's text. `key` is made with the form, so that sending it twice makes one comment."""

    text = WritersText(
        label=_("Your comment"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto", "autofocus": True}),
        help_text=_("*Emphasis*, > quotes, lists and links work. A blank line begins a paragraph."),
        error_messages={"required": _("There is no text yet. Write something, then send it.")},
    )
    key = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_text(self) -> str:
        """Characters that nobody sees are no text."""
        text: str = self.cleaned_data["text"]
        if all(unicodedata.category(character)[0] in "CZ" for character in text):
            raise forms.ValidationError(self.fields["text"].error_messages["required"], code="required")
        return text

    def clean_key(self) -> uuid.UUID | None:
        """A key that something on the way has damaged is as good as none."""
        try:
            return uuid.UUID(self.cleaned_data["key"])
        except ValueError:
            return None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].error_messages["max_length"] = _(
            "This is %(show_value)d characters long; %(limit_value)d fit. Shorten it, or send it in two comments."
        )
        for validator in self.fields["text"].validators:
            if isinstance(validator, MaxLengthValidator):
                validator.message = self.fields["text"].error_messages["max_length"]
        self.initial.setdefault("key", uuid.uuid4())


class DecisionForm(forms.Form):
    """What a moderator decides about a comment on its page."""

    action = forms.ChoiceField(
        choices=[
            ("hide", _("Hide this comment")),
            ("hide_branch", _("Hide this comment with all its replies")),
            ("restore", _("Restore")),
            ("approve", _("Publish")),
        ]
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", _("Choose …")), *Reason.choices], required=False)
    note = forms.CharField(
        label=_("Note for the team"), max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if str(data.get("action", "")).startswith("hide") and not data.get("reason"):
            self.add_error("reason", _("Choose the reason that readers will see."))
        return data
