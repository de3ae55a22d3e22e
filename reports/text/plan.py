"""Reads the plan: its tasks by day, the conditions of its decision, and where its wording and a server differ."""

import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import msgspec

from gate.contract import Text
from gate.run import Run

FILE = Path(__file__).parent / "plan.toml"


class Task(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the plan's schedule: its first and last day since the start, hours per day, and the criteria that show it is
    done. A task with `meeting` ends on the day of the target's meeting.
    """

    first: int
    last: int
    hours: float
    title: Text
    criteria: tuple[str, ...]
    meeting: bool = False


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A condition of the plan's decision: the chapters or criteria that judge it, and the criterion with its main figure.

    A `derived` condition only counts the criteria of the others, and is not counted itself.
    """

    title: Text
    chapters: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    figure: str = ""
    derived: bool = False


class Departure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence of the plan, and what following it means on a real server."""

    criterion: str
    plan: Text
    real: Text


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of plan.toml."""

    condition: tuple[Condition, ...]
    task: tuple[Task, ...]
    departure: tuple[Departure, ...]


@cache
def plan() -> Plan:
    """Return the content of plan.toml."""
    return msgspec.convert(tomllib.loads(FILE.read_text(encoding="utf-8")), Plan)


def beginning(run: Run) -> date | None:
    """Return the first day of the plan's week; None if the target has none."""
    return date.fromisoformat(run.target.plan_start) if run.target.plan_start else None


def meeting(run: Run) -> date | None:
    """Return the day of the meeting; None if the target has none."""
    return date.fromisoformat(run.target.meeting) if run.target.meeting else None


def last_day(task: Task, run: Run) -> date | None:
    """Return the day by which the plan wants the task done; None if the target has no dates."""
    if task.meeting and run.target.meeting:
        return meeting(run)
    begin = beginning(run)
    return begin + timedelta(days=task.last) if begin else None
