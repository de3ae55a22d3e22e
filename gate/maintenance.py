"""Announced maintenance. An incident during it does not count, but the time itself proves no stability either."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from gate.names import readable

LONGEST = timedelta(hours=24)


class Maintenance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One announcement: its start and end, what is done and by whom, and when it was declared."""

    start: datetime = msgspec.field(name="from")
    to: datetime
    what: str
    who: str
    declared: datetime

    def covers(self, at: datetime) -> bool:
        """Return whether a moment lies within the announced time."""
        return self.start <= at <= self.to


def maintenance_void(entry: Maintenance) -> str:
    """Return why an announcement does not count, as a key of [void] in reports/locale, or "" if it does."""
    if not readable(entry.what) or not readable(entry.who):
        return "unsigned"
    if entry.to <= entry.start:
        return "backwards"
    if entry.declared > entry.start:
        return "declared-late"
    return "maintenance-too-long" if entry.to - entry.start > LONGEST else ""


def announced(maintenance: Iterable[Maintenance], at: datetime) -> bool:
    """Return whether maintenance was announced for the moment `at`."""
    return any(entry.covers(at) for entry in maintenance)
