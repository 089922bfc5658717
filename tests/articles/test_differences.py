"""Two texts side by side: what differs is marked, quickly, and nothing of it is trusted."""

import time

import pytest

from articles.differences import side_by_side


@pytest.mark.parametrize(
    ("before", "after", "left", "right"),
    [
        ("Two roads.", "Three roads.", "<del>Two</del> roads.", "<ins>Three</ins> roads."),
        ("", "New.", "", "<ins>New.</ins>"),
        ("Same.", "Same.", "Same.", "Same."),
        ("One two", "One, two", "One two", "One<ins>,</ins> two"),
        ("a <b> c", "a c", "a <del>&lt;b&gt;</del> c", "a c"),
        ("One.\n\nTwo.", "One. Two.", "One<del>.</del>\n\nTwo.", "One<ins>.</ins> Two."),
    ],
)
def test_what_differs_is_marked(before: str, after: str, left: str, right: str) -> None:
    assert side_by_side(before, after) == (left, right)


def test_in_a_long_text_a_word_at_each_end() -> None:
    middle = "\n".join(f"Line {number} of the report." for number in range(200))
    left, right = side_by_side(f"First.\n{middle}\nLast.", f"One.\n{middle}\nEnd.")
    assert (left.count("<del>"), right.count("<ins>")) == (2, 2)
    assert "<ins>One.</ins>" in right


def words(stem: str, number: int) -> str:
    return " ".join(f"{stem}{n}" for n in range(number))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (words("word", 5_000), words("kelime", 5_000)),
        ("x " * 5_000, "x y " * 2_500),
        (", ".join("ab" * 2_000), ", ".join("ba" * 2_000)),
        ("x\n" * 300, "y\nx\n" * 150),
    ],
)
def test_no_text_makes_it_slow(before: str, after: str) -> None:
    began = time.process_time()
    side_by_side(before, after)
    assert time.process_time() - began < 3
