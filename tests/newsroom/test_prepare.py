"""Before the site answers: its database brought up to date, its static files collected, each only where needed."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

# Long enough to be worth compressing.
OLD, NEW = "body { color: black }\n" * 50, "body { color: navy }\n" * 50
MANIFEST = "newsroom.storage.StaticFiles"


@pytest.fixture
def style(settings: Any, tmp_path: Path) -> Path:
    """The one source of a site in production; its collected files are beside it, in `out`."""
    source = tmp_path / "in" / "site.css"
    source.parent.mkdir()
    source.write_text(OLD)
    settings.DEBUG = False
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": MANIFEST}}
    settings.STATICFILES_DIRS = [source.parent]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "out"
    return source


def collected(style: Path) -> dict[str, str]:
    folder = style.parent.parent / "out"
    return {path.name: path.read_text() for path in folder.glob("site*.css")}


@pytest.mark.django_db
def test_static_files_are_collected_compressed_and_listed(style: Path) -> None:
    call_command("prepare")
    names = sorted(path.name for path in (style.parent.parent / "out").iterdir())
    assert any(name.startswith("site.") and name.endswith(".css.br") for name in names)
    assert any(name.startswith("site.") and name.endswith(".css.gz") for name in names)
    assert "staticfiles.json" in names


@pytest.mark.django_db
def test_what_has_not_changed_is_not_collected_again(style: Path) -> None:
    call_command("prepare")
    made = style.parent.parent / "out" / "site.css"
    made.write_text("left alone")
    os.utime(style)
    call_command("prepare")
    assert made.read_text() == "left alone"


@pytest.mark.django_db
def test_a_new_release_adds_its_files_and_keeps_the_old_for_pages_still_open(style: Path) -> None:
    call_command("prepare")
    before = collected(style)
    style.write_text(NEW)
    call_command("prepare")
    after = collected(style)
    assert after["site.css"] == NEW
    old_name = next(name for name in before if name != "site.css")
    assert after[old_name] == OLD
    assert len(after) == 3


@pytest.mark.django_db
def test_nothing_half_made_is_left_behind(style: Path) -> None:
    call_command("prepare")
    assert not [path for path in (style.parent.parent / "out").iterdir() if path.is_dir()]


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_named(style: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("django.core.management.commands.migrate.Command.handle", away)
    with pytest.raises(CommandError, match=r"The database does not answer: connection refused\nCheck DATABASE_URL\."):
        call_command("prepare")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
            assert cursor.fetchone() == (0,)
