"""Whom a comment names, as in "@Nadia"."""

import html
import re

from django.utils.html import strip_tags

from accounts.lookalikes import skeleton
from accounts.models import User

# More is shouting.
MOST_PEOPLE = 5
# Looked at, of a text that is full of them.
MOST_MARKS = 50
LONGEST_NAME_IN_WORDS = 5

_code = re.compile(r"<(pre|code)>.*?</\1>", re.DOTALL)
# A quote's words are another's, who has named whom they wanted.
_quote = re.compile(r"</?blockquote>")
_block_end = re.compile(r"</(?:p|li|blockquote|pre)>|<br>")
# Not within an address: nadia@example.org names nobody.
_mark = re.compile(r"(?<![\w.+@-])@(?=\S)")
_after_a_name = ".,:;!?…)]}\"'”’»*_~"
_possessive = re.compile(r"['’]s$", re.IGNORECASE)


def named_in(comment_html: str) -> list[int]:
    """The ids of the people whom a comment's safe HTML names, at most MOST_PEOPLE, in the order of the text.

    Names have spaces, so the longest that fits is taken: "@Nadia Karim" is not Nadia where both are here.
    """
    marks = [_candidates(after) for after in _texts_after_marks(comment_html)]
    keys = {skeleton(name) for names in marks for name in names}
    if not keys:
        return []
    people = User.objects.filter(name_skeleton__in=keys, is_active=True).values_list("name", "pk")
    # The skeleton knows neither spaces nor accents; who is named is named exactly, capitals aside.
    ids = {name.casefold(): pk for name, pk in people}
    found = [next((ids[name.casefold()] for name in names if name.casefold() in ids), None) for names in marks]
    return list(dict.fromkeys(pk for pk in found if pk is not None))[:MOST_PEOPLE]


def _texts_after_marks(comment_html: str) -> list[str]:
    text = _block_end.sub("\n", _code.sub(" ", _without_quotes(comment_html)))
    text = html.unescape(strip_tags(text))
    return [text[mark.end() :].partition("\n")[0][:200] for mark in list(_mark.finditer(text))[:MOST_MARKS]]


def _without_quotes(comment_html: str) -> str:
    kept, depth, place = [], 0, 0
    for tag in _quote.finditer(comment_html):
        if depth == 0:
            kept.append(comment_html[place : tag.start()])
        depth += -1 if tag[0].startswith("</") else 1
        place = tag.end()
    return "\n".join([*kept, comment_html[place:]])


def _candidates(text: str) -> list[str]:
    """What may be a name at the beginning of a text, the longest first."""
    words = text.split()[:LONGEST_NAME_IN_WORDS]
    found = []
    for number in range(len(words), 0, -1):
        name = " ".join(words[:number])
        bare = name.rstrip(_after_a_name)
        found += [name, bare, _possessive.sub("", bare)]
    return [name for name in dict.fromkeys(found) if name]
