"""What stands between uvicorn and Django: our bridge, Django's own ASGI handler, and a2wsgi where it is installed.

Each answers an empty view to wrk, in turn; then twelve readers ask for a long answer and take nothing of it, while
somebody else waits for the empty view.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from statistics import median

from bench.asking import get
from bench.served import get as get_page
from bench.served import wrk
from bench.servers import ROOT, free_port, wait_until
from bench.table import Row, show

TURNS = 5
SLOW_READERS = 12
ASKED = 20
MOST_SECONDS = 1.0

SERVER = """
import sys
from django.conf import settings
settings.configure(DEBUG=False, SECRET_KEY="x", ALLOWED_HOSTS=["*"], ROOT_URLCONF="__main__", MIDDLEWARE=[])
import django
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
django.setup()
urlpatterns = [
    path("", lambda request: HttpResponse("ok")),
    path("long", lambda request: StreamingHttpResponse(bytes(100_000) for _ in range(200))),
]
import uvicorn, warnings
warnings.simplefilter("ignore")  # Django's ASGI handler warns of what is asked of it here.
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
if sys.argv[1] == "ours":
    from newsroom.bridge import Bridge
    application = Bridge(WSGIHandler(), threads=8)
elif sys.argv[1] == "a2wsgi":
    from a2wsgi import WSGIMiddleware
    application = WSGIMiddleware(WSGIHandler(), workers=8)
else:
    application = ASGIHandler()
uvicorn.run(application, port=int(sys.argv[2]), lifespan="off", access_log=False, log_level="error")
"""


@contextmanager
def serving(bridge: str) -> Iterator[tuple[str, int]]:
    """The address, and the process."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return get_page(address)[0] == 200
        except OSError:
            return False

    process = subprocess.Popen([sys.executable, "-c", SERVER, bridge, str(port)], cwd=ROOT)
    try:
        wait_until(answers, bridge)
        yield address, process.pid
    finally:
        process.kill()
        process.wait()


def cpu_seconds(process: int) -> float:
    with open(f"/proc/{process}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def longest_wait(address: str) -> float:
    """Of somebody who asks for little while others take nothing of what they asked for."""
    host, port = address.removeprefix("http://").split(":")
    slow = []
    try:
        for _ in range(SLOW_READERS):
            reader = socket.create_connection((host, int(port)))
            reader.sendall(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
            slow.append(reader)
        time.sleep(1)
        waits = []
        for _ in range(ASKED):
            began = time.monotonic()
            try:
                asyncio.run(get(address, "/", 8))
            except OSError:
                return 8.0
            waits.append(time.monotonic() - began)
        return max(waits)
    finally:
        for reader in slow:
            reader.close()


def main() -> None:
    names = ["ours", "Django's ASGI"] + ["a2wsgi"] * bool(find_spec("a2wsgi"))
    if not shutil.which("wrk"):
        show([Row("An empty view", "ours the cheapest", "not measured: apt install wrk", False)])
        return
    rates: dict[str, list[float]] = {name: [] for name in names}
    costs: dict[str, list[float]] = {name: [] for name in names}
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serving(name)) for name in names}
        for _ in range(TURNS):
            for name, (address, process) in servers.items():
                before, began = cpu_seconds(process), time.monotonic()
                rates[name].append(wrk(address))
                requests = rates[name][-1] * (time.monotonic() - began)
                costs[name].append((cpu_seconds(process) - before) / requests * 1000)
        waits = {name: longest_wait(address) for name, (address, _process) in servers.items()}
    rate, cost = ({name: median(of) for name, of in every.items()} for every in (rates, costs))
    show(
        [
            Row(
                "An empty view under uvicorn, 8 connections",
                "our bridge the cheapest",
                "; ".join(f"{name} {rate[name]:,.0f} requests/s, {cost[name]:.2f} ms of CPU" for name in names)
                + f" (medians of {TURNS}, in turn)",
                min(cost, key=lambda name: cost[name]) == "ours",
            ),
            Row(
                f"The same beside {SLOW_READERS} readers who take nothing of 20 MB, made bit by bit",
                f"nobody else waits {MOST_SECONDS:.0f} s",
                "; ".join(f"{name} {waits[name]:.2f} s at the most" for name in names),
                waits["ours"] < MOST_SECONDS,
            ),
        ]
    )


if __name__ == "__main__":
    main()
