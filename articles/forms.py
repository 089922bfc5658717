"""What the desk's forms take in, and what they say where it cannot be taken."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from articles.differences import side_by_side
from articles.models import Article, Byline, Conflict, Entry, Photograph, Shot, Topic
from articles.models.article import free_slug
from articles.models.byline import as_byline, names_of
from articles.models.entry import join_tags
from articles.models.rights import Person
from newsroom import markup

MOST_PHOTOGRAPHS = 20
YEARS = range(1900, 2200)
NO_BYLINE_OF_YOURS = _("“%(name)s” is no byline of yours. Choose one of the list, or add it under Bylines.")


class SourceField(forms.URLField):
    """Where something was reported first."""

    default_error_messages = {
        "invalid": _("Write the source as a whole link, as in https://example.org/report."),
    }

    def __init__(self) -> None:
        label, help_text = _("source"), _("Where it was reported first, as a link.")
        super().__init__(label=label, help_text=help_text, required=False, max_length=500, assume_scheme="https")


class ComposerForm(forms.ModelForm):
    """An entry as it is written at the desk, new or old."""

    key = forms.UUIDField()
    source_url = SourceField()
    bylines = forms.Field(required=False)
    at = forms.CharField(required=False, max_length=40)
    pin = forms.BooleanField(required=False)
    photographs = forms.JSONField(required=False)
    based_on = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    correction = forms.CharField(required=False, max_length=500)

    class Meta:
        model = Entry
        fields = ("headline", "text", "label", "source_url", "tags", "is_key_event")

    def __init__(self, data: Any, article: Article, by: Person) -> None:
        super().__init__(data)
        self.article, self.by = article, by

    def clean_tags(self) -> str:
        return join_tags(self.cleaned_data["tags"].split(","))

    def clean_bylines(self) -> str:
        """Names that this person may write under; else another's pseudonym could be tried out."""
        data: Any = self.data
        byline = as_byline(data.getlist("bylines"))
        names = names_of(byline)
        if others := [name for name in names if name != getattr(self.by, "name", "")]:
            open_to = set(Byline.objects.open_to(self.by.pk).filter(name__in=others).values_list("name", flat=True))
            # What stands there already stays, whoever edits.
            open_to |= set(self._standing_bylines())
            if strange := [name for name in others if name not in open_to]:
                raise forms.ValidationError(NO_BYLINE_OF_YOURS, params={"name": strange[0]})
        return byline

    def _standing_bylines(self) -> list[str]:
        found = Entry.objects.filter(key=self.cleaned_data.get("key")).first()
        return found.bylines if found else []

    def clean_based_on(self) -> int:
        """Who does not say what they have read has read the first version."""
        return self.cleaned_data["based_on"] or 0

    def clean_at(self) -> datetime | None:
        """In the article's time zone, as the field says."""
        if not self.cleaned_data["at"]:
            return None
        try:
            written = datetime.fromisoformat(self.cleaned_data["at"])
            # Near the ends of the calendar no time zone can be reckoned with.
            YEARS.index(written.year)
        except ValueError:
            raise forms.ValidationError(_("Write the time as 2026-05-31 14:30.")) from None
        if timezone.is_aware(written):
            return written
        self.article.refresh_from_db()
        return timezone.make_aware(written, self.article.zone)

    def clean_photographs(self) -> list[Shot]:
        sent = self.cleaned_data["photographs"] or []
        try:
            return [_shot(**shot) for shot in sent[:MOST_PHOTOGRAPHS]]
        except (TypeError, KeyError, ValueError, AttributeError, OverflowError):
            raise forms.ValidationError(_("The photographs did not come through. Add them again.")) from None

    def fields_of_entry(self) -> dict[str, Any]:
        """For Entry.edit and its like."""
        fields = {name: self.cleaned_data[name] for name in self.Meta.fields}
        # As it is stored, so that the same text sent again is the same.
        fields["text"] = markup.tidy(fields["text"])
        return fields | {"byline": self.cleaned_data["bylines"]}


def _shot(id: int, alt: str = "", caption: str = "", credit: str = "") -> Shot:
    """Cut and tidied as it is stored, so that the same sent again is the same."""
    if not 0 < int(id) < 2**63:
        raise ValueError(id)
    return Shot(int(id), markup.tidy(alt)[:500], markup.tidy(caption)[:300], markup.tidy(credit)[:100])


def problems(form: forms.BaseForm) -> dict[str, str]:
    """The first of each field."""
    return {name: str(errors[0]) for name, errors in form.errors.items()}


