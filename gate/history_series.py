"""Holds what a report draws of earlier audits. It is stored in the run, so that a report needs no database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

import msgspec

from gate.outcome import Outcome
from gate.sample import Moment, Reading, Sample

SPAN = timedelta(days=8)  # the seven days of the window, and the day before them
SLOT = timedelta(minutes=30)  # looks within the same half hour are drawn as one


class Look(msgspec.Struct, frozen=True, array_like=True):
    """One look at the server: the criteria that failed, and `blind` if something could not be observed."""

    at: Moment
    failing: tuple[str, ...] = ()
    blind: bool = False


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """The outcome of one criterion in one look, and its figure if there was one."""

    at: Moment
    outcome: Outcome
    value: float | None = None


class Day(msgspec.Struct, frozen=True, array_like=True):
    """The worst outcome of one criterion on one day (UTC), and its lowest and highest figure of that day."""

    on: date
    outcome: Outcome
    low: float | None = None
    high: float | None = None


class Earlier(msgspec.Struct, frozen=True):
    """The previous complete audit: its time, and the outcome of each criterion."""

    at: Moment
    readings: Mapping[str, Reading]


class HistorySeries(msgspec.Struct, frozen=True):
    """The looks of the last days, the figures of some criteria over these days, and the previous complete audit.

    `days` holds the days of every criterion that was judged on them, oldest first.
    """

    looks: tuple[Look, ...] = ()
    marks: Mapping[str, tuple[Mark, ...]] = {}
    last: Earlier | None = None
    days: Mapping[str, tuple[Day, ...]] = {}


def history_series(samples: Iterable[Sample], ids: Collection[str], criteria: int, until: datetime) -> HistorySeries:
    """Return the series of the samples before `until`.

    `ids` are the criteria whose figures are kept; `criteria` is the number of criteria in the contract.
    """
    earlier = sorted((sample for sample in samples if sample.at < until), key=lambda sample: sample.at)
    recent = [sample for sample in earlier if sample.at >= until - SPAN]
    slots = [list(slot) for _, slot in groupby(recent, lambda sample: (until - sample.at) // SLOT)]
    marks = {id: tuple(mark for slot in slots if (mark := _mark(id, slot))) for id in ids}
    return HistorySeries(
        tuple(_look(slot) for slot in slots),
        {id: row for id, row in marks.items() if row},
        _last(earlier, criteria),
        _days(recent),
    )


def day_of_both(one: Day, other: Day) -> Day:
    """Return two records of a criterion and a day as one: the worse outcome, and the figures of both."""
    worst = max(one.outcome, other.outcome, key=lambda outcome: outcome.severity)
    lows = [day.low for day in (one, other) if day.low is not None]
    highs = [day.high for day in (one, other) if day.high is not None]
    return Day(one.on, worst, min(lows, default=None), max(highs, default=None))


def _days(samples: Iterable[Sample]) -> dict[str, tuple[Day, ...]]:
    found: dict[str, dict[date, Day]] = {}
    for sample in samples:
        on = sample.at.astimezone(UTC).date()
        for id, reading in sample.readings.items():
            days, seen = found.setdefault(id, {}), Day(on, reading.outcome, reading.value, reading.value)
            days[on] = day_of_both(days[on], seen) if on in days else seen
    return {id: tuple(days.values()) for id, days in found.items()}


def _look(slot: Sequence[Sample]) -> Look:
    """Merge the samples of a slot.

    A criterion that failed in one of them failed; the look is blind if every sample is.
    """
    failing = sorted({id for sample in slot for id in sample.failing})
    return Look(slot[-1].at, tuple(failing), all(sample.unknown for sample in slot))


def _mark(id: str, slot: Sequence[Sample]) -> Mark | None:
    """Return the worst outcome of a criterion in the slot, and the highest figure among equal outcomes."""
    found = [Mark(sample.at, *msgspec.structs.astuple(sample.readings[id])) for sample in slot if id in sample.readings]
    return max(found, key=lambda mark: (mark.outcome.severity, mark.value or 0.0), default=None)


def _last(samples: Sequence[Sample], criteria: int) -> Earlier | None:
    """Return the last complete audit.

    A sample run judges only a third of the contract and is no basis for a comparison.
    """
    whole = (sample for sample in reversed(samples) if 2 * len(sample.readings) > criteria)
    return next((Earlier(sample.at, sample.readings) for sample in whole), None)
