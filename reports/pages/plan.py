"""Compares the plan's schedule, the days J0 to J7, with what was done, and its wording with the real server."""

import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import msgspec

from gate.contract import Text
from gate.decision import Decision
from gate.outcome import Outcome
from gate.run import Run
from reports.text.words import Voice

FILE = Path(__file__).parent / "plan.toml"


class Task(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the plan's schedule: its first and last day since the start, hours per day, and the criteria that show
    it is done.
    """

    first: int
    last: int
    hours: float
    title: Text
    criteria: tuple[str, ...]


class Departure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence of the plan, and what following it means on a real server."""

    criterion: str
    plan: Text
    real: Text


class PlanFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of plan.toml."""

    task: tuple[Task, ...]
    departure: tuple[Departure, ...]


class Row(msgspec.Struct, frozen=True):
    """A task as it stands today. `share` is the part of its criteria that are met; `state` is done, open, late or to-come."""

    day: str
    when: str
    title: str
    hours: str
    logged: str
    met: str
    share: float
    state: str
    word: str
    ids: tuple[str, ...]


class Apart(msgspec.Struct, frozen=True):
    """A departure with its criterion and the outcome. The outcome is "" for a target that this server tightened."""

    id: str
    plan: str
    real: str
    outcome: str = ""
    word: str = ""


@cache
def plan() -> PlanFile:
    """Return the content of plan.toml."""
    return msgspec.convert(tomllib.loads(FILE.read_text(encoding="utf-8")), PlanFile)


def schedule(run: Run, decision: Decision, voice: Voice) -> tuple[Row, ...]:
    """Return the tasks that have at least one criterion in this run."""
    begin = date.fromisoformat(run.target.plan_start) if run.target.plan_start else None
    return tuple(
        _row(task, begin, run, decision, voice)
        for task in plan().task
        if any(id in decision.results for id in task.criteria)
    )


def _row(task: Task, begin: date | None, run: Run, decision: Decision, voice: Voice) -> Row:
    ids = tuple(id for id in task.criteria if id in decision.results)
    met = sum(decision.results[id].outcome.settled for id in ids)
    state = _state(task, begin, run.ended.date(), met == len(ids))
    logged = sum(
        row.hours for row in run.people.worklog if begin and task.first <= (row.date - begin).days <= task.last
    )
    number = f"J{task.first}" if task.first == task.last else f"J{task.first}–J{task.last}"
    count = task.last - task.first + 1
    return Row(
        number,
        _when(task, begin, voice),
        voice.text(task.title),
        voice.figure(task.hours * count, "h"),
        voice.figure(logged, "h") if logged else "–",
        f"{met}/{len(ids)}",
        met / len(ids),
        state,
        voice.word(f"task-{state}"),
        tuple(id for id in ids if not decision.results[id].outcome.settled),
    )


def _when(task: Task, begin: date | None, voice: Voice) -> str:
    if begin is None:
        return ""
    first, last = (voice.short_day(begin + timedelta(days=number)) for number in (task.first, task.last))
    return first if first == last else f"{first} – {last}"


def _state(task: Task, begin: date | None, today: date, done: bool) -> str:
    if done:
        return "done"
    if begin is None:
        return "open"
    if today > begin + timedelta(days=task.last):
        return "late"
    return "open" if today >= begin + timedelta(days=task.first) else "to-come"


def departures(run: Run, decision: Decision, voice: Voice) -> tuple[Apart, ...]:
    """Return the targets that this server tightened, and where the plan's own commands would miss the plan's goal."""
    known = [entry for entry in plan().departure if entry.criterion in decision.results]
    own = [
        Apart(
            id,
            voice.word("contract-figure", target=before),
            voice.word("target-figure", target=run.contract[id].target),
        )
        for id, before in run.target.tightened.items()
        if id in run.contract
    ]
    return (*own, *(_apart(entry, decision.results[entry.criterion].outcome, voice) for entry in known))


def _apart(entry: Departure, outcome: Outcome, voice: Voice) -> Apart:
    return Apart(entry.criterion, voice.text(entry.plan), voice.text(entry.real), outcome, voice.outcome(outcome))
