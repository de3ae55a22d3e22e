"""The target's history hears of a change before it is made: whatever becomes of the run, stability begins anew."""

from datetime import UTC, datetime
from pathlib import Path

from gate import history as kept
from gate.past import Past
from gate.sample import Sample


def remember(history: Path | None) -> str:
    """A sample that proves nothing but the change; what kept it from being written, as one line."""
    try:
        if history is not None:
            kept.remember(history, Past((Sample(datetime.now(UTC), unknown=("change",), changed=True),)))
    except kept.HistoryError as error:
        return str(error)
    return ""
