import sys
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from articles.models import Article
from comments.integrity import problems, repair


class Command(BaseCommand):
    help = "Checks the conversations and counters of every article and names what is wrong. Readers may go on writing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--article", type=int, metavar="ID", help="check only this article")
        parser.add_argument("--repair", action="store_true", help="put right what is wrong, then check that again")

    def handle(self, *args: Any, **options: Any) -> None:
        article_ids = _article_ids(options["article"])
        broken = self._check(article_ids)
        if broken and options["repair"]:
            trees = sum(repair(article_id) for article_id in _with_bar(list(broken), "repaired"))
            self.stdout.write(f"Repaired {trees} trees and the counters of {len(broken)} articles.")
            broken = self._check(list(broken))
        if broken:
            raise CommandError(f"{sum(broken.values())} problems in {len(broken)} of {len(article_ids)} articles.")
        self.stdout.write(f"Checked {len(article_ids)} articles: no problem.")

    def _check(self, article_ids: list[int]) -> dict[int, int]:
        """Writes a line for each problem. Returns how many there are in each broken article."""
        broken = {}
        bar = _with_bar(article_ids, "checked")
        for article_id in bar:
            found = problems(article_id)
            if found:
                broken[article_id] = len(found)
                with bar.external_write_mode():
                    self.stdout.writelines(f"{problem}\n" for problem in found)
        return broken


def _article_ids(article_id: int | None) -> list[int]:
    articles = Article.objects.order_by("pk").values_list("pk", flat=True)
    if article_id is None:
        return list(articles)
    if not articles.filter(pk=article_id).exists():
        raise CommandError(f"There is no article {article_id}.")
    return [article_id]


def _with_bar(article_ids: Iterable[int], doing: str) -> "tqdm[int]":
    """On the standard error, and only where a person looks at it."""
    return tqdm(article_ids, desc=doing, unit=" articles", file=sys.stderr, disable=None)
