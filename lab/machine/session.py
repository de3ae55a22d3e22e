"""Start a server from a snapshot: copy the disk, connect the network, boot, and wait until it answers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from lab.commands import run
from lab.errors import LabError
from lab.locks import locked
from lab.machine.cluster import Cluster, wait_for_pods
from lab.machine.guest import Guest, wait_for_ssh
from lab.machine.network import connect, disconnect, free_octet
from lab.machine.power import boot, end
from lab.machine.prepare import audit_token, authority, prepare, public_host_key
from lab.machine.server import Server, folder, recall, remember
from lab.places import Places
from lab.private import mount_disk, mount_second, unmount_disk
from lab.progress import announce


@dataclass(frozen=True)
class LabServer:
    """A server that this command booted; `booted` is the time of its start in seconds since the epoch."""

    places: Places
    server: Server
    guest: Guest
    booted: float

    def cluster(self) -> Cluster:
        """Return the access to its API. The certificates exist only after the first boot."""
        root = self.places.root(self.server.name)
        ca = folder(self.places, self.server.name) / "ca.crt"
        ca.write_text(authority(root))
        return Cluster(self.server.address, ca, audit_token(root))

    def wait_for_pods(self, expected: int) -> None:
        """Wait until `expected` pods are ready since this boot, and print how long it took."""
        wait_for_pods(self.cluster(), expected, self.booted)
        announce(f"  cluster ready ({expected} pods) {time.time() - self.booted:.1f} s after start")


def start(places: Places, name: str, scenario: str, snapshot: Path) -> LabServer:
    """Boot a fresh copy of the snapshot as the lab `name`; a lab that exists already keeps its address."""
    server = _placed(places, name, scenario)
    run("cp", "--reflink=always", snapshot, places.disk(name))
    mount_disk(places, name)
    mount_second(places, name)
    prepare(places.root(name), server)
    return _booted(places, server)


def restart(places: Places, old: Server) -> LabServer:
    """Simulate a power failure: end every process at once, and boot again from the same disk."""
    end(old)
    unmount_disk(places, old.name)
    _wait_until_free(places.disk(old.name))
    server = _placed(places, old.name, old.scenario)
    mount_disk(places, server.name)
    mount_second(places, server.name)
    return _booted(places, server)


def _booted(places: Places, server: Server) -> LabServer:
    session = LabServer(places, server, _guest(places, server), time.time())
    boot(places, server)
    wait_for_ssh(server.address)
    announce(f"  SSH answers {time.time() - session.booted:.1f} s after start, at {server.address}")
    return session


def _wait_until_free(disk: Path, patience: float = 30.0) -> None:
    # The kernel releases the mounts of an ended server with a delay; a disk must not be mounted twice.
    limit = time.monotonic() + patience
    while run("losetup", "--associated", disk):
        if time.monotonic() > limit:
            raise LabError(
                f"{disk} is still in use {patience:.0f} s after everything on it was ended: `python3 -m lab down`"
            )
        time.sleep(0.1)


def discard(places: Places, name: str) -> None:
    """End the server and remove its disk; the run folder stays."""
    server = recall(places, name)
    if server is not None:
        end(server)
    unmount_disk(places, name)
    places.disk(name).unlink(missing_ok=True)


def _placed(places: Places, name: str, scenario: str) -> Server:
    with locked(places.run / ".network", "Choosing a network", wait=True):
        old = recall(places, name)
        if old is not None:
            disconnect(old)
        server = Server(name, old.octet if old else free_octet(), scenario, places.realm)
        remember(places, server)
        connect(server)
    return server


def _guest(places: Places, server: Server) -> Guest:
    known = folder(places, server.name) / "known_hosts"
    known.write_text(f"{server.address} {public_host_key(places.root(server.name))}\n")
    return Guest(server.address, places.key, known)
