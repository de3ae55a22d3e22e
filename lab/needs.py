"""Check what this machine must offer before anything is changed."""

from __future__ import annotations

import os
import shutil
import sys

from lab.commands import attempt, run
from lab.errors import UnfitMachineError
from lab.progress import announce, timed

BOOT = ("systemd-container", "iproute2", "openssh-client", "xfsprogs", "e2fsprogs", "git")
BUILD = (*BOOT, "mmdebstrap", "zstd", "golang-1.19-go", "dpkg-dev", "debian-archive-keyring")
WITHOUT = "Without it these work: `make audit` (the recorded demo server) and `make test`."


def require_machine() -> None:
    """Raise UnfitMachineError unless this is a Linux machine and the user is root."""
    if sys.platform != "linux":
        raise UnfitMachineError(
            f"The lab needs Linux (Debian 12), root and systemd-nspawn; this is {sys.platform}. {WITHOUT}"
        )
    if os.geteuid() != 0:
        raise UnfitMachineError(
            "The lab needs root (it mounts loop devices and boots a server with systemd-nspawn): "
            f"run it with sudo on a disposable Debian 12 machine. {WITHOUT}"
        )


def require_packages(packages: tuple[str, ...]) -> None:
    """Install the Debian packages that are missing, and print their names.

    Raises UnfitMachineError if this is not a Debian machine.
    """
    if shutil.which("dpkg-query") is None:
        raise UnfitMachineError(
            f"The lab needs a Debian 12 machine with these packages: {' '.join(packages)}. {WITHOUT}"
        )
    missing = [package for package in packages if not _installed(package)]
    if not missing:
        return
    announce(f"Installing Debian packages on this machine: {' '.join(missing)}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    with timed("apt-get install"):
        run("apt-get", "update", "-qq", env=quiet)
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing, env=quiet)


def _installed(package: str) -> bool:
    return "install ok installed" in attempt("dpkg-query", "-W", "-f", "${Status}", package).stdout
