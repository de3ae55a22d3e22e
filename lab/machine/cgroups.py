"""One control group per server: systemd-nspawn needs it, and it lists every process of the server."""

from __future__ import annotations

import os
from pathlib import Path

_TOP = Path("/sys/fs/cgroup")


def unified() -> bool:
    """Return whether this machine has only version 2 of control groups (not version 1, nor both)."""
    return (_TOP / "cgroup.controllers").exists()


def hierarchies() -> list[Path]:
    """Return the trees in which a server gets a group: one with version 2, otherwise one per controller."""
    if unified():
        return [_TOP]
    trees = [path for path in _TOP.iterdir() if path.is_dir() and not path.is_symlink()]
    return sorted(path for path in trees if (path / "cgroup.procs").exists())


def create(name: str) -> list[Path]:
    """Create the group `name`; return the files into which a process writes its id to enter the group."""
    groups = [hierarchy / name for hierarchy in hierarchies()]
    for group in groups:
        group.mkdir(exist_ok=True)
        for setting in ("cpuset.cpus", "cpuset.mems"):
            # In version 1 no process can enter a group that has no processors and memory nodes.
            if not unified() and (group / setting).exists():
                (group / setting).write_text((group.parent / setting).read_text())
    if unified():
        _delegate()
    return [group / "cgroup.procs" for group in groups]


def _delegate() -> None:
    # In version 2 each level must enable the controllers for the level below it.
    for controller in (_TOP / "cgroup.controllers").read_text().split():
        try:
            (_TOP / "cgroup.subtree_control").write_text(f"+{controller}")
        except OSError:
            continue


def member(name: str, process: int) -> bool:
    """Return whether the process is in the group `name`. The id alone is no proof, since ids are used again."""
    try:
        lines = Path(f"/proc/{process}/cgroup").read_text().splitlines()
        return any(f"/{name}/" in f"{line}/" for line in lines)
    except OSError:
        return False


def processes(name: str) -> list[int]:
    """Return the ids of all processes in the group `name` and below it, in any hierarchy."""
    found: set[int] = set()
    for group in _everywhere(name):
        # os.walk skips groups that are removed meanwhile.
        for folder, _, _ in os.walk(group):
            found.update(_listed(Path(folder) / "cgroup.procs"))
    return sorted(found - {0, os.getpid()})


def _listed(file: Path) -> list[int]:
    try:
        return [int(line) for line in file.read_text().split()]
    except OSError:
        return []


def remove(name: str) -> None:
    """Remove the empty group `name` and its children from every hierarchy."""
    for group in _everywhere(name):
        for path, _, _ in os.walk(group, topdown=False):
            try:
                Path(path).rmdir()
            except OSError:
                continue


def _everywhere(name: str) -> list[Path]:
    return [tree / name for tree in hierarchies() if (tree / name).is_dir()]
