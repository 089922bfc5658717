"""nginx as it is shipped, in a folder of its own: nothing but ports and paths is put in place of what deploy/ says."""

import getpass
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "deploy" / "nginx"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
START_SECONDS = 10


@dataclass
class Nginx:
    folder: Path
    port: int
    tls_port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def errors(self) -> str:
        return (self.folder / "error.log").read_text()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def write(folder: Path, processes: Iterable[int], static: Path, tls: bool) -> tuple[int, int]:
    """The shipped files into `folder`, with ports of this machine; returns those of HTTP and of HTTPS."""
    shutil.copytree(SHIPPED, folder, dirs_exist_ok=True)
    form = "server-tls.conf" if tls else "server-plain.conf"
    shutil.copy(folder / "newsroom" / form, folder / "newsroom" / "server.conf")
    for name in ("cache", "body", "proxy"):
        (folder / name).mkdir()
    port, tls_port = free_port(), free_port()
    temporary = f"client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;"
    put(
        folder / "nginx.conf",
        {
            "user www-data;": f"user {getpass.getuser()};",
            "/run/nginx.pid": f"{folder}/nginx.pid",
            "/var/log/nginx": str(folder),
            "include mime.types;": f"include /etc/nginx/mime.types; {temporary}",
        },
    )
    put(
        folder / "newsroom.conf",
        {
            "/var/cache/nginx/newsroom": f"{folder}/cache",
            "/var/log/nginx": str(folder),
            "127.0.0.1:8090": f"127.0.0.1:{free_port()}",
        },
    )
    put(folder / "newsroom" / "site.conf", {"/opt/newsroom/var/static": str(static)})
    servers = "".join(f"server 127.0.0.1:{number} max_fails=1 fail_timeout=2s;\n" for number in processes)
    (folder / "newsroom" / "processes.conf").write_text(servers)
    listening = {
        "listen [::]:443": f"listen 127.0.0.2:{tls_port}",
        "listen [::]:80": f"listen 127.0.0.2:{port}",
        "listen 443": f"listen 127.0.0.1:{tls_port}",
        "listen 80": f"listen 127.0.0.1:{port}",
    }
    if tls:
        put(
            folder / "newsroom" / "server.conf",
            listening | {"/etc/newsroom/tls": str(folder), "/var/www/letsencrypt": str(folder)},
        )
        certificate(folder)
    else:
        put(folder / "newsroom" / "server.conf", {"listen 80": listening["listen 80"]})
    return port, tls_port


def put(path: Path, places: dict[str, str]) -> None:
    text = path.read_text()
    for old, new in places.items():
        assert old in text, f"{path.name} no longer says {old}"
        text = text.replace(old, new)
    path.write_text(text)


def certificate(folder: Path) -> None:
    name = ["-subj", "/CN=news.example", "-addext", "subjectAltName=DNS:news.example"]
    files = ["-keyout", f"{folder}/privkey.pem", "-out", f"{folder}/fullchain.pem"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *files, *name]
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def nginx(folder: Path, processes: Iterable[int], static: Path, tls: bool = False) -> Iterator[Nginx]:
    """The shipped configuration before processes at these ports, until the end of the block."""
    assert NGINX, "nginx is not installed"
    folder.mkdir(parents=True, exist_ok=True)
    port, tls_port = write(folder, processes, static, tls)
    arguments = ["-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log"]
    tried = subprocess.run([NGINX, "-t", *arguments], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    # `user` means nothing to whoever is not root, and says so.
    said = [line for line in tried.stderr.splitlines() if re.search(r"\[(warn|error)", line) and '"user"' not in line]
    assert said == []
    process = subprocess.Popen([NGINX, *arguments, "-g", "daemon off;"], stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield Nginx(folder, port, tls_port, process)
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port: int, seconds: float = START_SECONDS) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
