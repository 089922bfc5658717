"""Hostile text: every known cross-site-scripting payload, and 100 kB of what makes parsers slow."""

import json
import time
from pathlib import Path

import bench.database  # noqa: F401  # isort: skip -- before the site's modules
from django.conf import settings

from bench.table import Row, show
from newsroom import markup

PAYLOADS = Path(settings.BASE_DIR).parent / "shared" / "data" / "hostile" / "xss.json"
SIZE = 100_000
MOST_MS_PAYLOAD = 50
MOST_MS_LARGE = 100

LARGE = {
    "[": "[",
    "*": "*",
    "<": "<",
    ">": ">",
    "nested quotes": "> ",
    "nested lists": "- ",
    "links": "[a](b",
    "emphasis": "*a _b ",
    "tags": "<b>",
    "code": "`` ` ",
}


def payloads() -> list[str]:
    """Every text anywhere in the file."""
    found: list[str] = []
    waiting = [json.loads(PAYLOADS.read_text())]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, str):
            found.append(thing)
        else:
            waiting += thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else []
    return found


def slowest_ms(text: str) -> float:
    """The slower of the two renderings, each the better of two runs."""
    return max(min(_once(render, text) for _ in range(2)) for render in (markup.entry_html, markup.comment_html))


def _once(render: object, text: str) -> float:
    start = time.process_time()
    render(text)
    return (time.process_time() - start) * 1e3


def measure_payloads() -> Row:
    figure = "Markup: every payload of xss.json"
    if not PAYLOADS.exists():
        return Row(figure, f"≤ {MOST_MS_PAYLOAD} ms each", "the file is not beside this repository", False)
    times = [slowest_ms(text) for text in payloads()]
    measured = f"{max(times):.1f} ms the slowest of {len(times)}"
    return Row(figure, f"≤ {MOST_MS_PAYLOAD} ms each", measured, max(times) <= MOST_MS_PAYLOAD)


def measure_large() -> Row:
    times = {name: slowest_ms((piece * SIZE)[:SIZE]) for name, piece in LARGE.items()}
    measured = ", ".join(f"{name} {ms:.0f}" for name, ms in times.items()).replace("|", "\\|").replace("*", "\\*")
    figure = "Markup: 100 kB of one thing"
    return Row(figure, f"≤ {MOST_MS_LARGE} ms each", f"{measured} ms", max(times.values()) <= MOST_MS_LARGE)


def main() -> None:
    show([measure_payloads(), measure_large()])


if __name__ == "__main__":
    main()
