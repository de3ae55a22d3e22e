"""Eight days of invented hourly samples for the scenario `ready`; every page says that they are synthetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from lab.progress import announce
from lab.scenarios import Scenario

if TYPE_CHECKING:
    from gate.sample import Sample
    from lab.machine.session import LabServer

_DAYS = 8


def write_history(folder: Path, scenario: Scenario, session: LabServer) -> None:
    """Write history.sqlite for this lab beside target.toml; the newest sample is five minutes old.

    Does nothing in other scenarios, and only prints a line if this Python lacks a package.
    """
    if scenario.name != "ready":
        return
    # Here, not above: building and booting the lab needs no package beyond Python itself.
    try:
        from gate.history import remember
        from gate.identity import Identity, digest
        from gate.past import Past
    except ImportError as missing:
        announce(f"  no history written: this Python lacks {missing.name} (use the project's .venv)")
        return
    newest = datetime.now(UTC) - timedelta(minutes=5)
    samples = tuple(_sample(newest, hour) for hour in range(_DAYS * 24))
    identity = Identity(machine=digest(session.guest.root("cat /etc/machine-id").strip()))
    remember(folder / "history.sqlite", Past(samples, identity=identity))


def _sample(newest: datetime, hour: int) -> Sample:
    """Return an invented sample.

    The disk varies with the hour and grows slowly; the logs grow until the rotation at night.
    """
    from gate.outcome import Outcome
    from gate.sample import Reading, Sample

    at = newest - timedelta(hours=hour)
    disk = 58.6 + 0.4 * at.hour / 24 - 0.02 * hour / 24
    logs = 0.03 + 0.02 * at.hour / 24
    figures = {"DSK-01": round(disk, 2), "LOG-06": round(logs, 4), "MCP-01": 3.0, "DSK-05": 0.0, "BKP-07": 3.0}
    readings = {id: Reading(Outcome.PASS, value) for id, value in figures.items()}
    return Sample(at, synthetic=True, readings=readings)
