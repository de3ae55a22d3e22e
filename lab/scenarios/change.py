"""Bring a running server into a scenario, and adjust its dates to the present."""

from __future__ import annotations

import base64
import io
import tarfile
from pathlib import Path

from lab.machine.session import LabServer
from lab.scenarios import Scenario

_UNPACK = "base64 -d <<'TAR' | tar -xz --no-overwrite-dir -C /\n{}\nTAR\n"


def apply(scenario: Scenario, session: LabServer) -> None:
    """Install the scenario's files and run its `apply` scripts as root."""
    session.wait_for_pods(5)
    for tree in scenario.trees:
        session.guest.root(_UNPACK.format(_packed(tree)))
    _run(scenario, "apply", session)


def refresh(scenario: Scenario, session: LabServer) -> None:
    """Run the scenario's `refresh` scripts as root, which date what is on the server relative to now."""
    _run(scenario, "refresh", session)


def _run(scenario: Scenario, when: str, session: LabServer) -> None:
    """Run the scripts of the scenario's folder `when` in the order of their names."""
    for script in sorted((scenario.folder / when).glob("*.sh")):
        session.guest.root(script.read_text())


def _packed(tree: Path) -> str:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path in sorted(file for file in tree.rglob("*") if file.is_file()):
            archive.add(path, str(path.relative_to(tree)), filter=_owned_by_root)
    return base64.encodebytes(buffer.getvalue()).decode()


def _owned_by_root(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mode = 0o755 if entry.mode & 0o100 else 0o644
    return entry
