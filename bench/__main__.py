"""All measurements in one Markdown table: on SQLite, and on the PostgreSQL server that DATABASE_URL names."""

import json
import os
import subprocess
import sys

from bench.database import machine
from bench.table import Row, table

ON_EACH_DATABASE = [
    "writers",
    "reply",
    "posting",
    "publishing",
    "hurry",
    "article_page",
    "comment_page",
    "conversations",
    "served",
    "live",
]
# These bring their own, or need none.
ON_NONE = ["markup", "photographs", "bridges", "nginx", "away"]


# Named, never opened: each bench makes a file of its own.
SQLITE = "sqlite:///bench.sqlite3"


def databases() -> list[str]:
    url = os.environ.get("DATABASE_URL", "")
    return [SQLITE, url] if url.startswith("postgres") else [SQLITE]


def run(name: str, url: str) -> list[Row]:
    """A process of its own for each: settings are read once, and one bench does not warm up another."""
    print(f"{name}, {url.split(':', maxsplit=1)[0]} …", file=sys.stderr, flush=True)
    environment = os.environ | {"DATABASE_URL": url, "BENCH_DATABASE_URL": url, "BENCH_AS_JSON": "1"}
    done = subprocess.run([sys.executable, "-m", f"bench.{name}"], env=environment, stdout=subprocess.PIPE, check=True)
    return [Row(**row) for row in json.loads(done.stdout)]


def main() -> None:
    urls = databases()
    rows = [row for name in ON_EACH_DATABASE for url in urls for row in run(name, url)]
    rows += [row for name in ON_NONE for row in run(name, urls[0])]
    print(f"{machine()}\n\n{table(rows)}")
    if len(urls) == 1:
        print("Set DATABASE_URL=postgres://… to measure PostgreSQL too.", file=sys.stderr)


if __name__ == "__main__":
    main()
