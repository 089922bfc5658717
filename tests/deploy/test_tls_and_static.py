"""The public form with TLS, and the files that nginx sends from the disk."""

import gzip
import http.client
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest

from tests.deploy.conftest import read
from tests.deploy.nginx import Nginx, nginx
from tests.deploy.upstream import Answer, Upstream

pytestmark = pytest.mark.once

HASHED = "/static/newsroom.0123456789ab.css"


@pytest.fixture
def public(tmp_path: Path, site: Upstream, static: Path) -> Iterator[Nginx]:
    with nginx(tmp_path / "nginx", [site.port], static, tls=True) as running:
        yield running


def test_plain_http_is_sent_on_to_https(public: Nginx, site: Upstream) -> None:
    answer = read(public.port, "/weather/storm/?order=oldest", Host="news.example")
    assert (answer.status, answer.headers["Location"]) == (301, "https://news.example/weather/storm/?order=oldest")
    assert site.asked == []


def test_other_names_get_no_answer(public: Nginx) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        read(public.port, "/", Host="evil.example")
    context = ssl._create_unverified_context()  # noqa: S323 -- the certificate is this test's own
    with pytest.raises(ssl.SSLError):
        http.client.HTTPSConnection("127.0.0.1", public.tls_port, context=context).request("GET", "/")


@pytest.mark.parametrize("version", ["1.1", "2"])
def test_over_tls_the_site_knows_that_it_is_read_securely(public: Nginx, site: Upstream, version: str) -> None:
    assert shutil.which("curl"), "curl is not installed"
    address = f"https://news.example:{public.tls_port}/weather/storm/"
    named = ["--cacert", f"{public.folder}/fullchain.pem", "--resolve", f"news.example:{public.tls_port}:127.0.0.1"]
    command = ["curl", "-sS", f"--http{version}", "-w", "%{http_version} %{http_code}", "-o", "/dev/null", *named]
    answer = subprocess.run([*command, address], capture_output=True, text=True, check=True)
    assert answer.stdout == f"{version} 200"
    assert site.asked[0].headers["X-Forwarded-Proto"] == "https"
    assert site.asked[0].headers["Host"] == f"news.example:{public.tls_port}"


@pytest.fixture
def styled(front: Nginx, static: Path) -> Nginx:
    css = "p { content: “é” }".encode() * 100
    for name in ("newsroom.0123456789ab.css", "newsroom.css", "plain.0123456789ab.js"):
        (static / name).write_bytes(css)
    hashed = static / "newsroom.0123456789ab.css"
    (static / f"{hashed.name}.gz").write_bytes(gzip.compress(css))
    (static / f"{hashed.name}.br").write_bytes(brotli.compress(css))
    return front


@pytest.mark.parametrize(("accepted", "encoding"), [("br, gzip", "br"), ("gzip", "gzip"), ("", None)])
def test_static_files_come_from_the_disk_as_they_were_compressed(
    styled: Nginx, site: Upstream, accepted: str, encoding: str | None
) -> None:
    answer = read(styled.port, HASHED, Accept_Encoding=accepted)
    assert answer.headers["Content-Encoding"] == encoding
    whole = {"br": brotli.decompress, "gzip": gzip.decompress}.get(encoding or "", bytes)(answer.body)
    assert whole.startswith("p { content: “é” }".encode())
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Cache-Control"] == "public, max-age=315360000, immutable"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert site.asked == []


def test_a_script_is_one_to_browsers(styled: Nginx) -> None:
    kind = read(styled.port, "/static/plain.0123456789ab.js").headers["Content-Type"]
    assert kind in ("application/javascript; charset=utf-8", "text/javascript; charset=utf-8")


def test_what_has_no_hash_in_its_name_may_change(styled: Nginx) -> None:
    assert read(styled.port, "/static/newsroom.css").headers["Cache-Control"] == "public, max-age=60"


def test_a_file_of_another_release_comes_from_the_process_that_has_it(
    front_of_two: Nginx, sites: list[Upstream]
) -> None:
    sites[0].answer, sites[1].answer = lambda asked: Answer(404), lambda asked: Answer(200, b"new")
    for _ in range(3):
        assert read(front_of_two.port, HASHED).body == b"new"


@pytest.mark.parametrize("path", ["/static/../newsroom.sqlite3", "/static/%2e%2e/secret-key", "/static../secret-key"])
def test_nothing_beside_the_static_files_is_sent(front: Nginx, site: Upstream, static: Path, path: str) -> None:
    (static.parent / path.rpartition("/")[2]).write_text("secret")
    assert b"secret" not in read(front.port, path).body
