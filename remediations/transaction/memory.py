"""The target's history hears of a change before it is made: whatever becomes of the run, stability begins anew."""

from datetime import UTC, datetime
from pathlib import Path

from gate import history as kept
from gate.identity import Identity
from gate.past import Past
from gate.sample import Sample


def remember(history: Path | None, host_key: str) -> str:
    """A sample that proves nothing but the change; what kept it from being written, as one line.

    `host_key` is the fingerprint of the server that is changed.
    """
    change = Sample(datetime.now(UTC), unknown=("change",), changed=True)
    try:
        if history is not None:
            kept.remember(history, Past((change,), identity=Identity(host_key=host_key)))
    except kept.HistoryError as error:
        return str(error)
    return ""
