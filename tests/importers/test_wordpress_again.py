"""Running the import again, and running it dry."""

import pytest

from articles.models import Article, Entry, Topic
from comments.models import Comment
from tests.importers.wxr import bring_in, comment, post, write

pytestmark = pytest.mark.django_db

BODY = "Lead.<h2>Noon</h2><p>a</p><h2>Night</h2><p>b</p>"


def counts() -> list[int]:
    return [model.objects.count() for model in (Topic, Article, Entry, Comment)]


def table(said: str) -> dict[str, list[int]]:
    """Created, already there, left out, by kind."""
    rows = (
        line.split() for line in said.splitlines() if line.startswith(("topics", "articles", "entries", "comments"))
    )
    return {kind: [int(number) for number in numbers] for kind, *numbers in rows}


def test_a_first_run_says_what_it_created(tmp_path):
    said = bring_in(write(tmp_path, post(BODY, comment(1), comment(2, parent=1))))
    assert table(said) == {"topics": [1, 0, 0], "articles": [1, 0, 0], "entries": [2, 0, 0], "comments": [2, 0, 0]}
    assert "Nothing new." not in said


def test_a_second_run_adds_nothing_and_says_so(tmp_path):
    path = write(tmp_path, post(BODY, comment(1), comment(2, parent=1)))
    bring_in(path)
    change = Article.objects.get().change
    said = bring_in(path)
    assert counts() == [1, 1, 2, 2]
    assert Article.objects.get().change == change
    assert table(said) == {"topics": [0, 1, 0], "articles": [0, 1, 0], "entries": [0, 2, 0], "comments": [0, 2, 0]}
    assert "Nothing new." in said


def test_a_later_export_adds_the_comments_that_are_new(tmp_path):
    bring_in(write(tmp_path, post(BODY, comment(1))))
    said = bring_in(write(tmp_path, post(BODY, comment(2, parent=1), comment(1))))
    assert table(said)["comments"] == [1, 1, 0]
    assert Comment.objects.get(parent__isnull=False).parent == Comment.objects.get(parent=None)


def test_an_import_that_broke_off_is_finished_by_the_next(tmp_path, monkeypatch):
    path = write(tmp_path, post(BODY, comment(1)), post(BODY, comment(2), wp__post_id=8))

    def out_of_disk(*_args: object, **_options: object) -> None:
        raise RuntimeError("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(Article, "end", out_of_disk)
        with pytest.raises(RuntimeError, match="disk is full"):
            bring_in(path)
    assert counts()[1:] == [0, 0, 0]
    bring_in(path)
    assert counts() == [1, 2, 4, 2]


def test_what_was_changed_here_stays_changed(tmp_path):
    path = write(tmp_path, post(BODY))
    bring_in(path)
    Article.objects.get().edit(title="Storm, corrected")
    Entry.objects.first().edit(text="Corrected.")
    Topic.objects.update(slug="wind")
    bring_in(path)
    assert Article.objects.get().title == "Storm, corrected"
    assert Entry.objects.filter(text="Corrected.").count() == 1
    assert Topic.objects.get().slug == "wind"


def test_a_heading_added_to_an_old_post_is_left_out_and_said(tmp_path):
    bring_in(write(tmp_path, post(BODY)))
    said = bring_in(write(tmp_path, post(f"{BODY}<h2>Late</h2>")))
    assert "Left out: entry 3 of post 7 “Storm over the coast”: the article was imported without it." in said


def test_the_same_numbers_from_another_site_are_other_posts(tmp_path):
    path = write(tmp_path, post(BODY, comment(1)))
    bring_in(path)
    path.write_text(path.read_text().replace("https://coast.example</wp:base", "https://hills.example</wp:base"))
    bring_in(path)
    assert counts() == [1, 2, 4, 2]


def test_a_very_long_site_address_still_makes_a_key(tmp_path):
    path = write(tmp_path, post(BODY, comment(1)))
    path.write_text(path.read_text().replace("https://coast.example</wp:base", f"https://{'a' * 400}.example</wp:base"))
    bring_in(path)
    assert "Nothing new." in bring_in(path)


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path):
    two = post(BODY, comment(1), comment(2, parent=1)), post(BODY, comment(3, type="pingback"), wp__post_id=8)
    path = write(tmp_path, *two)
    dry = bring_in(path, dry_run=True)
    assert counts() == [0, 0, 0, 0]
    assert dry.endswith("This was a dry run: nothing was written.\n")
    assert dry.removesuffix("This was a dry run: nothing was written.\n") == bring_in(path)
