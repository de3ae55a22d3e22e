"""Change a server's disk before it boots, since it may have been built weeks ago."""

from __future__ import annotations

import re
import time
from datetime import datetime
from pathlib import Path

from lab.machine.server import Server


def prepare(root: Path, server: Server) -> None:
    """Make the mounted disk ready to boot as this server, at the present time."""
    (root / "etc" / "lab" / "cgroup").write_text(f"/{server.machine}\n")
    _no_timer_is_overdue(root)
    _no_rotation_is_overdue(root)


def _no_timer_is_overdue(root: Path) -> None:
    # A persistent timer that missed its hour runs at boot: logrotate would clean the scenario `before`.
    for stamp in (root / "var" / "lib" / "systemd" / "timers").glob("stamp-*"):
        stamp.touch()


def _no_rotation_is_overdue(root: Path) -> None:
    state = root / "var" / "lib" / "logrotate" / "status"
    if state.exists():
        now = datetime.fromtimestamp(time.time())
        today = f"{now.year}-{now.month}-{now.day}-{now.hour}:0:0"
        state.write_text(re.sub(r'^("[^"]*") .*$', rf"\1 {today}", state.read_text(), flags=re.MULTILINE))


def public_host_key(root: Path) -> str:
    """Return the server's public host key from its disk, so that no unknown key has to be trusted at first contact."""
    kind, key, *_ = (root / "etc" / "ssh" / "ssh_host_ed25519_key.pub").read_text().split()
    return f"{kind} {key}"


def audit_token(root: Path) -> str:
    """Return the token of user phase0-audit."""
    return (root / "var/lib/rancher/k3s/server/tokens.csv").read_text().split(",")[0]


def authority(root: Path) -> str:
    """Return the certificate of the authority that signed the API's certificate."""
    return (root / "var/lib/rancher/k3s/server/tls/server-ca.crt").read_text()
