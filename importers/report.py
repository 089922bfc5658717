"""What an import did, counted, with a line for each thing that was left out or changed."""

from collections import Counter
from collections.abc import Callable, Iterator

KINDS = ("topics", "articles", "entries", "comments")


class Report:
    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self.created: Counter[str] = Counter()
        self.already_there: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        # Things that come by the hundred (attachments, menu items): one line for each sort, at the end.
        self.left_out_sorts: Counter[str] = Counter()

    def leave_out(self, kind: str, what: str, reason: str) -> None:
        self.left_out[kind] += 1
        self._say(f"Left out: {what}: {reason}.")

    def leave_out_sort(self, sort: str) -> None:
        self.left_out_sorts[sort] += 1

    def warn(self, what: str, warning: str) -> None:
        self._say(f"Note: {what}: {warning}.")

    def kept(self, kind: str) -> int:
        return self.created[kind] + self.already_there[kind]

    def summary(self) -> Iterator[str]:
        for sort, count in sorted(self.left_out_sorts.items()):
            yield f"Left out: {count:,} × {sort}: not a post."
        yield f"{'':12}{'created':>12}{'already there':>16}{'left out':>12}"
        for kind in KINDS:
            counts = self.created[kind], self.already_there[kind], self.left_out[kind]
            yield "{:12}{:12,}{:16,}{:12,}".format(kind, *counts)
        if not any(self.created.values()):
            yield "Nothing new."