class WordsForm(forms.ModelForm):
    """Title, points and lead of an article, at the desk and in the admin.

    It carries how they were when it was opened. What it has not changed is left to others; what somebody else has
    changed too is refused, with both texts, and may be sent again: then it is known.
    """

    WORDS = ("title", "points", "lead")

    class Meta:
        model = Article
        fields = ("title", "points", "lead")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # By field, theirs and mine with what differs marked.
        self.conflicts: dict[str, tuple[SafeString, SafeString]] = {}
        self.now = self.instance
        for name in self._words():
            self.fields[name].show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.instance.pk:
            self.now = Article.objects.get(pk=self.instance.pk)
            for name, read in self.read().items():
                if getattr(self.now, name) != read:
                    self._refuse(name)
        return cleaned

    def changes(self) -> dict[str, str]:
        """The words that this form changes, as they will be stored."""
        changed = {name: self.written(name) for name in self._words() if name in self.changed_data}
        return {name: value for name, value in changed.items() if value != getattr(self.now, name)}

    def read(self) -> dict[str, str]:
        """Of the words that it changes, how they were when it was opened; nothing, where it does not say."""
        return {name: markup.tidy(self.data.get(self[name].html_initial_name, "")) for name in self.changes()}

    def written(self, name: str) -> str:
        return markup.tidy(self.cleaned_data.get(name) or "")

    def _words(self) -> list[str]:
        return [name for name in self.WORDS if name in self.fields]

    def _refuse(self, name: str) -> None:
        theirs = getattr(self.now, name)
        self.conflicts[name] = side_by_side(theirs, self.written(name))
        # Who has seen both may save.
        sent: Any = self.data
        self.data = known = sent.copy()
        known[self[name].html_initial_name] = theirs
        self.add_error(name, both_texts(str(Conflict(self.now)), *self.conflicts[name]))


def both_texts(sentence: str, theirs: SafeString, mine: SafeString) -> SafeString:
    """As an error of a form: how it is now, and how it was written, beside each other."""
    return format_html(
        '{} <div class="both"><section><h3>{}</h3><div class="text">{}</div></section>'
        '<section><h3>{}</h3><div class="text">{}</div></section></div>',
        sentence,
        _("As it is now"),
        theirs,
        _("As you wrote it"),
        mine,
    )


class NewArticleForm(forms.Form):
    """Topic, title, go."""

    topic = forms.ModelChoiceField(Topic.objects.all(), label=_("Topic"), required=False, empty_label=_("A new one:"))
    new_topic = forms.CharField(label=_("New topic"), max_length=100, required=False)
    title = forms.CharField(label=_("Title"), max_length=200)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("topic") and not cleaned.get("new_topic", "").strip():
            self.add_error("topic", _("Choose a topic, or write the name of a new one."))
        return cleaned

    def make(self, time_zone: str, language: str, by: Person) -> Article:
        """Goes live at once."""
        topic = self.cleaned_data["topic"] or _topic_named(self.cleaned_data["new_topic"].strip())
        title = self.cleaned_data["title"]
        article = Article.objects.create(
            topic=topic, title=title, slug=free_slug(topic, title), time_zone=time_zone, language=language
        )
        article.go_live(by=by)
        return article


def _topic_named(name: str) -> Topic:
    found = Topic.objects.filter(name__iexact=name).first()
    return found or Topic.objects.create(name=name, slug=Topic.free_slug(name))


def as_form(entry: Entry) -> dict[str, Any]:
    """An entry as the composer opens it; gives it a key where it was made elsewhere."""
    if entry.key is None:
        entry.key = uuid4()
        Entry.objects.filter(pk=entry.pk, key=None).update(key=entry.key)
        entry.refresh_from_db(fields=["key"])
    at = entry.scheduled_for if entry.state not in Entry.SEEN else None
    return {
        "id": entry.pk,
        "key": str(entry.key),
        "state": entry.state,
        "state_name": entry.get_state_display(),
        "name": str(entry),
        "version": entry.version,
        "headline": entry.headline,
        "text": entry.text,
        "bylines": entry.bylines,
        "label": entry.label,
        "source_url": entry.source_url,
        "tags": ", ".join(entry.tag_list),
        "is_key_event": entry.is_key_event,
        "pin": entry.pin_on_publish,
        "at": f"{at.astimezone(entry.article.zone):%Y-%m-%dT%H:%M}" if at else "",
        "note": entry.note,
        "photographs": [photograph_as_form(photograph) for photograph in entry.photographs.all()],
    }


def photograph_as_form(photograph: Photograph) -> dict[str, Any]:
    return {
        "id": photograph.pk,
        "thumb": reverse("admin:desk_photograph", args=[photograph.name, photograph.fallback]),
        "alt": photograph.alt,
        "caption": photograph.caption,
        "credit": photograph.credit,
    }
