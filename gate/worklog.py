"""Reads worklog.csv of a target folder: hours spent on the phase, and hours that it saves every month."""

import csv
import io
import math
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

import msgspec

from gate.bounded import read_text
from gate.entries import CHECK, EXAMPLE, PeopleError

COLUMNS = ("date", "hours", "activity", "saved_hours_per_month", "basis")
EARLIER = ("phase", "note")  # columns of the first version, which are still accepted
PLANNED = 8.0 + 4.0 + 4.0 + 6.0 + 4 * 2.0  # hours in the plan: J0 to J3, then two a day until J7
HORIZON = 12  # months
MONTH = 365.25 / 12  # days


class SavingBasis(StrEnum):
    """What a saving is based on: an estimate (assumed) or a record (measured)."""

    ASSUMED = "assumed"
    MEASURED = "measured"


class Logged(msgspec.Struct, frozen=True):
    """One line of the file: hours spent on a day, or hours saved every month from that day on."""

    date: date
    hours: float
    activity: str
    saved: float = 0.0
    basis: SavingBasis = SavingBasis.ASSUMED


class Return(msgspec.Struct, frozen=True):
    """The return of the phase: hours invested and hours saved per month, measured and assumed.

    `planned` says that the hours invested are those of the plan. `since` is the day of the last work; saving starts on
    it. In the worst case only measured savings count.
    """

    invested: float
    planned: bool
    measured: float
    assumed: float
    since: date | None
    months: int = HORIZON

    @property
    def monthly(self) -> float:
        """The hours saved per month."""
        return self.measured + self.assumed

    @property
    def saved(self) -> float:
        """The hours saved over `months` months."""
        return self.months * self.monthly

    @property
    def net(self) -> float:
        """The hours saved over `months` months, less the hours invested."""
        return self.saved - self.invested

    @property
    def worst(self) -> float:
        """The hours that only measured savings bring over `months` months, less the hours invested."""
        return self.months * self.measured - self.invested

    @property
    def even(self) -> date | None:
        """The day on which the hours saved equal the hours invested, or None if that day never comes."""
        return _even(self.since, self.invested, self.monthly)

    @property
    def worst_even(self) -> date | None:
        """The day on which the hours saved equal the hours invested if only measured savings count, or None."""
        return _even(self.since, self.invested, self.measured)


def return_of(log: tuple[Logged, ...], planned_from: date | None) -> Return:
    """Return the return of the hours in the log. Without any hours in it, the hours of the plan count."""
    spent, saving = [row for row in log if row.hours], [row for row in log if row.saved]
    hours = sum(row.hours for row in spent)
    sums = {basis: sum(row.saved for row in saving if row.basis is basis) for basis in SavingBasis}
    last = max((row.date for row in spent), default=planned_from)
    return Return(hours or PLANNED, not hours, sums[SavingBasis.MEASURED], sums[SavingBasis.ASSUMED], last)


def load_worklog(file: Path) -> tuple[Logged, ...]:
    """Return all lines of worklog.csv, or none if there is no file.

    Raises PeopleError, which names the file and the line that cannot be read.
    """
    try:
        text = read_text(file, "utf-8-sig")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise PeopleError(f"{file}: cannot be read: {error}; mend or remove it, then: {CHECK} {file.parent}") from error
    return parse_worklog(text, file)


def parse_worklog(text: str, file: Path) -> tuple[Logged, ...]:
    """Parse `text`, which is or will be the content of `file`. Raises PeopleError, which names the invalid line."""
    rows = csv.DictReader(io.StringIO(text), restval="")
    names = rows.fieldnames or ()
    if not {"date", "hours"} <= set(names) <= {*COLUMNS, *EARLIER}:
        raise PeopleError(f"{file}: its first line is not {','.join(COLUMNS)}; see {EXAMPLE}/{file.name}")
    try:
        return tuple(_logged(row) for row in rows)
    except (ValueError, csv.Error) as error:
        raise PeopleError(f"{file}: line {rows.line_num}: {error}; see {EXAMPLE}/{file.name}") from error


def _logged(row: dict[str, str]) -> Logged:
    if None in row:
        raise ValueError("it has more fields than the first line")
    saved, basis = row.get("saved_hours_per_month", "").strip(), row.get("basis", "").strip()
    if saved and basis not in tuple(SavingBasis):
        raise ValueError(f"basis “{basis}” is neither assumed nor measured")
    return Logged(
        date.fromisoformat(row["date"].strip()),
        _hours(row["hours"]),
        row.get("activity") or row.get("note") or "",
        _hours(saved),
        SavingBasis(basis) if saved else SavingBasis.ASSUMED,
    )


def _hours(written: str) -> float:
    hours = float(written or 0)
    if not math.isfinite(hours) or not 0 <= hours <= 10_000:
        raise ValueError(f"“{written}” is not a number of hours between 0 and 10000")
    return hours


def _even(since: date | None, invested: float, monthly: float) -> date | None:
    if since is None or monthly <= 0:
        return None
    try:
        return since + timedelta(days=math.ceil(invested / monthly * MONTH))
    except OverflowError:
        return None
