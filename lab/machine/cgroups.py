"""One control group per server: nspawn needs its own, and it finds every process again."""

from __future__ import annotations

import os
from pathlib import Path

_TOP = Path("/sys/fs/cgroup")


def unified() -> bool:
    """Whether this machine has version 2 only (otherwise v1, or both side by side)."""
    return (_TOP / "cgroup.controllers").exists()


def hierarchies() -> list[Path]:
    """The trees a server gets its group in: one on version 2, each controller's own otherwise."""
    if unified():
        return [_TOP]
    trees = [path for path in _TOP.iterdir() if path.is_dir() and not path.is_symlink()]
    return sorted(path for path in trees if (path / "cgroup.procs").exists())


def create(name: str) -> list[Path]:
    """Make the group `name` and return the files a process writes its id to, to enter it."""
    groups = [hierarchy / name for hierarchy in hierarchies()]
    for group in groups:
        group.mkdir(exist_ok=True)
        for setting in ("cpuset.cpus", "cpuset.mems"):
            # Version 1 lets nobody into a group without processors and memory.
            if not unified() and (group / setting).exists():
                (group / setting).write_text((group.parent / setting).read_text())
    if unified():
        _delegate()
    return [group / "cgroup.procs" for group in groups]


def _delegate() -> None:
    # Version 2 hands controllers down one level at a time.
    for controller in (_TOP / "cgroup.controllers").read_text().split():
        try:
            (_TOP / "cgroup.subtree_control").write_text(f"+{controller}")
        except OSError:
            continue


def member(name: str, process: int) -> bool:
    """Whether that process is in the group `name` (ids are reused: a number alone proves nothing)."""
    try:
        lines = Path(f"/proc/{process}/cgroup").read_text().splitlines()
        return any(f"/{name}/" in f"{line}/" for line in lines)
    except OSError:
        return False


def processes(name: str) -> list[int]:
    """Every process in the group `name` and below, in any hierarchy."""
    found: set[int] = set()
    for group in _everywhere(name):
        # os.walk passes over groups that vanish meanwhile.
        for folder, _, _ in os.walk(group):
            found.update(_listed(Path(folder) / "cgroup.procs"))
    return sorted(found - {0, os.getpid()})


def _listed(file: Path) -> list[int]:
    try:
        return [int(line) for line in file.read_text().split()]
    except OSError:
        return []


def remove(name: str) -> None:
    """Remove the empty group `name` from every hierarchy, innermost first."""
    for group in _everywhere(name):
        for path, _, _ in os.walk(group, topdown=False):
            try:
                Path(path).rmdir()
            except OSError:
                continue


def _everywhere(name: str) -> list[Path]:
    return [tree / name for tree in hierarchies() if (tree / name).is_dir()]
