"""Compares the outcomes of two audits."""

from collections.abc import Mapping

import msgspec

from gate.outcome import Outcome
from gate.sample import Reading

MET = (Outcome.PASS, Outcome.FIXED, Outcome.NOT_APPLICABLE)  # none of them is better than another


class Move(msgspec.Struct, frozen=True):
    """A criterion that differs between two audits. A reading is None if that audit did not have the criterion."""

    id: str
    before: Reading | None
    after: Reading | None


class Comparison(msgspec.Struct, frozen=True):
    """What differs between two audits: every criterion stands in one of the rows, or counts as `same`.

    `moved` holds those that are neither better nor worse but have another figure or another word for the outcome.
    """

    better: tuple[Move, ...] = ()
    worse: tuple[Move, ...] = ()
    new: tuple[Move, ...] = ()
    gone: tuple[Move, ...] = ()
    moved: tuple[Move, ...] = ()
    same: int = 0


def compare(before: Mapping[str, Reading], after: Mapping[str, Reading]) -> Comparison:
    """Return what differs, in the order of `after`; what only `before` has comes last."""
    rows: dict[str, list[Move]] = {"better": [], "worse": [], "new": [], "gone": [], "moved": [], "same": []}
    for id in [*after, *(id for id in before if id not in after)]:
        move = Move(id, before.get(id), after.get(id))
        rows[_row(move)].append(move)
    same = len(rows.pop("same"))
    return Comparison(**{name: tuple(moves) for name, moves in rows.items()}, same=same)


def _row(move: Move) -> str:
    if move.before is None or move.after is None:
        return "new" if move.before is None else "gone"
    before, after = _rank(move.before.outcome), _rank(move.after.outcome)
    if before != after:
        return "better" if after < before else "worse"
    return "same" if move.before == move.after else "moved"


def _rank(outcome: Outcome) -> int:
    return 0 if outcome in MET else outcome.severity
