"""Whether an audit left a sample in the history of its server, on which the seven days depend."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from fleet.inventory.inventory import Server
from fleet.rows import Heard
from gate.history import HistoryError, recall

FILE = "history.sqlite"


def without_sample(asked: Iterable[Server], told: Mapping[str, Heard], since: datetime) -> list[str]:
    """Return the names of the servers that were judged and have no sample since that moment. Recordings have no history."""
    judged = [server for server in asked if not server.recorded and server.name in told and told[server.name].judged]
    return [server.name for server in judged if not _sampled(Path(server.target) / FILE, since)]


def _sampled(history: Path, since: datetime) -> bool:
    try:
        return any(sample.at >= since for past in recall(history).pasts for sample in past.samples)
    except HistoryError:
        return False
