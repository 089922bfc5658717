import http.client
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.nginx import NGINX, Nginx, nginx
from tests.deploy.upstream import Upstream, upstream


@dataclass
class Read:
    status: int
    body: bytes
    headers: http.client.HTTPMessage

    @property
    def cache(self) -> str:
        """HIT, MISS, EXPIRED, REVALIDATED, UPDATING or STALE; empty where no cache was asked."""
        return self.headers["X-Cache"] or ""


def read(port: int, target: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Read:
    """Asks as somebody who has just come; `Accept_Encoding="br"` gives that header."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.putrequest(method, target, skip_host="Host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        return Read(response.status, response.read(), response.headers)
    finally:
        connection.close()


@pytest.fixture(autouse=True)
def _needs_nginx() -> None:
    if not NGINX:
        pytest.skip("nginx is not installed")


@pytest.fixture
def static(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    folder.mkdir()
    return folder


@pytest.fixture
def sites() -> Iterator[list[Upstream]]:
    """Two stand-ins for the site's processes."""
    with ExitStack() as stack:
        yield [stack.enter_context(upstream()) for _ in range(2)]


@pytest.fixture
def site(sites: list[Upstream]) -> Upstream:
    """The one behind `front`."""
    return sites[0]


@pytest.fixture
def front(tmp_path: Path, site: Upstream, static: Path) -> Iterator[Nginx]:
    """nginx before one process."""
    with nginx(tmp_path / "nginx", [site.port], static) as running:
        yield running


@pytest.fixture
def front_of_two(tmp_path: Path, sites: list[Upstream], static: Path) -> Iterator[Nginx]:
    with nginx(tmp_path / "nginx", [site.port for site in sites], static) as running:
        yield running
