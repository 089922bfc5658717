"""The one place where articles' pages meet comments."""

from typing import Any

from django import template

from articles.models import Article, Entry
from comments.threads import conversations

register = template.Library()


@register.inclusion_tag("comments/_section.html")
def conversation_section(article: Article, entry: Entry | None = None) -> dict[str, Any]:
    """The newest conversations of an article, or of one entry, with the way to the rest and to the form."""
    return {
        "article": article,
        "entry": entry,
        "shown": conversations(article, entry=entry),
        "open": article.takes_comments,
    }
