"""Several hosts on one machine: network namespaces on a bridge of their own, cut off from everything else.

    with network("data", "left", "right") as hosts:
        with hosts["left"].inside():
            start_a_server()
        hosts["left"].cut_off()

Needs root and iproute2. Nothing is put into the machine's own network: the bridge has a namespace too.
"""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
_numbers = count()


def why_not() -> str:
    """Why there can be no hosts here; empty where there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not shutil.which("ip"):
        return "iproute2 is not installed"
    tried = subprocess.run(
        ["ip", "netns", "add", name := f"newsroom-{os.getpid()}-try"], capture_output=True, check=False
    )
    if tried.returncode:
        return f"no network namespaces here: {tried.stderr.decode().strip()}"
    ip("netns", "del", name)
    return ""


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@dataclass
class Host:
    name: str
    # Of its namespace, and of the bridge's.
    namespace: str
    switch: str
    address: str

    @property
    def within(self) -> list[str]:
        """In front of a command, runs it there."""
        return ["ip", "netns", "exec", self.namespace]

    @contextmanager
    def inside(self) -> Iterator[None]:
        """What this thread opens and starts meanwhile is there. (Python has os.setns from 3.12 on.)"""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(f"/var/run/netns/{self.namespace}", os.O_RDONLY)
        try:
            _enter(there)
            yield
        finally:
            _enter(before)
            os.close(there)
            os.close(before)

    def cut_off(self) -> None:
        """As if its cable were pulled: nobody is told."""
        ip("-n", self.switch, "link", "set", f"to-{self.name}", "down")

    def connect(self) -> None:
        ip("-n", self.switch, "link", "set", f"to-{self.name}", "up")


def _enter(namespace: int) -> None:
    if _libc.setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


@contextmanager
def network(*names: str) -> Iterator[dict[str, Host]]:
    """Hosts of these names (12 characters at most), 10.0.0.1 and on."""
    prefix = f"newsroom-{os.getpid()}-{next(_numbers)}"
    switch = f"{prefix}-switch"
    hosts = {name: Host(name, f"{prefix}-{name}", switch, f"10.0.0.{n}") for n, name in enumerate(names, 1)}
    try:
        ip("netns", "add", switch)
        ip("-n", switch, "link", "add", "bridge", "type", "bridge")
        ip("-n", switch, "link", "set", "bridge", "up")
        for host in hosts.values():
            _plug_in(host)
        yield hosts
    finally:
        for namespace in (switch, *(host.namespace for host in hosts.values())):
            # What is still running in it keeps its network, but nobody finds that any more.
            subprocess.run(["ip", "netns", "del", namespace], capture_output=True, check=False)


def _plug_in(host: Host) -> None:
    there, port = host.namespace, f"to-{host.name}"
    ip("netns", "add", there)
    ip("-n", host.switch, "link", "add", port, "type", "veth", "peer", "name", "network", "netns", there)
    ip("-n", host.switch, "link", "set", port, "master", "bridge")
    ip("-n", host.switch, "link", "set", port, "up")
    ip("-n", there, "addr", "add", f"{host.address}/24", "dev", "network")
    ip("-n", there, "link", "set", "network", "up")
    ip("-n", there, "link", "set", "lo", "up")
