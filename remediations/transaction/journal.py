"""What the host's journals say: which runs there were, which steps of them stand, and what was left half-done."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

import msgspec

from remediations.transaction.session import TransactionError


class State(StrEnum):
    """How a run ended."""

    APPLIED = "applied"
    ROLLED_BACK = "rolled back"
    EMPTY = "nothing changed"
    INTERRUPTED = "interrupted"


class Record(msgspec.Struct, frozen=True):
    """One run: its journal as (time, what, about). Steps are numbered from 1 over all remedies of a run."""

    id: str
    lines: tuple[tuple[str, str, str], ...]

    @property
    def standing(self) -> tuple[int, ...]:
        """Steps that were begun and not taken back, the newest first."""
        begun: dict[int, None] = {}
        for _, what, about in self.lines:
            if what == "before":
                begun[int(about)] = None
            elif what == "undone":
                begun.pop(int(about), None)
        return tuple(sorted(begun, reverse=True))

    @property
    def last(self) -> datetime | None:
        """When its last line was written; None where that cannot be read."""
        try:
            return datetime.fromisoformat(self.lines[-1][0])
        except (IndexError, ValueError):
            return None

    @property
    def state(self) -> State:
        """A journal without an end was cut short."""
        said = [what for _, what, _ in self.lines]
        if "end" not in said:
            return State.INTERRUPTED
        if self.standing:
            return State.APPLIED
        return State.ROLLED_BACK if "before" in said else State.EMPTY

    @property
    def who(self) -> str:
        """Who began it."""
        return next((about for _, what, about in self.lines if what == "begin"), "?")

    @property
    def remedies(self) -> tuple[str, ...]:
        """What it set out to apply."""
        return tuple(about for _, what, about in self.lines if what == "remedy")


def read_journals(lines: Iterable[str]) -> tuple[Record, ...]:
    """What session.sh's `journals` prints, oldest run first; a line cut by a crash is left out."""
    runs: dict[str, list[tuple[str, str, str]]] = {}
    current: list[tuple[str, str, str]] = []
    for row in _rows(lines):
        if row[0] == "run":
            current = runs.setdefault(row[1], [])
        elif len(row) == 3 and _whole(row):
            current.append((row[0], row[1], row[2]))
    return tuple(Record(id, tuple(lines)) for id, lines in runs.items())


def _rows(lines: Iterable[str]) -> Iterator[list[str]]:
    return (row for line in lines if len(row := line.split("\t")) > 1)


def _whole(row: list[str]) -> bool:
    return row[1] not in ("before", "after", "undone", "undo-failed") or row[2].isdecimal()


def left_behind(runs: Iterable[Record]) -> tuple[Record, ...]:
    """Interrupted runs, the newest first: the order in which they have to be taken back."""
    return tuple(sorted((run for run in runs if run.state is State.INTERRUPTED), key=lambda run: run.id, reverse=True))


def prunable(runs: Iterable[Record], before: datetime) -> tuple[Record, ...]:
    """Runs whose last line is older than that moment. One that has no end stays: the next `--fix` takes it back."""
    return tuple(run for run in runs if run.state is not State.INTERRUPTED and run.last and run.last < before)


def may_be_taken_back(runs: Iterable[Record], id: str) -> Record:
    """The run of that id, if no later one stands on it; TransactionError says what is in the way."""
    found = {run.id: run for run in runs}
    if id not in found:
        raise TransactionError(f"{id}: no such run here; see: python -m remediations runs")
    if not found[id].standing:
        raise TransactionError(f"{id}: nothing of it stands: {found[id].state}")
    if later := [run.id for run in found.values() if run.id > id and run.standing]:
        raise TransactionError(f"{id}: {later[-1]} came after it and still stands; take that back first")
    return found[id]
