"""The scenarios a server can be in; each is a folder with files for the host and scripts for root."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Scenario:
    """A state of the server, made once from another snapshot (`apply/`) and dated at each start (`refresh/`)."""

    name: str
    source: str
    pods: int
    guides: int

    @property
    def folder(self) -> Path:
        """Where its recipe is."""
        return _HERE / self.name


BEFORE = Scenario("before", source="settled", pods=2, guides=2)
STABILISED = Scenario("stabilised", source="settled", pods=5, guides=3)
READY = Scenario("ready", source="stabilised", pods=5, guides=3)
SCENARIOS = {scenario.name: scenario for scenario in (BEFORE, STABILISED, READY)}
