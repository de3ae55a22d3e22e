"""Shows what changed since the previous complete audit."""

import msgspec

from gate.decision import Decision
from gate.outcome import Outcome
from gate.run import Run
from gate.sample import Reading
from reports.text.words import Voice


class Moved(msgspec.Struct, frozen=True):
    """A criterion whose outcome changed."""

    id: str
    title: str
    was: Outcome
    was_word: str
    now: Outcome
    now_word: str
    figures: str


class Changed(msgspec.Struct, frozen=True):
    """The criteria whose outcome changed. `summary` is "" if there is no previous audit."""

    summary: str
    better: tuple[Moved, ...] = ()
    worse: tuple[Moved, ...] = ()


def changed(run: Run, decision: Decision, voice: Voice) -> Changed:
    """Return the criteria that are better or worse than in the previous audit, in the order of the contract."""
    last = run.history_series.last
    if last is None:
        return Changed("")
    moved = [
        _moved(id, reading, run, decision, voice)
        for id, reading in last.readings.items()
        if id in decision.results and decision.results[id].outcome is not reading.outcome
    ]
    order = list(run.contract)
    moved.sort(key=lambda one: order.index(one.id))
    better = tuple(one for one in moved if one.now.severity < one.was.severity)
    worse = tuple(one for one in moved if one.now.severity > one.was.severity)
    summary = voice.word(
        "changed-since",
        at=voice.moment(last.at),
        better=len(better),
        worse=len(worse),
        same=len(last.readings) - len(moved),
    )
    return Changed(summary, better, worse)


def _moved(id: str, was: Reading, run: Run, decision: Decision, voice: Voice) -> Moved:
    result, unit = decision.results[id], run.contract[id].bound.unit
    figures = [voice.figure(value, unit) for value in (was.value, result.value) if value is not None]
    return Moved(
        id,
        voice.title(run.contract[id]),
        was.outcome,
        voice.outcome(was.outcome),
        result.outcome,
        voice.outcome(result.outcome),
        " → ".join(figures) if len(figures) == 2 else "",
    )
