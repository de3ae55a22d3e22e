"""Eight invented days of hourly samples for the scenario `ready`; every page says that they are synthetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from lab.say import say
from lab.scenarios import Scenario

_DAYS = 8


def write_history(folder: Path, scenario: Scenario) -> None:
    """Write history.sqlite beside target.toml, the newest sample a few minutes old."""
    if scenario.name != "ready":
        return
    # Here, not above: building and booting the lab needs no package beyond Python itself.
    try:
        from reports.model.history import remember
        from reports.model.past import Past
        from reports.model.sample import Sample
    except ImportError as missing:
        say(f"  no history written: this Python lacks {missing.name} (use the project's .venv)")
        return

    newest = datetime.now(UTC) - timedelta(minutes=5)
    samples = (Sample(newest - timedelta(hours=hour), synthetic=True) for hour in range(_DAYS * 24))
    remember(folder / "history.sqlite", Past(tuple(samples)))
