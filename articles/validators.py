"""What an address or a zone may not be, said in the admin's forms."""

import re
import zoneinfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# First path segments that belong to the site; a topic may not take them. Years are the day archive's.
RESERVED_SLUGS = frozenset(
    "about accounts admin api c comments corrections favicon feed feeds healthz live me media moderation news-sitemap "  # noqa: SIM905 -- a list would take 27 lines
    "notices people photographs readyz robots search sitemap static tags u".split()
)


def validate_topic_slug(slug: str) -> None:
    if slug.lower() in RESERVED_SLUGS or re.fullmatch(r"\d+", slug):
        raise ValidationError(_("“%(slug)s” is an address of the site itself. Choose another."), params={"slug": slug})


def validate_article_slug(slug: str) -> None:
    if re.fullmatch(r"\d+", slug):
        raise ValidationError(_("An address of digits alone would read as a date. Add a word."))


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone. Write it as Europe/Istanbul."), params={"name": name})
