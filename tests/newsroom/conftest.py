import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from newsroom import bridge
from tests.newsroom.bridged import Served

Serve = Callable[..., Served]


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    """Which threads have been told how long to wait for the database. In earnest, this whole process would be."""
    limited: list[tuple[str, float]] = []
    note = lambda seconds: limited.append((threading.current_thread().name, seconds))  # noqa: E731
    monkeypatch.setattr(bridge, "limit_waiting", note)
    return limited


@pytest.fixture
def serve(limited: Any) -> Iterator[Serve]:
    running: list[Served] = []

    def serve(app: Any, **options: Any) -> Served:
        running.append(Served(app, **options))
        return running[-1]

    yield serve
    for served in running:
        served.end()
