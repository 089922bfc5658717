"""What an administrator reads when the site cannot start: one sentence that says what to do, and no traceback."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "DEBUG": "0",
    "SECRET_KEY": "abcdefghij" * 6,
    "ALLOWED_HOSTS": "news.example",
    "EMAIL_URL": "smtp+tls://site:secret@mail.example:587",
}
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs Python in an environment of nothing but what is given, on an SQLite file of its own."""

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        own = {"PATH": os.environ["PATH"], "DATABASE_URL": f"sqlite:///{tmp_path / 'site.sqlite3'}"}
        # A key is given always: none is to be made in the checkout.
        environment = own | {"SECRET_KEY": "only-for-tests"} | settings
        return subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
        )

    return run


def refusal(answer: subprocess.CompletedProcess[str]) -> str:
    assert answer.returncode != 0
    assert "Traceback" not in answer.stderr
    return answer.stderr


@pytest.mark.parametrize("debug", ["0", "no", "off"])
def test_without_debug_it_wants_a_secret_key_of_its_own(run: Run, debug: str) -> None:
    said = refusal(run("manage.py", "check", DEBUG=debug, SECRET_KEY=""))
    assert "DEBUG is off and SECRET_KEY is not set. Set SECRET_KEY to a long random text" in said


def test_an_empty_setting_is_as_good_as_none(run: Run) -> None:
    """`DEBUG= make run`, or a compose file that passes on what nobody has set."""
    answer = run("manage.py", "check", DEBUG="", ALLOWED_HOSTS="", LANGUAGE_CODE="", CONN_MAX_AGE="")
    assert answer.returncode == 0, answer.stderr


def test_debug_stays_on_this_machine(run: Run) -> None:
    said = refusal(run("manage.py", "serve", DEBUG="1", ALLOWED_HOSTS="localhost,news.example"))
    assert "DEBUG is on while ALLOWED_HOSTS names news.example" in said
    assert "Set DEBUG=0" in said


def test_a_refused_start_has_not_touched_the_database(run: Run, tmp_path: Path) -> None:
    refusal(run("manage.py", "serve", DEBUG="1", ALLOWED_HOSTS="news.example"))
    assert not (tmp_path / "site.sqlite3").exists()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_debug_with_this_machine_s_own_names_is_fine(run: Run, host: str) -> None:
    assert run("manage.py", "check", DEBUG="1", ALLOWED_HOSTS=host).returncode == 0


def test_sample_people_are_refused_in_public(run: Run) -> None:
    assert run("manage.py", "migrate", "--verbosity=0").returncode == 0
    assert run("-c", "import newsroom.wsgi", **GOOD).returncode == 0
    with_people = (
        "from accounts.models import SAMPLE_DOMAIN, User;"
        "User.objects.create_user('admin', 'admin' + SAMPLE_DOMAIN, 'newsroom', name='Admin')"
    )
    assert run("manage.py", "shell", "--verbosity=0", "-c", with_people).returncode == 0
    said = refusal(run("-c", "import newsroom.wsgi", **GOOD))
    assert "this database holds the sample people, whose passwords everybody knows. Use another database" in said
    assert run("-c", "import newsroom.wsgi", DEBUG="1").returncode == 0


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "80.5"])
def test_a_port_that_is_none_is_named(run: Run, port: str) -> None:
    assert f"PORT is “{port}”. Set it to a number from 1 to 65535" in refusal(run("manage.py", "serve", PORT=port))


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://a:b@c/d", "postgres://host:port/name", "postgres:///", "sqlite://", "http://x.example"]
)
def test_an_address_that_is_no_database_s_is_refused_with_an_example(run: Run, url: str) -> None:
    said = refusal(run("manage.py", "serve", DATABASE_URL=url))
    assert "DATABASE_URL must begin with sqlite:/// or postgres://, as in postgres://user:secret@host/name." in said


@pytest.mark.parametrize("url", ["nonsense", "http://mail.example"])
def test_an_address_that_is_no_mail_server_s_is_refused_with_an_example(run: Run, url: str) -> None:
    assert "EMAIL_URL must look like smtp+tls://" in refusal(run("manage.py", "serve", EMAIL_URL=url))


