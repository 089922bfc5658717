"""Runs the whole suite on every database there is, then names what was left out and why. With CI=true that fails."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
# pytest's exit code where ARGS choose no test of a run.
NOTHING_CHOSEN = 5


def main(arguments: list[str]) -> int:
    left_out: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="newsroom-test-") as folder:
        sqlite = f"sqlite:///{folder}/newsroom.sqlite3"
        codes = [
            run("SQLite", "not browser", sqlite, folder, arguments, left_out),
            # In a process of its own: Playwright’s event loop runs until its end, and others want theirs. A browser
            # shows the same pages on either database.
            run("Chromium", "browser", sqlite, folder, arguments, left_out),
        ]
        if postgresql := os.environ.get("TEST_DATABASE_URL"):
            codes.append(run("PostgreSQL", "not browser and not once", postgresql, folder, arguments, left_out))
        else:
            left_out["the suite on PostgreSQL: TEST_DATABASE_URL is not set"] = 1
    if left_out:
        print("\nLeft out:")
        for reason, count in sorted(left_out.items()):
            print(f"  {reason}" + (f" ({count} tests)" if count > 1 else ""))
    ci = os.environ.get("CI", "").lower() in ("1", "true")
    if ci and left_out:
        print("With CI=true nothing may be left out.")
    failed = set(codes) - {0, NOTHING_CHOSEN} or 0 not in codes
    return int(bool(failed) or (ci and bool(left_out)))


def run(name: str, chosen: str, database_url: str, folder: str, arguments: list[str], left_out: dict[str, int]) -> int:
    """Runs pytest on one database and adds what it skipped to `left_out`. Returns pytest's exit code."""
    print(f"\n— {name} —", flush=True)
    report = Path(folder) / f"{name}.xml"
    environment = {**os.environ, "DATABASE_URL": database_url, "DEBUG": "1", "SECRET_KEY": "only-for-tests"}
    command = [sys.executable, "-m", "pytest", f"--junitxml={report}", "-q", "-m", chosen, *arguments]
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    if report.exists():
        for skipped in ElementTree.parse(report).iter("skipped"):  # noqa: S314 -- pytest has just written it
            reason = f"{name}: {skipped.get('message', '')}"
            left_out[reason] = left_out.get(reason, 0) + 1
    return code


def chromium() -> str | None:
    """Debian's Chromium, which Playwright drives; its own download is not used."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
