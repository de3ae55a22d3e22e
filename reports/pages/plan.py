"""Compares the plan's schedule, with what was done, and its wording with the real server."""

from datetime import date, timedelta

import msgspec

from gate.decision import Decision
from gate.outcome import Outcome
from gate.plan import Departure, Task
from gate.run import Run
from reports.text.plan import beginning, last_day
from reports.text.words import Voice


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


def schedule(run: Run, decision: Decision, voice: Voice) -> tuple[Row, ...]:
    """The tasks of which this run judges anything."""
    begin = beginning(run)
    return tuple(
        _row(task, begin, run, decision, voice)
        for task in run.phase.task
        if any(id in decision.results for id in task.criteria)
    )


def _row(task: Task, begin: date | None, run: Run, decision: Decision, voice: Voice) -> Row:
    ids = tuple(id for id in task.criteria if id in decision.results)
    met = sum(decision.results[id].outcome.settled for id in ids)
    state = _state(task, run, met == len(ids))
    logged = sum(
        row.hours for row in run.people.worklog if begin and task.first <= (row.date - begin).days <= task.last
    )
    number = voice.word("plan-day" if task.first == task.last else "plan-days", first=task.first, last=task.last)
    count = task.last - task.first + 1
    return Row(
        number,
        _when(task, run, voice),
        voice.text(task.title),
        voice.figure(task.hours * count, "h"),
        voice.figure(logged, "h") if logged else "",
        f"{met}/{len(ids)}",
        met / len(ids),
        state,
        voice.word(f"task-{state}"),
        tuple(id for id in ids if not decision.results[id].outcome.settled),
    )


def _when(task: Task, run: Run, voice: Voice) -> str:
    begin, last = beginning(run), last_day(task, run)
    if last is None:
        return ""
    first = begin + timedelta(days=task.first) if begin and not task.meeting else last
    days = [voice.short_day(day) for day in (first, last)]
    return days[0] if first == last else " – ".join(days)


def _state(task: Task, run: Run, met: bool) -> str:
    """A meeting is done when it was held, which no audit before it can see."""
    begin, last, day = beginning(run), last_day(task, run), run.ended.date()
    if met and not (task.meeting and last and day <= last):
        return "done"
    if last is None:
        return "open"
    if day > last:
        return "late"
    return "open" if task.meeting or (begin and day >= begin + timedelta(days=task.first)) else "to-come"


def departures(run: Run, decision: Decision, voice: Voice) -> tuple[Apart, ...]:
    """Return the targets that this server tightened, and where the plan's own commands would miss the plan's goal."""
    known = [entry for entry in run.phase.departure if entry.criterion in decision.results]
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
