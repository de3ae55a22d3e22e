"""worklog.csv of a target folder: hours that went into Phase 0, and hours it saves every month."""

import csv
import io
import math
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

import msgspec

from gate.entries import CHECK, EXAMPLE, PeopleError

COLUMNS = ("date", "hours", "activity", "saved_hours_per_month", "basis")
EARLIER = ("phase", "note")  # columns of the first version, read and left alone
PLANNED = 8.0 + 4.0 + 4.0 + 6.0 + 4 * 2.0  # hours: J0 to J3, then two a day until J7, as the plan writes them
HORIZON = 12  # months
MONTH = 365.25 / 12  # days


class SavingBasis(StrEnum):
    """What a saving rests on: somebody's estimate, or a record."""

    ASSUMED = "assumed"
    MEASURED = "measured"


class Logged(msgspec.Struct, frozen=True):
    """One line: hours spent on a day, or hours saved every month from then on."""

    date: date
    hours: float
    activity: str
    saved: float = 0.0
    basis: SavingBasis = SavingBasis.ASSUMED


class Return(msgspec.Struct, frozen=True):
    """Hours invested against hours saved. In the worst case only what was measured counts."""

    invested: float
    planned: bool
    measured: float
    assumed: float
    since: date | None
    months: int = HORIZON

    @property
    def monthly(self) -> float:
        """Hours saved every month."""
        return self.measured + self.assumed

    @property
    def saved(self) -> float:
        """Over the horizon."""
        return self.months * self.monthly

    @property
    def net(self) -> float:
        """Hours saved over the horizon beyond those invested."""
        return self.saved - self.invested

    @property
    def worst(self) -> float:
        """The same, if nothing that is only assumed comes true."""
        return self.months * self.measured - self.invested

    @property
    def even(self) -> date | None:
        """The day on which as many hours are saved as were invested; None where that day never comes."""
        return _even(self.since, self.invested, self.monthly)

    @property
    def worst_even(self) -> date | None:
        """The same in the worst case."""
        return _even(self.since, self.invested, self.measured)


def return_of(log: tuple[Logged, ...], planned_from: date | None) -> Return:
    """Computed from the log; where no hours are written down, from the plan's own."""
    spent, saving = [row for row in log if row.hours], [row for row in log if row.saved]
    hours = sum(row.hours for row in spent)
    sums = {basis: sum(row.saved for row in saving if row.basis is basis) for basis in SavingBasis}
    last = max((row.date for row in spent), default=planned_from)
    return Return(hours or PLANNED, not hours, sums[SavingBasis.MEASURED], sums[SavingBasis.ASSUMED], last)


def load_worklog(file: Path) -> tuple[Logged, ...]:
    """All lines; none where there is no file. PeopleError names the line that cannot be read."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise PeopleError(f"{file}: cannot be read: {error}; mend or remove it, then: {CHECK} {file.parent}") from error
    return parse_worklog(text, file)


def parse_worklog(text: str, file: Path) -> tuple[Logged, ...]:
    """The same, of a text that stands or will stand in `file`."""
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
        raise ValueError("more fields than the first line has")
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
        raise ValueError(f"“{written}” are no hours")
    return hours


def _even(since: date | None, invested: float, monthly: float) -> date | None:
    if since is None or monthly <= 0:
        return None
    try:
        return since + timedelta(days=math.ceil(invested / monthly * MONTH))
    except OverflowError:
        return None
