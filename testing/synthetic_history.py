"""Eight days of earlier samples as a real server could have them: an incident, a gap, a whole audit."""

import math
from datetime import datetime, timedelta

from gate.history_series import HistorySeries, history_series
from gate.incidents import Incident
from gate.outcome import Outcome
from gate.sample import Reading, Sample

HOUR, HOURS = timedelta(hours=1), 190
GAP, SICK, BLIND = range(100, 112), range(60, 64), range(30, 33)  # in hours before the end
PRESSED = Reading(Outcome.FAIL, 3.0)


def looks(until: datetime) -> list[Sample]:
    """Return one sample per hour, except in the gap."""
    return [_look(until, hours) for hours in range(HOURS, 0, -1) if hours not in GAP]


def synthetic_series(until: datetime, criteria: int) -> HistorySeries:
    """Return the series of these samples that a run contains."""
    return history_series(looks(until), ["DSK-01", "LOG-06", "MCP-01", "DSK-05"], criteria, until)


def happened(until: datetime) -> tuple[Incident, ...]:
    """Return the incidents that interrupted the window."""
    return Incident(until - 150 * HOUR, "boot"), Incident(until - min(SICK) * HOUR, "failing", "DSK-05")


def _look(until: datetime, hours: int) -> Sample:
    used = 58 + 4 * math.sin(hours / 9) + (14 if hours in SICK else 0)
    readings = {
        "DSK-01": Reading(Outcome.FAIL if used >= 70 else Outcome.PASS, round(used, 2)),
        "LOG-06": Reading(Outcome.PASS, round(0.4 + hours % 24 / 40, 3)),
        "MCP-01": Reading(Outcome.PASS, 3.0),
        "DSK-05": PRESSED if hours in SICK else Reading(Outcome.PASS, 0.0),
    }
    if hours == 24:
        readings |= {
            "BKP-04": Reading(Outcome.FAIL, 31.0),
            "DOC-01": Reading(Outcome.FAIL, 1.0),
            "BKP-10": Reading(Outcome.UNKNOWN),
            "INF-11": Reading(Outcome.PASS, 0.0),
        }
    return Sample(
        until - hours * HOUR,
        ("DSK-05",) if hours in SICK else (),
        ("MCP-01",) if hours in BLIND else (),
        readings=readings,
    )
