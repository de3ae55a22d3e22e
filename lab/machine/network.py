"""The network between this machine and the server: a namespace and a veth pair, without a route outside."""

from __future__ import annotations

import os

from lab.commands import attempt, run
from lab.errors import LabError
from lab.machine.server import Server
from lab.private import outside_namespace, outside_root


def free_octet() -> int:
    """Return the first N for which no interface of this machine is in 10.77.N.0/30.

    Raises LabError if all 254 are in use.
    """
    taken = run("ip", "-4", "-o", "addr")
    for octet in range(1, 255):
        if f"10.77.{octet}." not in taken:
            return octet
    raise LabError("All 254 lab networks 10.77.N.0/30 are taken: `python3 -m lab down --all` frees them.")


def connect(server: Server) -> None:
    """Create the namespace and the veth pair. Without a default route the server can reach only this machine."""
    name = server.machine
    run(*_ip(), "netns", "add", name)
    run(*_ip(), "link", "add", server.link, "type", "veth", "peer", "name", "host0", "netns", name)
    run(*_ip(), "addr", "add", f"{server.gateway}/30", "dev", server.link)
    run(*_ip(), "link", "set", server.link, "up")
    run(*_ip(), "-n", name, "addr", "add", f"{server.address}/30", "dev", "host0")
    run(*_ip(), "-n", name, "link", "set", "host0", "up")
    run(*_ip(), "-n", name, "link", "set", "lo", "up")


def handle(server: Server) -> int:
    """Return an open file descriptor of the namespace for the launcher, which cannot find it by name."""
    return os.open(outside_root() / "run" / "netns" / server.machine, os.O_RDONLY)


def disconnect(server: Server) -> None:
    """Remove the veth pair and the namespace, if they exist."""
    attempt(*_ip(), "link", "del", server.link)
    attempt(*_ip(), "netns", "del", server.machine)


def processes(server: Server) -> list[int]:
    """Return the ids of all processes in the server's network namespace."""
    return [int(word) for word in attempt(*_ip(), "netns", "pids", server.machine).stdout.split()]


def _ip() -> tuple[str, ...]:
    # `ip netns` names a namespace by a mount, which must be made in the machine's own mount namespace to be found.
    return ("nsenter", f"--mount={outside_namespace()}", "ip")
