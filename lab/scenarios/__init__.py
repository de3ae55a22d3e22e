"""The scenarios a server can be in; each is a folder with files for the host and scripts to run as root."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent
_REMEDIES = _HERE.parents[1] / "remediations" / "files"


@dataclass(frozen=True)
class Scenario:
    """A state of the server: made once from another snapshot (`apply/`), with dates set at each start (`refresh/`).

    `pods` and `guides` are how many of them it has.
    """

    name: str
    source: str
    pods: int
    guides: int
    day: int  # days of the plan that have passed since J+0
    remedied: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """The folder with the recipe of this scenario."""
        return _HERE / self.name

    @property
    def trees(self) -> tuple[Path, ...]:
        """Folders whose files go to the same paths on the host: those of its remedies, and the scenario's own."""
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
