"""Mounts in a private mount namespace: they vanish when this command and the server have ended."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from lab.commands import run
from lab.places import Places

_INSIDE = "PHASE0_LAB_NAMESPACE"


def enter_private_namespace(arguments: list[str]) -> None:
    """Start this command again inside a private mount namespace, unless it already runs in one."""
    if _outside() is not None:
        return
    handles = (os.open("/proc/self/ns/mnt", os.O_RDONLY), os.open("/", os.O_PATH))
    for handle in handles:
        os.set_inheritable(handle, True)
    # exec keeps the process id: it shows that the variable is ours, and not inherited from another command.
    os.environ[_INSIDE] = ":".join(map(str, (os.getpid(), *handles)))
    again = [sys.executable, "-m", "lab", *arguments]
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", *again])  # noqa: S606 — this very process, by no shell


def outside_namespace() -> str:
    """Return the path of the machine's own mount namespace, whose mounts every process sees."""
    handles = _outside()
    return f"/proc/{os.getpid()}/fd/{handles[0]}" if handles else "/proc/self/ns/mnt"


def outside_root() -> Path:
    """Return the path of the machine's own file tree, with all that is mounted there at this time."""
    handles = _outside()
    return Path(f"/proc/{os.getpid()}/fd/{handles[1]}") if handles else Path("/")


def _outside() -> tuple[int, int] | None:
    process, *handles = os.environ.get(_INSIDE, "0").split(":")
    return (int(handles[0]), int(handles[1])) if int(process) == os.getpid() else None


def mount_store(places: Places) -> None:
    """Mount the image store in this namespace; create it first if it does not exist."""
    if os.path.ismount(places.store):
        return
    if not places.store_file.exists():
        partial = places.store_file.with_suffix(".partial")
        run("truncate", "--size=200G", partial)
        run("mkfs.xfs", "-q", "-f", "-m", "reflink=1", partial)
        partial.rename(places.store_file)
    run("mount", "-o", "loop,discard,nouuid", places.store_file, places.store)


def mount_disk(places: Places, name: str) -> None:
    """Mount the disk image of a server as its root folder."""
    places.root(name).mkdir(exist_ok=True)
    run("mount", "-o", "loop", places.disk(name), places.root(name))


def mount_second(places: Places, name: str) -> None:
    """Create and mount a small second disk for copies of backups; it is empty at every start."""
    disk, folder = places.second_disk(name), places.second(name)
    disk.unlink(missing_ok=True)
    folder.mkdir(exist_ok=True)
    run("truncate", "--size=256M", disk)
    run("mkfs.ext4", "-q", "-F", "-L", "offhost", disk)
    run("mount", "-o", "loop", disk, folder)


def unmount_disk(places: Places, name: str) -> None:
    """Unmount both disks if they are mounted, and remove their folders and the lock of systemd-nspawn."""
    second = places.second(name)
    if os.path.ismount(second):
        run("umount", second)
    if second.exists():
        second.rmdir()
    places.second_disk(name).unlink(missing_ok=True)
    root = places.root(name)
    if os.path.ismount(root):
        run("umount", root)
    if root.exists():
        root.rmdir()
    root.with_name(f".#{root.name}.lck").unlink(missing_ok=True)
