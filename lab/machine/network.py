"""The cable between this machine and the server: a namespace, a veth pair, no way out."""

from __future__ import annotations

from lab.commands import attempt, run
from lab.errors import LabError
from lab.machine.server import Server


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
    run("ip", "netns", "add", name)
    run("ip", "link", "add", server.link, "type", "veth", "peer", "name", "host0", "netns", name)
    run("ip", "addr", "add", f"{server.gateway}/30", "dev", server.link)
    run("ip", "link", "set", server.link, "up")
    run("ip", "-n", name, "addr", "add", f"{server.address}/30", "dev", "host0")
    run("ip", "-n", name, "link", "set", "host0", "up")
    run("ip", "-n", name, "link", "set", "lo", "up")


def disconnect(server: Server) -> None:
    """Take both away; what is already gone is no error."""
    attempt("ip", "link", "del", server.link)
    attempt("ip", "netns", "del", server.machine)


def processes(server: Server) -> list[int]:
    """Everything that runs in the server's network namespace."""
    return [int(word) for word in attempt("ip", "netns", "pids", server.machine).stdout.split()]
