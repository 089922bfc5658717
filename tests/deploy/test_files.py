"""What deploy/ says is true of this project: its files, commands, settings and paths exist and agree."""

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from tests.deploy.nginx import ROOT

pytestmark = pytest.mark.once

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
HOME = "/opt/newsroom"
# Of others: Python, the database's own image.
NOT_OURS = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"}


def settings() -> set[str]:
    return set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "newsroom" / "settings.py").read_text()))


def unit(path: Path) -> ConfigParser:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(path)
    return parser


def everything() -> dict[Path, str]:
    return {path: path.read_text() for path in [*DEPLOY.rglob("*"), ROOT / "docs" / "deploy.md"] if path.is_file()}


def test_every_variable_is_a_setting() -> None:
    named = set()
    for path in DEPLOY.glob("*.env.example"):
        named |= set(re.findall(r"^([A-Z_]+)=", path.read_text(), re.MULTILINE))
    for path in UNITS:
        for line in re.findall(r"^Environment=(.*)$", path.read_text(), re.MULTILINE):
            named |= {pair.partition("=")[0] for pair in line.split()}
    for line in re.findall(r"^ENV (.*)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE):
        named |= {pair.partition("=")[0] for pair in line.split()}
    assert {"SECRET_KEY", "BEHIND_PROXY", "PORT", "REDIS_URL"} <= named
    assert named - NOT_OURS <= settings()


def test_every_command_exists() -> None:
    called = re.compile(r"manage\.py\"?,? \"?(\w+)|^site (\w+)(?: --.*)?$", re.MULTILINE)
    named = {first or second for text in everything().values() for first, second in called.findall(text)}
    assert {"serve", "migrate", "check", "createsuperuser"} <= named
    assert named <= set(get_commands())


def test_units_name_each_other_and_one_place() -> None:
    names = {path.name for path in UNITS} | {"network-online.target", "postgresql.service", "redis-server.service"}
    for path in UNITS:
        parser = unit(path)
        for option in ("Wants", "After", "PartOf", "Requires"):
            assert set(parser["Unit"].get(option, "").split()) <= names
        if path.suffix == ".service":
            assert parser["Service"]["WorkingDirectory"] == HOME
            assert parser["Service"]["ExecStart"].startswith(f"{HOME}/.venv/bin/python manage.py ")
            assert parser["Service"]["EnvironmentFile"] == "/etc/newsroom/newsroom.env"
    assert f"alias {HOME}/var/static/;" in (DEPLOY / "nginx/newsroom/site.conf").read_text()
    assert f"WORKDIR {HOME}" in (DEPLOY / "Dockerfile").read_text()


def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        return
    for path in UNITS:
        # Which is not installed there.
        text = path.read_text().replace(f"{HOME}/.venv/bin/python", "/bin/true")
        (tmp_path / path.name).write_text(text)
    names = ["newsroom@8001.service", "newsroom.target"]
    answer = subprocess.run(
        ["systemd-analyze", "verify", *names], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    about_ours = [line for line in answer.stderr.splitlines() if "newsroom" in line]
    assert (answer.returncode, about_ours) == (0, [])


def test_processes_end_before_they_are_killed() -> None:
    service = unit(DEPLOY / "systemd" / "newsroom@.service")["Service"]
    assert (service["KillSignal"], service["TimeoutStopSec"], service["Restart"]) == ("SIGTERM", "5", "always")
    assert int(service["LimitNOFILE"]) >= 65536


def test_nginx_includes_files_that_are_there() -> None:
    folder = DEPLOY / "nginx"
    for path in folder.rglob("*.conf"):
        for included in re.findall(r"^\s*include (newsroom[^;]*);", path.read_text(), re.MULTILINE):
            assert included == "newsroom/server.conf" or list(folder.glob(included)), f"{path.name}: {included}"


def test_processes_are_restarted_one_after_the_other(tmp_path: Path) -> None:
    """The next only once the one before answers; no further where one does not."""
    did = tmp_path / "did"
    for name, code in (("systemctl", 0), ("sleep", 0), ("curl", '"$(grep -c 8002 "$0.log")"')):
        log = f'echo "{name} $*" >>{did}; echo "$*" >>"$0.log"; exit {code}'
        (tmp_path / name).write_text(f"#!/bin/sh\n{log}\n")
        (tmp_path / name).chmod(0o755)
    command = [str(DEPLOY / "restart"), "8001", "8002", "8003"]
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    restarts = [line for line in did.read_text().splitlines() if line.startswith("systemctl")]
    assert restarts == ["systemctl restart newsroom@8001", "systemctl restart newsroom@8002"]
    assert answer.returncode == 1
    assert "newsroom@8002 does not answer" in answer.stderr


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def test_compose_mounts_what_nginx_includes() -> None:
    inside = "/etc/nginx/"
    mounted = {}
    for volume in compose()["services"]["nginx"]["volumes"]:
        source, target = volume.split(":")[:2]
        if target.startswith(inside):
            assert (DEPLOY / source).is_file(), source
            mounted[target.removeprefix(inside)] = (DEPLOY / source).read_text()
    for text in mounted.values():
        for included in re.findall(r"^\s*include (newsroom[^;*]*);", text, re.MULTILINE):
            assert included in mounted
    processes = re.findall(r"^server (\S+):8000", mounted["newsroom/processes.conf"], re.MULTILINE)
    services = compose()["services"]
    assert processes == [services[name]["networks"]["inside"]["ipv4_address"] for name in ("site1", "site2")]


def test_compose_names_its_services_volumes_and_images() -> None:
    whole = compose()
    for name, service in whole["services"].items():
        assert set(service.get("depends_on", {})) <= set(whole["services"]), name
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source.startswith("./") or source in whole["volumes"], name
        assert "." not in service["image"].partition("/")[0].partition(":")[0], f"{name} names a registry"
        assert "restart" in service, name
        assert name in ("site1", "site2") or "healthcheck" in service, name


def test_the_image_gets_what_the_site_needs_and_no_data() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:].rstrip("/") for line in lines if line.startswith("!")}
    assert lines[1] == "*"
    assert {"manage.py", "requirements/base.txt", "newsroom", "accounts", "articles", "comments"} <= let_in
    assert {"importers", "templates", "static", "locale"} <= let_in
    for path in let_in:
        assert (ROOT / path).exists(), path


def test_no_file_names_a_package_index_or_this_machine() -> None:
    for path, text in everything().items():
        assert not re.search(r"pypi|pythonhosted|docker\.io|index-url|/work/|/root/", text), path
