"""Puts into words what differs between two audits. The page and `python -m reports compare` both use it."""

from collections.abc import Iterable, Mapping

import msgspec

from gate.comparison import Move, compare
from gate.contract import Criterion
from gate.outcome import Outcome
from gate.run import Result
from gate.sample import Reading
from reports.text.words import Voice, shown


class Moved(msgspec.Struct, frozen=True):
    """A criterion that differs, in words. `figures` is "" unless both audits have a figure and it moved."""

    id: str
    title: str
    was: Outcome | None
    was_word: str
    now: Outcome | None
    now_word: str
    figures: str


class Moves(msgspec.Struct, frozen=True):
    """What differs between two audits, in words. `same` is the number of the other criteria that both have."""

    better: tuple[Moved, ...] = ()
    worse: tuple[Moved, ...] = ()
    new: tuple[Moved, ...] = ()
    gone: tuple[Moved, ...] = ()
    moved: tuple[Moved, ...] = ()
    same: int = 0


def readings(results: Mapping[str, Result]) -> dict[str, Reading]:
    """Return the outcome and the figure of each result."""
    return {id: Reading(result.outcome, result.value) for id, result in results.items()}


def moves(
    before: Mapping[str, Reading], after: Mapping[str, Reading], contract: Mapping[str, Criterion], voice: Voice
) -> Moves:
    """Return what differs, in words. A figure that moved by less than is shown counts as the same."""
    found = compare(before, after)
    moved = _worded(found.moved, contract, voice)
    seen = tuple(one for one in moved if one.figures or one.was is not one.now)
    rows = {name: _worded(getattr(found, name), contract, voice) for name in ("better", "worse", "new", "gone")}
    return Moves(**rows, moved=seen, same=found.same + len(moved) - len(seen))


def _worded(row: Iterable[Move], contract: Mapping[str, Criterion], voice: Voice) -> tuple[Moved, ...]:
    return tuple(_moved(move, contract.get(move.id), voice) for move in row)


def _moved(move: Move, criterion: Criterion | None, voice: Voice) -> Moved:
    was = move.before.outcome if move.before else None
    now = move.after.outcome if move.after else None
    return Moved(
        shown(move.id),
        voice.title(criterion) if criterion else "",
        was,
        voice.outcome(was) if was else "",
        now,
        voice.outcome(now) if now else "",
        _figures(move, criterion.bound.unit if criterion else "", voice),
    )


def _figures(move: Move, unit: str, voice: Voice) -> str:
    values = [reading.value for reading in (move.before, move.after) if reading and reading.value is not None]
    figures = [voice.figure(value, unit) for value in values]
    return " → ".join(figures) if len(figures) == 2 and figures[0] != figures[1] else ""
