"""What must be the same on every machine of a round: this tool, and the inventory with what people wrote in each folder.

A key is part of neither: each machine has its own way to it.
"""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import msgspec

from fleet.inventory.inventory import REPLAY, Fleet, Server
from gate.bounded import MOST_RECORDED, read_bounded

ROOT = Path(__file__).parents[2]
ROOMS = ("gate", "fixtures", "remediations", "reports", "tests", "fleet")
SOURCES = {".py", ".sh", ".pl", ".awk", ".toml", ".html", ".css", ".js"}
WRITTEN = ("*.toml", "criteria/*.toml", "*.csv")  # in a target's folder
RESOURCE = "phase0-"


class Identity(msgspec.Struct, frozen=True):
    """The version of this tool, with a digest of its sources, and the digest of an inventory."""

    tool: str
    inventory: str

    @property
    def resource(self) -> str:
        """The resource of Dask that a worker offers, and that a task needs: no other worker is ever sent the task."""
        return f"{RESOURCE}{sha256(msgspec.json.encode(self)).hexdigest()[:32]}"

    def differs(self, other: "Identity") -> str:
        """Return in what way the other machine's identity differs from this one, or ""."""
        if other.tool != self.tool:
            return f"it runs phase0-gate {other.tool}, and this is {self.tool}: install the same there, and restart it"
        return (
            ""
            if other.inventory == self.inventory
            else "its inventory is another: copy fleet.toml and its folders there"
        )


def identity_of(fleet: Fleet) -> Identity:
    """Return what another machine must agree with. Raises OSError if a file of the inventory cannot be read."""
    rows = sorted((server.name, digest(server)) for server in fleet.servers)
    return Identity(tool(), sha256(msgspec.json.encode([fleet.name, fleet.minutes, rows])).hexdigest()[:16])


def digest(server: Server) -> str:
    """Return a digest of a server's settings, and of what people wrote in its folder; of a recording that of its file."""
    found = sha256(msgspec.json.encode([server.name, server.layers.below, server.layers.above]))
    for name, data in _written(server):
        found.update(msgspec.json.encode([name, len(data)]))
        found.update(data)
    return found.hexdigest()[:16]


def _written(server: Server) -> Iterator[tuple[str, bytes]]:
    if server.recorded:
        yield "", _recording(server.target.removeprefix(REPLAY))
        return
    folder = Path(server.target)
    for file in sorted(file for pattern in WRITTEN for file in folder.glob(pattern)):
        yield str(file.relative_to(folder)), read_bounded(file)


@cache
def _recording(file: str) -> bytes:
    """Return a digest of a recording, which many servers of a test may share."""
    return sha256(read_bounded(Path(file), MOST_RECORDED)).digest()


@cache
def tool() -> str:
    """Return the version of this tool, and a digest of what an audit runs."""
    found = sha256()
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*")):
            if file.suffix in SOURCES and file.is_file() and "out" not in file.relative_to(ROOT).parts:
                found.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return f"{version('phase0-gate')}+{found.hexdigest()[:12]}"
