from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.models import Topic
from importers.sample import load_sample, sample_people_exist, sample_people_lines


class Command(BaseCommand):
    help = "Fills an empty site with a sample newsroom, to try it on this machine."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there is a topic or an article")
        parser.add_argument("--people", action="store_true", help="only say who can sign in, if sample people exist")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "Sample people have a password that everybody knows, so they are for trying the site on your own "
                "machine only. Set DEBUG=1 there; on a public site do not load the sample."
            )
        if options["people"]:
            if sample_people_exist():
                self._say_people()
            return
        if not _is_empty():
            if options["if_empty"]:
                return
            raise CommandError("There are topics or articles already. The sample is for an empty database.")
        self.stdout.write(load_sample())
        if not options["if_empty"]:  # `serve` says it below the address
            self._say_people()

    def _say_people(self) -> None:
        self.stdout.write("Sample people who can sign in, on this machine only:")
        for line in sample_people_lines():
            self.stdout.write(line)


def _is_empty() -> bool:
    # An article has a topic, so one query answers for both.
    return not Topic.objects.exists()
