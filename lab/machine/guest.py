"""Reach the server over SSH."""

from __future__ import annotations

import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from lab.errors import LabError


@dataclass(frozen=True)
class Guest:
    """The server's address, the key of its user, and the file with its host key."""

    address: str
    key: Path
    known_hosts: Path

    def ssh(self) -> list[str]:
        """Return the ssh command up to and including the host."""
        options = {
            "IdentitiesOnly": "yes",
            "UserKnownHostsFile": str(self.known_hosts),
            "GlobalKnownHostsFile": "/dev/null",
            "ConnectTimeout": "5",
            "LogLevel": "ERROR",
        }
        words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        return ["ssh", "-F", "/dev/null", "-i", str(self.key), *words, f"twister@{self.address}"]

    def root(self, script: str, *arguments: str) -> str:
        """Run a bash script as root on the server, and return its output.

        Raises LabError with its last lines if the exit status is not 0.
        """
        done = subprocess.run(
            [*self.ssh(), "sudo -n bash -s --", *arguments],
            input=script,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode != 0:
            last = " / ".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-4:])
            raise LabError(f"a script on the server ended with {done.returncode}: {last}")
        return done.stdout


def wait_for_ssh(address: str, patience: float = 60.0) -> float:
    """Wait until sshd answers; return the seconds it took. Raises LabError after `patience` seconds."""
    begun = time.monotonic()
    while time.monotonic() - begun < patience:
        if _greets(address):
            return time.monotonic() - begun
        time.sleep(0.05)
    raise LabError(f"The server at {address} did not answer on port 22 within {patience:.0f} s.")


def _greets(address: str) -> bool:
    try:
        with socket.create_connection((address, 22), timeout=1.0) as connection:
            connection.settimeout(2.0)
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False
