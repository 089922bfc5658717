import unicodedata
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from articles.models import Article
from comments.models import Reason
from newsroom import characters, markup

# Of a comment, as people count. Less than a word says nothing; more is an article.
SHORTEST_TEXT = 5
LONGEST_TEXT = 5_000
# One character may be made of many, piled up without end.
MOST_CODE_POINTS = 4 * LONGEST_TEXT
LONGEST_REPORT = 2_000


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
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto", "autofocus": True}),
        help_text=_("*Emphasis*, > quotes, - lists, `code` and links work. A blank line begins a paragraph."),
        error_messages={"required": _("There is no text yet. Write something, then send it.")},
    )
    key = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", uuid.uuid4())

    def clean_text(self) -> str:
        """Characters that nobody sees are no text; those that are seen are counted as people count."""
        text: str = self.cleaned_data["text"]
        if all(unicodedata.category(character)[0] in "CZ" for character in text):
            raise forms.ValidationError(self.fields["text"].error_messages["required"], code="required")
        # A text that is far too long is not counted: it would take its time.
        length = characters.count(text) if len(text) <= MOST_CODE_POINTS else len(text)
        if length < SHORTEST_TEXT:
            raise forms.ValidationError(
                ngettext(
                    "This is %(length)d character long. Say a little more: %(least)d at least.",
                    "This is %(length)d characters long. Say a little more: %(least)d at least.",
                    length,
                )
                % {"length": length, "least": SHORTEST_TEXT},
                code="min_length",
            )
        if length > LONGEST_TEXT:
            raise forms.ValidationError(
                _("This is %(length)d characters long; %(most)d fit. Shorten it, or send it in two comments.")
                % {"length": length, "most": LONGEST_TEXT},
                code="max_length",
            )
        return text

    def clean_key(self) -> uuid.UUID | None:
        """A key that something on the way has damaged is as good as none."""
        try:
            return uuid.UUID(self.cleaned_data["key"])
        except ValueError:
            return None


class ReportForm(forms.Form):
    """What a reader says against a comment."""

    reason = forms.ChoiceField(
        label=_("What is wrong with it?"),
        choices=Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is wrong with it, then send your report.")},
    )
    text = WritersText(
        label=_("In your words"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("For the moderators alone. Needed where you chose “against the rules”."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        text = data.get("text", "")
        if data.get("reason") == Reason.OTHER and not text:
            self.add_error("text", _("Say in a few words what is wrong with it."))
        if len(text) > LONGEST_REPORT:
            self.add_error(
                "text", _("This is too long for a report: %(most)d characters fit.") % {"most": LONGEST_REPORT}
            )
        return data


class PolicyForm(forms.Form):
    policy = forms.ChoiceField(
        label=_("Comments on this article"),
        choices=[
            (Article.CommentPolicy.OPEN, _("Open: everybody may write")),
            (Article.CommentPolicy.HELD, _("Held: each comment waits for a moderator’s look")),
            (Article.CommentPolicy.CLOSED, _("Closed: nobody writes any more; what is there stays")),
        ],
        widget=forms.RadioSelect,
    )


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
