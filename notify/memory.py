"""Stores the last message sent to each address, in told.json. The file holds the name of an address, not the address."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from gate.bounded import read_bounded
from gate.outcome import Outcome
from gate.whole import write_whole

FILE = "told.json"


class LastMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """The decision that was last sent, and the outcomes at that time; of a fleet, the word for each of its servers.

    `failed` says that afterwards a message was sent that no audit could be run.
    """

    verdict: str = ""
    waived: int = 0
    at: datetime | None = None
    outcomes: Mapping[str, Outcome] = {}
    servers: Mapping[str, str] = {}
    failed: bool = False


def remembered(state: Path) -> dict[str, LastMessage]:
    """Return what was last sent, by the name of the address. It is empty if the file is missing or cannot be read."""
    try:
        return msgspec.json.decode(read_bounded(state / FILE), type=dict[str, LastMessage])
    except (OSError, msgspec.DecodeError, RecursionError):
        return {}


def remember(state: Path, sent: Mapping[str, LastMessage]) -> None:
    """Store what was last sent. Raises OSError if the file cannot be written."""
    write_whole(state / FILE, msgspec.json.encode(sent))
