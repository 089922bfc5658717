import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.management.commands import collectstatic
from django.core.files.storage import storages
from django.core.management import BaseCommand, CommandError, call_command
from django.db import OperationalError, connection

# Any number that nobody else uses on this database: "news" in ASCII.
ADVISORY_LOCK = 0x6E657773

# Beside the files that it tells about.
STAMP = ".made-of"
LOCK = ".lock"


class Command(BaseCommand):
    help = (
        "Brings the database up to date and collects the static files, where either is needed; processes that begin "
        "together take turns. `serve` does it by itself."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        with _alone_on_this_host():
            try:
                with _alone_on_the_database():
                    call_command("migrate", verbosity=0, interactive=False)
            except OperationalError as error:
                answer = f"The database does not answer: {error}".strip()
                raise CommandError(f"{answer}\nCheck DATABASE_URL.") from error
            if settings.DEBUG:
                call_command("load_sample", "--if-empty", stdout=self.stdout)
            else:
                _collect_static_files(Path(settings.STATIC_ROOT))


@contextmanager
def _alone_on_this_host() -> Iterator[None]:
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    with (Path(settings.STATIC_ROOT) / LOCK).open("w") as lock:
        # Released with the file, also by a process that is killed.
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _alone_on_the_database() -> Iterator[None]:
    """Other hosts share it. Two that make the same table at once would both fail."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])


def _collect_static_files(folder: Path) -> None:
    """Compressing them takes seconds, so only when they have changed. What was there stays, for pages still open."""
    stamp, made_of = folder / STAMP, _made_of()
    if stamp.exists() and stamp.read_text() == made_of:
        return
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder) as new:
        command = collectstatic.Command()
        command.storage = storages.create_storage({**settings.STORAGES["staticfiles"], "OPTIONS": {"location": new}})
        call_command(command, verbosity=0, interactive=False)
        # Whole files take the place of old ones, so that no reader meets half of one or none; the list of them last.
        for path in sorted(Path(new).rglob("*"), key=lambda path: path.name == "staticfiles.json"):
            if path.is_file():
                target = folder / path.relative_to(new)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(path, target)
    stamp.write_text(made_of)


def _made_of() -> str:
    """The same for the same files, made ready in the same way."""
    found = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            with storage.open(name) as file:
                found.update(name.encode() + b"\0" + hashlib.sha256(file.read()).digest())
    return found.hexdigest()
