"""Reads the journals of runs on the host: which runs there were, and which of their steps are still in effect."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

import msgspec

from gate.command import spoken
from remediations.transaction.session import TransactionError


class State(StrEnum):
    """The state of a run of remedies, as its folder on the host records it."""

    APPLIED = "applied"
    ROLLED_BACK = "rolled back"
    EMPTY = "nothing changed"
    INTERRUPTED = "interrupted"


class Record(msgspec.Struct, frozen=True):
    """One run, with the lines of its journal as (time, what, about). Steps are numbered from 1 over all remedies of a run."""

    id: str
    lines: tuple[tuple[str, str, str], ...]

    @property
    def standing(self) -> tuple[int, ...]:
        """The steps that were begun and not undone, newest first."""
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
        """The state of the run. A run whose journal has no end was interrupted."""
        entries = [what for _, what, _ in self.lines]
        if "end" not in entries:
            return State.INTERRUPTED
        if self.standing:
            return State.APPLIED
        return State.ROLLED_BACK if "before" in entries else State.EMPTY

    @property
    def who(self) -> str:
        """Who started the run, as user@machine."""
        return next((about for _, what, about in self.lines if what == "begin"), "?")

    @property
    def remedies(self) -> tuple[str, ...]:
        """The remedies that the run began to apply."""
        return tuple(about for _, what, about in self.lines if what == "remedy")


def read_journals(lines: Iterable[str]) -> tuple[Record, ...]:
    """Parse the output of `journals` in session.sh, oldest run first. A line that a crash cut off is ignored."""
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
    """Return the interrupted runs, newest first, which is the order in which they must be undone."""
    return tuple(sorted((run for run in runs if run.state is State.INTERRUPTED), key=lambda run: run.id, reverse=True))


def prunable(runs: Iterable[Record], before: datetime) -> tuple[Record, ...]:
    """Runs whose last line is older than that moment. One that has no end stays: the next `--fix` takes it back."""
    return tuple(run for run in runs if run.state is not State.INTERRUPTED and run.last and run.last < before)


def may_be_taken_back(runs: Iterable[Record], id: str) -> Record:
    """Return the run with that id. Raises TransactionError if it does not exist, has no step in effect, or a later one has."""
    found = {run.id: run for run in runs}
    if id not in found:
        raise TransactionError(f"{id}: no such run here; see: {spoken('python -m remediations')} runs")
    if not found[id].standing:
        raise TransactionError(f"{id}: none of its steps is in effect: {found[id].state}")
    if later := [run.id for run in found.values() if run.id > id and run.standing]:
        raise TransactionError(f"{id}: {later[-1]} came after it and is still in effect; take that back first")
    return found[id]