def test_a_public_site_without_mail_or_second_factors_starts_and_says_what_to_set(run: Run) -> None:
    assert run("manage.py", "migrate", "--verbosity=0").returncode == 0
    answer = run("-c", "import newsroom.wsgi", **{**GOOD, "EMAIL_URL": "", "STAFF_SECOND_FACTOR": "0"})
    assert answer.returncode == 0
    assert "Set EMAIL_URL=smtp+tls://user:secret@mail.example:587 and EMAIL_FROM." in answer.stderr
    assert "STAFF_SECOND_FACTOR is off" in answer.stderr


def test_a_database_that_does_not_answer_is_named(run: Run, tmp_path: Path) -> None:
    said = refusal(run("manage.py", "serve", DATABASE_URL=f"sqlite:///{tmp_path / 'no' / 'folder.sqlite3'}"))
    assert "The database does not answer: unable to open database file\nCheck DATABASE_URL." in said


def test_a_port_in_use_is_named(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refusal(run("manage.py", "serve", DEBUG="1", PORT=str(port)))
    assert f"Port {port}: Address already in use. Try another: make run PORT=8001" in said


def test_a_process_that_can_no_longer_follow_changes_ends_and_says_why(run: Run) -> None:
    broken = """
import django
django.setup()
from django.core.management import call_command
from newsroom.lookout import LookOut
LookOut._wanted = lambda self: 1 / 0
call_command("serve")
"""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    answer = run("-c", broken, DJANGO_SETTINGS_MODULE="newsroom.settings", PORT=port, **GOOD)
    assert "This process ends, as it can no longer follow what changes." in answer.stderr
    assert "ZeroDivisionError" in answer.stderr
    assert "shutdown failed" not in answer.stderr
    assert answer.returncode == -signal.SIGTERM


SAY_URL = ("-c", "import django; django.setup(); from django.conf import settings; print(settings.SITE_URL)")


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({"DEBUG": "1"}, "http://127.0.0.1:8000"),
        ({"DEBUG": "1", "HOST": "::1", "PORT": "8001"}, "http://[::1]:8001"),
        (GOOD, "https://news.example"),
        (GOOD | {"ALLOWED_HOSTS": ".example,*,news.example,other.example"}, "https://news.example"),
        (GOOD | {"SECURE_SSL_REDIRECT": "0"}, "http://news.example"),
        (GOOD | {"SITE_URL": "https://www.news.example/"}, "https://www.news.example"),
    ],
)
def test_mails_know_where_the_site_is(run: Run, environment: dict[str, str], url: str) -> None:
    assert run(*SAY_URL, DJANGO_SETTINGS_MODULE="newsroom.settings", **environment).stdout.strip() == url


@pytest.mark.parametrize("wrong", [{"ALLOWED_HOSTS": "*"}, {"ALLOWED_HOSTS": ".news.example"}, {"SITE_URL": "news"}])
def test_where_they_cannot_know_the_site_does_not_start(run: Run, wrong: dict[str, str]) -> None:
    said = refusal(run("-c", "import newsroom.wsgi", **GOOD | wrong))
    assert "links in mails would lead nowhere. Set SITE_URL=https://news.example" in said


def test_a_good_public_environment_passes_django_s_deployment_check(run: Run) -> None:
    answer = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **GOOD)
    assert answer.returncode == 0, answer.stderr
    assert "no issues" in answer.stdout


def test_the_addresses_load_before_the_static_files_are_collected(run: Run, tmp_path: Path) -> None:
    load = f"""
from django.conf import settings
settings.STATIC_ROOT = {str(tmp_path / "static")!r}
import django
django.setup()
import newsroom.urls
"""
    answer = run("-c", load, DJANGO_SETTINGS_MODULE="newsroom.settings", **GOOD)
    assert answer.returncode == 0, answer.stderr


def test_make_run_passes_on_what_is_set_and_nothing_else(tmp_path: Path) -> None:
    """An empty DEBUG would mean off, and the first start on a bare machine would be refused."""
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nenv\n")
    python.chmod(0o700)
    # -o: whether this checkout's packages are up to date is another matter.
    command = ["make", "-o", ".venv/base", "run", f"BIN={tmp_path}", "PORT=8001"]
    answer = subprocess.run(
        command, cwd=ROOT, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=True
    )
    given = dict(line.split("=", 1) for line in answer.stdout.splitlines())
    assert given["PORT"] == "8001"
    assert not given.keys() & {"DEBUG", "SECRET_KEY", "DATABASE_URL", "ALLOWED_HOSTS"}
