"""The one place where articles' pages meet comments."""

import json
from functools import lru_cache
from typing import Any

from django import template
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from articles.models import Article, Entry
from articles.templatetags.articles import PLURALS
from comments.forms import LONGEST_TEXT
from comments.threads import CHOICES, SORTS, conversations

register = template.Library()


@register.inclusion_tag("comments/_section.html")
def conversation_section(article: Article, entry: Entry | None = None) -> dict[str, Any]:
    """The newest conversations of an article, or of one entry, with the way to the rest and to the form."""
    base = article.get_absolute_url()
    return {
        "article": article,
        "entry": entry,
        "shown": conversations(article, entry=entry),
        "open": article.takes_comments,
        "base": base,
        "place": f"{base}comments/",
        "sort": "newest",
        "show": "all",
        "sorts": SORTS.items(),
        "choices": CHOICES.items(),
    }


@register.inclusion_tag("comments/_words.html")
def words() -> dict[str, Any]:
    return {"said": _words(get_language())}


@lru_cache(20)
def _words(_language: str) -> dict[str, str]:
    """What the scripts say, by name; what depends on a number in all its forms, as Intl.PluralRules names them.

    Made once for each language: sixty look-ups would be a tenth of a page.
    """
    numbered = {
        "replies": lambda n: ngettext("%(n)d reply", "%(n)d replies", n),
        "fold": lambda n: ngettext("Fold %(n)d reply", "Fold %(n)d replies", n),
        "new-replies": lambda n: ngettext("%(n)d new reply", "%(n)d new replies", n),
        "new-conversations": lambda n: ngettext("%(n)d new conversation", "%(n)d new conversations", n),
        "new": lambda n: ngettext("%(n)d new comment", "%(n)d new comments", n),
    }
    forms = {name: {form: say(number) for form, number in PLURALS.items()} for name, say in numbered.items()}
    return {name: json.dumps(said, ensure_ascii=False) for name, said in forms.items()} | {
        "most": str(LONGEST_TEXT),
        "of": _("%(n)s of %(most)s characters"),
        "next": _("Next"),
        "new-mark": _("New"),
        "gone": _("This comment is no longer shown."),
        "muted": _("Muted: %(name)s."),
        "show": _("Show"),
        "quote": _("Quote"),
        "cancel": _("Cancel"),
        "failed": _("It could not be sent. Your text is still here: try again in a moment."),
        "not-loaded": _("It could not be loaded. Try again in a moment."),
        "continue-reply": _("Continue your reply"),
        "continue-comment": _("Continue your comment"),
        "edit": _("Edit"),
        "mine": _("Withdraw"),
        "moderate": _("Moderate"),
        "pick": _("Pick"),
        "recommend": _("Recommend"),
    }
