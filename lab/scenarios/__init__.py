"""The scenarios a server can be in; each is a folder with files for the host and scripts for root."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent
_REMEDIES = _HERE.parents[1] / "remediations" / "files"


@dataclass(frozen=True)
class Scenario:
    """A state of the server, made once from another snapshot (`apply/`) and dated at each start (`refresh/`)."""

    name: str
    source: str
    pods: int
    guides: int
    day: int  # of the plan: how many have passed since J0
    remedied: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Where its recipe is."""
        return _HERE / self.name

    @property
    def trees(self) -> tuple[Path, ...]:
        """Files for the host, each at its path: its own, and those the remedies named in `remedied` install."""
        return tuple(
            tree for tree in (*(_REMEDIES / name for name in self.remedied), self.folder / "root") if tree.is_dir()
        )


BEFORE = Scenario("before", source="settled", pods=2, guides=2, day=0)
STABILISED = Scenario(
    "stabilised",
    source="settled",
    pods=5,
    guides=3,
    day=5,
    remedied=("backups", "postgres_backup", "redis_backup", "cluster_backup", "disk_monitor"),
)
READY = Scenario("ready", source="stabilised", pods=5, guides=3, day=8)
SCENARIOS = {scenario.name: scenario for scenario in (BEFORE, STABILISED, READY)}
