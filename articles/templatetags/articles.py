import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from articles.models import Article, Entry

register = template.Library()

# A number for each form that a language may have, under the name that Intl.PluralRules gives it in the browser.
PLURALS = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100}


@register.simple_tag
def clock(moment: datetime) -> SafeString:
    """The time of day; for places that stand below their day."""
    return _time(moment, "H:i")


@register.simple_tag
def day_and_clock(moment: datetime) -> SafeString:
    return _time(moment, pgettext("date and time", "j F Y, H:i"))


@register.simple_tag
def short_clock(moment: datetime) -> SafeString:
    """The day without its year and the time of day, for lists."""
    return _time(moment, pgettext("date and time", "j M, H:i"))


@register.simple_tag
def month(moment: datetime) -> str:
    """As exact as others need to know since when somebody is here."""
    return date_format(timezone.localtime(moment), "F Y")


def _time(moment: datetime, style: str) -> SafeString:
    """A moment in the active time zone, with the zone's name."""
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}">{} <abbr>{}</abbr></time>',
        local.isoformat(timespec="seconds"),
        # A page has fifty of these, and Django's own formatting takes twenty times as long.
        f"{local:%H:%M}" if style == "H:i" else date_format(local, style),
        zone_name(local),
    )


@register.simple_tag
def talk_about(entry: Entry, article: Article, base: str) -> SafeString:
    """The way to what readers say about an entry, or to the form where nobody has said anything."""
    if entry.comment_count:
        said = ngettext("%(n)d comment", "%(n)d comments", entry.comment_count) % {"n": entry.comment_count}
        return format_html('<a href="{}{}/#comments">{}</a>', base, entry.pk, said)
    if not article.takes_comments:
        return SafeString("")
    return format_html('<a href="{}comments/new/?entry={}">{}</a>', base, entry.pk, _("Comment on this"))


@register.filter
def zone_name(local: datetime) -> str:
    """CET, or UTC+3 in the zones whose abbreviation is a bare number."""
    name = local.tzname() or ""
    if name[:1] not in "+-" or not name:
        return name
    hours, minutes = name[1:3].lstrip("0") or "0", name[3:]
    return f"UTC{name[0]}{hours}{':' + minutes if minutes else ''}"


@register.filter
def city(zone: str) -> str:
    """Europe/Istanbul as readers say it: Istanbul."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


@register.simple_tag
def zone_now() -> str:
    """What the active time zone is called today."""
    return zone_name(timezone.localtime())


@register.filter
def total(days: Iterable[dict[str, Any]]) -> int:
    """How many entries an article has, on all its days."""
    return sum(day["count"] for day in days)


@register.simple_tag
def new_updates_forms() -> str:
    return _forms(lambda n: ngettext("%(n)d new update", "%(n)d new updates", n))


@register.simple_tag
def updates_since_forms() -> str:
    return _forms(
        lambda n: ngettext("%(n)d update since you were last here", "%(n)d updates since you were last here", n)
    )


@register.simple_tag
def new_notices_forms() -> str:
    return _forms(lambda n: ngettext("%(n)d new", "%(n)d new", n))


def _forms(say: Callable[[int], str]) -> str:
    """A text in all its plural forms, of which the page's script takes the right one."""
    return json.dumps({name: say(number) for name, number in PLURALS.items()}, ensure_ascii=False)
