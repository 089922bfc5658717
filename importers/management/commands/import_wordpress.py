from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from articles.validators import validate_time_zone
from importers.report import Report
from importers.wordpress import ExportError, Survey, read_posts, survey
from importers.wordpress_articles import Options, PostImporter


class Command(BaseCommand):
    help = (
        "Brings in a WordPress export (Tools > Export > All content): categories as topics, posts as articles, the "
        "headings in a post as its entries, and readers' comments with their threads, names, times and status. Pages, "
        "media, menus, tags and custom fields are not brought in. Running it again adds only what is missing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the export, an .xml file")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and write nothing")
        parser.add_argument(
            "--time-zone",
            default=settings.TIME_ZONE,
            help="the blog's time zone, as Europe/Istanbul (default: %(default)s)",
        )
        parser.add_argument(
            "--language",
            choices=[code for code, _name in settings.LANGUAGES],
            help="the articles' language (default: the export's, if this site has it)",
        )

    def handle(self, *args: Any, file: Path, dry_run: bool, time_zone: str, language: str | None, **_: Any) -> None:
        try:
            validate_time_zone(time_zone)
            found = survey(file)
        except ValidationError as error:
            raise CommandError(error.messages[0]) from error
        except (ExportError, OSError) as error:
            raise CommandError(f"{error} Nothing was written.") from error
        for warning in found.warnings:
            self.stderr.write(f"Repaired: {warning}.")
        report = Report(self._say)
        options = Options(found.site, found.authors, time_zone, language or language_of(found), dry_run)
        try:
            self._bring_in(file, found, options, report)
        except KeyboardInterrupt as error:
            raise CommandError("Stopped. What was brought in stays; run it again for the rest.") from error
        for line in report.summary():
            self.stdout.write(line)
        kept, left_out = report.kept("comments"), report.left_out["comments"]
        self.stdout.write(f"Comments: {found.comments:,} in the file = {kept:,} kept + {left_out:,} left out.")
        if dry_run:
            self.stdout.write("This was a dry run: nothing was written.")

    def _bring_in(self, file: Path, found: Survey, options: Options, report: Report) -> None:
        # Only on a terminal (disable=None).
        with tqdm(total=found.items + found.comments, disable=None, unit=" posts and comments", leave=False) as bar:
            importer = PostImporter(options, report, bar.update)
            for post in read_posts(file):
                importer.bring_in(post)

    def _say(self, line: str) -> None:
        with tqdm.external_write_mode():
            self.stdout.write(line)


def language_of(found: Survey) -> str:
    """The export's language ("en-US") if the site has it, else the site's own."""
    code = found.channel.get("language", "").split("-")[0].split("_")[0].lower()
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
