"""The one Markdown table that all benches print."""

import json
import os
from dataclasses import asdict, dataclass

HEAD = "| Figure | Database | Limit | Measured | Held |\n| --- | --- | --- | --- | --- |"


@dataclass
class Row:
    figure: str
    limit: str
    measured: str
    held: bool
    database: str = "–"


def show(rows: list[Row]) -> None:
    """As a table of its own, or as JSON for `python -m bench`, which makes one table of them all."""
    if "BENCH_AS_JSON" in os.environ:
        print(json.dumps([asdict(row) for row in rows]))
    else:
        print(table(rows))


def table(rows: list[Row]) -> str:
    lines = [
        f"| {row.figure} | {row.database} | {row.limit} | {row.measured} | {'yes' if row.held else '**no**'} |"
        for row in rows
    ]
    return "\n".join([HEAD, *lines])
