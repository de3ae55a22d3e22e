"""A lab that is up, as written in its run folder."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

from lab.places import Places


@dataclass(frozen=True)
class Server:
    """Name, place in the network and scenario; the rest follows from these."""

    name: str
    octet: int
    scenario: str
    realm: str = ""

    @property
    def machine(self) -> str:
        """The one name of its network namespace, control group and container."""
        return "-".join(word for word in ("phase0", self.name, self.realm) if word)

    @property
    def link(self) -> str:
        """Our end of the cable; an interface's name has 15 characters at most."""
        return f"phase0-{zlib.crc32((self.name + self.realm).encode()):08x}"

    @property
    def gateway(self) -> str:
        """Our address on the cable."""
        return f"10.77.{self.octet}.1"

    @property
    def address(self) -> str:
        """The server's address."""
        return f"10.77.{self.octet}.2"


def folder(places: Places, name: str) -> Path:
    """The run folder of the lab `name`."""
    return places.run / name


def remember(places: Places, server: Server) -> None:
    """Write the server down, before anything of it exists: what crashes later can be found."""
    path = folder(places, server.name) / "server.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(server)))


def recall(places: Places, name: str) -> Server | None:
    """The server of that name, or None where none was started."""
    try:
        return Server(**json.loads((folder(places, name) / "server.json").read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def names(places: Places) -> list[str]:
    """The labs that were started and not taken down, dead or alive."""
    return sorted(path.parent.name for path in places.run.glob("*/server.json"))
