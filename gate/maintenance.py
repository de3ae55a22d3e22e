"""Work on the server that was announced beforehand: an incident within it is none. The time itself proves nothing."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from gate.names import readable

LONGEST = timedelta(hours=24)


class Maintenance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One announcement: from when to when, what and by whom, and when that was declared."""

    start: datetime = msgspec.field(name="from")
    to: datetime
    what: str
    who: str
    declared: datetime

    def covers(self, at: datetime) -> bool:
        """Whether a moment lies within it."""
        return self.start <= at <= self.to


def maintenance_void(entry: Maintenance) -> str:
    """Why an announcement does not count: a code of reports/locale [void], or nothing."""
    if not readable(entry.what) or not readable(entry.who):
        return "unsigned"
    if entry.to <= entry.start:
        return "backwards"
    if entry.declared > entry.start:
        return "declared-late"
    return "maintenance-too-long" if entry.to - entry.start > LONGEST else ""


def announced(maintenance: Iterable[Maintenance], at: datetime) -> bool:
    """Whether somebody announced work for that moment."""
    return any(entry.covers(at) for entry in maintenance)
