"""What earlier audits saw, as far as a report draws it: frozen with the run, so that a report needs no database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

import msgspec

from gate.outcome import Outcome
from gate.sample import Moment, Reading, Sample

SPAN = timedelta(days=8)  # the seven days asked for, and one before them
SLOT = timedelta(minutes=30)  # looks that are closer to each other are drawn as one


class Look(msgspec.Struct, frozen=True, array_like=True):
    """One look at the server: what failed, and whether something could not be seen."""

    at: Moment
    failing: tuple[str, ...] = ()
    blind: bool = False


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """How one criterion came out in one look, and its figure where there was one."""

    at: Moment
    outcome: Outcome
    value: float | None = None


class Earlier(msgspec.Struct, frozen=True):
    """The whole audit before this one: how each criterion stood."""

    at: Moment
    readings: Mapping[str, Reading]


class HistorySeries(msgspec.Struct, frozen=True):
    """Looks of the last days, the course of some criteria, and the audit before this one."""

    looks: tuple[Look, ...] = ()
    marks: Mapping[str, tuple[Mark, ...]] = {}
    last: Earlier | None = None


def history_series(samples: Iterable[Sample], ids: Collection[str], criteria: int, until: datetime) -> HistorySeries:
    """Of the samples before `until`; `ids` are the criteria whose course is kept, of as many as there are `criteria`."""
    earlier = sorted((sample for sample in samples if sample.at < until), key=lambda sample: sample.at)
    recent = [sample for sample in earlier if sample.at >= until - SPAN]
    slots = [list(slot) for _, slot in groupby(recent, lambda sample: (until - sample.at) // SLOT)]
    marks = {id: tuple(mark for slot in slots if (mark := _mark(id, slot))) for id in ids}
    return HistorySeries(
        tuple(_look(slot) for slot in slots), {id: row for id, row in marks.items() if row}, _last(earlier, criteria)
    )


def _look(slot: Sequence[Sample]) -> Look:
    """Whatever failed in one of them failed; it was seen if one of them saw everything."""
    failing = sorted({id for sample in slot for id in sample.failing})
    return Look(slot[-1].at, tuple(failing), all(sample.unknown for sample in slot))


def _mark(id: str, slot: Sequence[Sample]) -> Mark | None:
    """The worst of them, and of two alike the higher."""
    found = [Mark(sample.at, *msgspec.structs.astuple(sample.readings[id])) for sample in slot if id in sample.readings]
    return max(found, key=lambda mark: (mark.outcome.severity, mark.value or 0.0), default=None)


def _last(samples: Sequence[Sample], criteria: int) -> Earlier | None:
    """A light look judges a third of the contract: it is not what this audit is compared with."""
    whole = (sample for sample in reversed(samples) if 2 * len(sample.readings) > criteria)
    return next((Earlier(sample.at, sample.readings) for sample in whole), None)
