"""Path converters, registered on import: what can stand in an address.

A date that is none, like 2014-02-30, is simply no such page.
"""

from datetime import date

from django.urls import register_converter


class SlugConverter:
    """Django's, with the letters of every script."""

    regex = r"[-\w]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class DayConverter:
    """yyyy-mm-dd, or yyyy/mm/dd with `separator`."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    separator = "-"

    def to_python(self, value: str) -> date:
        return date(*map(int, value.split(self.separator)))

    def to_url(self, value: date) -> str:
        return f"{value:%Y{self.separator}%m{self.separator}%d}".zfill(10)


class ArchiveDayConverter(DayConverter):
    regex = r"[0-9]{4}/[0-9]{2}/[0-9]{2}"
    separator = "/"


register_converter(SlugConverter, "words")
register_converter(DayConverter, "day")
register_converter(ArchiveDayConverter, "archive_day")
