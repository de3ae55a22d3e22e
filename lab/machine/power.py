"""Boot a server, shut it down, or end all its processes at once."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from lab.machine import cgroups, network
from lab.machine.server import Server, folder
from lab.places import Places

_LAUNCHER = Path(__file__).with_name("launch.sh")


def boot(places: Places, server: Server) -> None:
    """Start the server from the disk that is mounted at its root; it keeps running after this process has ended."""
    groups = cgroups.create(server.machine)
    log = folder(places, server.name) / "console.log"
    wire = network.handle(server)
    with log.open("ab") as console:
        launcher = subprocess.Popen(
            [
                str(_LAUNCHER),
                server.machine,
                str(places.root(server.name)),
                str(wire),
                str(places.second(server.name)),
                *map(str, groups),
            ],
            pass_fds=(wire,),
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            start_new_session=True,
        )
    os.close(wire)
    (folder(places, server.name) / "launcher.pid").write_text(str(launcher.pid))


def running(places: Places, server: Server) -> bool:
    """Return whether the server's launcher is alive."""
    return cgroups.member(server.machine, _launcher(places, server))


def power_off(places: Places, server: Server, patience: float = 45.0) -> bool:
    """Shut the server down; return whether it was off within `patience` seconds."""
    if running(places, server):
        os.kill(_launcher(places, server), signal.SIGTERM)
    limit = time.monotonic() + patience
    while time.monotonic() < limit:
        if not running(places, server):
            return True
        _reap()
        time.sleep(0.1)
    return False


def end(server: Server) -> None:
    """Kill every process of the server, then remove its control groups and its network."""
    for _ in range(100):
        remaining = {*cgroups.processes(server.machine), *network.processes(server)}
        for process in remaining:
            _kill(process)
        _reap()
        if not remaining:
            break
        time.sleep(0.05)
    network.disconnect(server)
    for _ in range(20):
        cgroups.remove(server.machine)
        if not cgroups.processes(server.machine):
            break
        time.sleep(0.05)


def _launcher(places: Places, server: Server) -> int:
    try:
        return int((folder(places, server.name) / "launcher.pid").read_text())
    except (FileNotFoundError, ValueError):
        return -1


def _kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


def _reap() -> None:
    # If this command also booted the server, the launcher is its child and must be waited for.
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
    except ChildProcessError:
        return
