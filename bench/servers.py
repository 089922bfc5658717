"""Real servers of their own, on loopback and in temporary folders, for benches and tests that break them.

with postgresql() as database, site(database.url("news")) as newsroom:
    database.hang()
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg2
from psycopg2.sql import SQL, Composable, Identifier, Literal
from redis import Redis as Client
from redis import RedisError

ROOT = Path(__file__).resolve().parent.parent
STARTED_WITHIN = 60.0


def postgresql_programs() -> Path | None:
    """The newest installed."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda path: float(path.parent.name), default=None)


class Postgresql:
    def __init__(self, folder: Path, listen: str) -> None:
        programs = postgresql_programs()
        if programs is None:
            raise RuntimeError("PostgreSQL is not installed under /usr/lib/postgresql.")
        self._programs, self._data, self._listen, self._port = programs, folder / "data", listen, free_port()
        self._run("initdb", "-D", str(self._data), "-U", "newsroom", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        with (self._data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all samenet trust\n")
        self.start()

    def url(self, name: str) -> str:
        """Of a database of this name, which is made on the first call."""
        with suppress(psycopg2.errors.DuplicateDatabase):
            self._do(SQL("CREATE DATABASE {}").format(Identifier(name)))
        return f"postgres://newsroom@{reached(self._listen)}:{self._port}/{name}"

    def start(self) -> None:
        options = f"-p {self._port} -k {self._data.parent} -c listen_addresses={self._listen} -c max_connections=200"
        self._run("pg_ctl", "-D", str(self._data), "-l", str(self._data / "log"), "-w", "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")

    def hang(self) -> None:
        """It takes connections, as the kernel does that, and answers nothing."""
        self._tell_all(signal.SIGSTOP)

    def resume(self) -> None:
        self._tell_all(signal.SIGCONT)

    def refuse(self, name: str) -> None:
        """Nobody gets into this database any more, and who is in is thrown out."""
        self._do(SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(Identifier(name)))
        self._do(SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}").format(Literal(name)))

    def accept(self, name: str) -> None:
        self._do(SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(Identifier(name)))

    def close(self) -> None:
        with suppress(FileNotFoundError):
            self.resume()
            self.stop()

    def _tell_all(self, number: signal.Signals) -> None:
        postmaster = int((self._data / "postmaster.pid").read_text().split()[0])
        # First, so that it starts no more while the others are stopped.
        os.kill(postmaster, number)
        for child in Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(child), number)

    def _do(self, statement: Composable) -> None:
        connection = psycopg2.connect(f"host={self._data.parent} port={self._port} user=newsroom dbname=postgres")
        connection.autocommit = True
        try:
            connection.cursor().execute(statement)
        finally:
            connection.close()

    def _run(self, program: str, *arguments: str) -> None:
        # PostgreSQL refuses to run as root; its own user exists where the package is installed.
        user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*user, str(self._programs / program), *arguments]
        # Into a file, as the server keeps open what it is given.
        with tempfile.TemporaryFile("w+") as said:
            if subprocess.run(command, cwd="/", stdout=said, stderr=said, check=False).returncode:
                said.seek(0)
                raise RuntimeError(f"{program}: {said.read()}")


@contextmanager
def postgresql(listen: str = "127.0.0.1") -> Iterator[Postgresql]:
    with temporary_folder("postgres") as folder:
        server = Postgresql(folder, listen)
        try:
            yield server
        finally:
            server.close()


class Redis:
    def __init__(self, folder: Path, bind: str) -> None:
        port = free_port()
        self.url = f"redis://{reached(bind)}:{port}/0"
        self._client = Client.from_url(self.url, socket_timeout=1)
        # Bound to more than loopback it would refuse everybody without a password, but for the last of these.
        options = f"--port {port} --bind {bind} --dir {folder} --appendonly no --protected-mode no --save"
        self._command = ["redis-server", *options.split(), ""]
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        wait_until(self._answers, "Redis")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def flush(self) -> None:
        self._client.flushall()

    def _answers(self) -> bool:
        with suppress(RedisError):
            return bool(self._client.ping())
        return False


@contextmanager
def redis(bind: str = "127.0.0.1") -> Iterator[Redis]:
    with temporary_folder() as folder:
        server = Redis(folder, bind)
        try:
            yield server
        finally:
            server.stop()


class Site:
    """`manage.py serve` in a process of its own. What it prints goes to `log`."""

    def __init__(self, folder: Path, database_url: str, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / "log"
        defaults = {"DEBUG": "0", "SECRET_KEY": "of-the-test-" * 5, "SECURE_SSL_REDIRECT": "0"}
        defaults |= {"ALLOWED_HOSTS": "127.0.0.1,localhost", "DATABASE_URL": database_url, "PORT": str(self.port)}
        self._environment = os.environ | defaults | environment
        self.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        command = [sys.executable, "manage.py", "serve"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        try:
            wait_until(self._answers, "The site")
        except RuntimeError as error:
            self.kill()
            raise RuntimeError(f"{error}\n{self.log.read_text()}") from None

    def terminate(self) -> float:
        """Asks it to end; returns the seconds that it took."""
        asked = time.monotonic()
        self._process.terminate()
        self._process.wait(STARTED_WITHIN)
        return time.monotonic() - asked

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def restart(self) -> None:
        self.terminate()
        self.start()

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError("The site did not start.")
        with suppress(OSError), urllib.request.urlopen(f"{self.address}/", timeout=STARTED_WITHIN) as answer:  # noqa: S310
            return bool(answer.status == 200)
        return False


@contextmanager
def site(database_url: str, **environment: str) -> Iterator[Site]:
    with temporary_folder() as folder:
        server = Site(folder, database_url, environment)
        try:
            yield server
        finally:
            server.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def reached(bound: str) -> str:
    return "127.0.0.1" if bound in ("*", "0.0.0.0") else bound  # noqa: S104 -- as told


def wait_until(done: Callable[[], bool], what: str) -> None:
    give_up_at = time.monotonic() + STARTED_WITHIN
    while not done():
        if time.monotonic() > give_up_at:
            raise RuntimeError(f"{what} does not answer.")
        time.sleep(0.05)


@contextmanager
def temporary_folder(owner: str = "") -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="newsroom-servers-"))
    try:
        if owner and os.geteuid() == 0:
            shutil.chown(folder, owner)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
