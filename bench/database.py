"""The bench's own database beside the site's, which is never touched. Import this before any model.

DATABASE_URL (or BENCH_DATABASE_URL) names the server: `postgres:///newsroom` is measured in `newsroom_bench`, which is
made and dropped; SQLite in a temporary file.
"""

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

os.environ.update(
    DEBUG="0",
    SECRET_KEY="of-the-bench",
    SECURE_SSL_REDIRECT="0",
    ALLOWED_HOSTS="testserver",
    LOG_LEVEL="ERROR",
    # What is measured is not how much one person may write.
    LIMIT_READERS="0",
)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
if "BENCH_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["BENCH_DATABASE_URL"]

import django
from django.db import connection

import bench.ready  # noqa: F401


@contextmanager
def own_database(keep: bool = False) -> Iterator[str]:
    """An empty database with the site's tables; yields its name. It is dropped at the end, unless kept."""
    site, on_sqlite = connection.settings_dict["NAME"], connection.vendor == "sqlite"
    folder = tempfile.mkdtemp(prefix="newsroom-bench-") if on_sqlite else ""
    connection.settings_dict["TEST"]["NAME"] = f"{folder}/bench.sqlite3" if on_sqlite else f"{site}_bench"
    # Django says there, at any verbosity, that a migration has made the cache's table; `python -m bench` reads JSON.
    with redirect_stdout(sys.stderr):
        own = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield own
    finally:
        if not keep:
            connection.creation.destroy_test_db(site, verbosity=0)
            shutil.rmtree(folder, ignore_errors=True)


def settle() -> None:
    """What the database's own housekeeping would have done some minutes after the seeding."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def database_version() -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT 'SQLite ' || sqlite_version()")
        else:
            cursor.execute("SELECT 'PostgreSQL ' || split_part(current_setting('server_version'), ' ', 1)")
        return str(cursor.fetchone()[0])


def machine() -> str:
    """What the figures depend on; no name of the machine."""
    cpu = platform.processor() or platform.machine()
    if (info := Path("/proc/cpuinfo")).exists():
        models = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        cpu = models[0] if models else cpu
    python = f"Python {platform.python_version()}, Django {django.__version__}"
    return f"{cpu}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, {python}"
