"""A lab that was started, as recorded in its run folder."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

from lab.places import Places


@dataclass(frozen=True)
class Server:
    """The name, network number and scenario of a lab; its other names and addresses are derived from them."""

    name: str
    octet: int
    scenario: str
    realm: str = ""

    @property
    def machine(self) -> str:
        """The name of its network namespace, its control group and its container."""
        return "-".join(word for word in ("phase0", self.name, self.realm) if word)

    @property
    def link(self) -> str:
        """The network interface on this machine's side; names of interfaces have 15 characters at most."""
        return f"phase0-{zlib.crc32((self.name + self.realm).encode()):08x}"

    @property
    def gateway(self) -> str:
        """The address of this machine in the lab's network."""
        return f"10.77.{self.octet}.1"

    @property
    def address(self) -> str:
        """The server's address in the lab's network."""
        return f"10.77.{self.octet}.2"


def folder(places: Places, name: str) -> Path:
    """Return the run folder of the lab `name`."""
    return places.run / name


def remember(places: Places, server: Server) -> None:
    """Record the server before anything of it exists, so that `down` finds what a crash leaves behind."""
    path = folder(places, server.name) / "server.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(server)))


def recall(places: Places, name: str) -> Server | None:
    """Return the recorded server of that name, or None if none was started."""
    try:
        return Server(**json.loads((folder(places, name) / "server.json").read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def names(places: Places) -> list[str]:
    """Return the names of all labs that were started and not taken down, whether they run or not."""
    return sorted(path.parent.name for path in places.run.glob("*/server.json"))
