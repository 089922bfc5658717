"""16 processes post, hide, restore and withdraw for 10 s in 3 articles: is every tree whole and every counter exact?"""

from collections import Counter

from bench.database import database_version, own_database  # isort: skip -- before any model

from accounts.models import User
from articles.models import Article
from bench.actors import Record, act
from bench.crowd import together
from bench.seed import new_articles
from bench.table import Row, show
from comments.integrity import problems
from comments.models import Comment

WRITERS = 16
SECONDS = 10


def measure() -> Row:
    article_ids = new_articles(3)
    user_ids = [User.objects.create(username=f"writer{n}", name=f"Writer {n}").pk for n in range(WRITERS)]
    records: list[Record] = together(*[(act, article_ids, user_ids, SECONDS, seed) for seed in range(WRITERS)])
    done = sum((record.done for record in records), Counter())
    errors = sum(len(record.errors) for record in records)
    faults = sum(len(problems(pk)) for pk in Article.objects.values_list("pk", flat=True))
    return Row(
        f"{WRITERS} writers × {SECONDS} s of roots, replies, hides and restores",
        "0 faults, 0 errors, counters exact",
        f"{faults} faults, {errors} errors in {done.total()} actions ({done.total() / SECONDS:.0f}/s); "
        f"{Comment.objects.count()} comments; {sum(record.refused for record in records)} refused by the rules",
        faults == errors == 0,
        database_version(),
    )


def main() -> None:
    with own_database():
        show([measure()])


if __name__ == "__main__":
    main()
