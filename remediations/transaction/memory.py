"""Records a change in the target's history before it is made, so that the stability window starts again in any case."""

from datetime import UTC, datetime
from pathlib import Path

from gate import history as database
from gate.identity import Identity
from gate.past import Past
from gate.sample import Sample


def remember(history: Path | None, host_key: str) -> str:
    """Add a sample that only records a change. Return "", or one line that says why it could not be written.

    `host_key` is the fingerprint of the SSH host key of the server that is changed.
    """
    change = Sample(datetime.now(UTC), unknown=("change",), changed=True)
    try:
        if history is not None:
            database.remember(history, Past((change,), identity=Identity(host_key=host_key)))
    except database.HistoryError as error:
        return str(error)
    return ""
