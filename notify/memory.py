"""What each address was told last: told.json beside the reports. No address stands in it, only its name."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from gate.bounded import read_bounded
from gate.outcome import Outcome
from gate.whole import write_whole

FILE = "told.json"


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """The decision as it was told, and how the criteria stood then. `failed`: that no audit could be held was told since."""

    verdict: str = ""
    waived: int = 0
    at: datetime | None = None
    outcomes: Mapping[str, Outcome] = {}
    failed: bool = False


def remembered(state: Path) -> dict[str, Told]:
    """By the name of the address; nothing where nothing was told, or where the file cannot be understood."""
    try:
        return msgspec.json.decode(read_bounded(state / FILE), type=dict[str, Told])
    except (OSError, msgspec.DecodeError, RecursionError):
        return {}


def remember(state: Path, told: Mapping[str, Told]) -> None:
    """Whole or not at all; OSError where it cannot be written."""
    write_whole(state / FILE, msgspec.json.encode(told))
