"""The cable between this machine and the server: a namespace, a veth pair, no way out."""

from __future__ import annotations

import os

from lab.commands import attempt, run
from lab.errors import LabError
from lab.machine.server import Server
from lab.private import outside_namespace, outside_root


def free_octet() -> int:
    """The first N of 10.77.N.0/30 that no interface of this machine has."""
    taken = run("ip", "-4", "-o", "addr")
    for octet in range(1, 255):
        if f"10.77.{octet}." not in taken:
            return octet
    raise LabError("All 254 lab networks 10.77.N.0/30 are taken: `python3 -m lab down --all` frees them.")


def connect(server: Server) -> None:
    """Make the namespace and the cable. There is no default route: nothing inside can leave."""
    name = server.machine
    run(*_ip(), "netns", "add", name)
    run(*_ip(), "link", "add", server.link, "type", "veth", "peer", "name", "host0", "netns", name)
    run(*_ip(), "addr", "add", f"{server.gateway}/30", "dev", server.link)
    run(*_ip(), "link", "set", server.link, "up")
    run(*_ip(), "-n", name, "addr", "add", f"{server.address}/30", "dev", "host0")
    run(*_ip(), "-n", name, "link", "set", "host0", "up")
    run(*_ip(), "-n", name, "link", "set", "lo", "up")


def handle(server: Server) -> int:
    """An open handle on the namespace, for the launcher: its name is not mounted in our mount namespace."""
    return os.open(outside_root() / "run" / "netns" / server.machine, os.O_RDONLY)


def disconnect(server: Server) -> None:
    """Take both away; what is already gone is no error."""
    attempt(*_ip(), "link", "del", server.link)
    attempt(*_ip(), "netns", "del", server.machine)


def processes(server: Server) -> list[int]:
    """Everything that runs in the server's network namespace."""
    return [int(word) for word in attempt(*_ip(), "netns", "pids", server.machine).stdout.split()]


def _ip() -> tuple[str, ...]:
    # A namespace's name is a mount: made in our private mount namespace, `ip netns` would not know it.
    return ("nsenter", f"--mount={outside_namespace()}", "ip")
