"""Shows what changed since the previous complete audit."""

import msgspec

from gate.decision import Decision
from gate.run import Run
from reports.text.comparison import Moves, moves, readings
from reports.text.words import Voice


class Changed(msgspec.Struct, frozen=True):
    """What differs from the previous complete audit. `summary` is "" if there is none."""

    summary: str
    moves: Moves = Moves()


def changed(run: Run, decision: Decision, voice: Voice) -> Changed:
    """Return what differs from the previous audit, in the order of the contract.

    Only what both audits judged is compared: an audit without drills has no result of them.
    """
    last = run.history_series.last
    if last is None:
        return Changed("")
    now = readings(decision.results)
    both = [id for id in run.contract if id in now and id in last.readings]
    found = moves({id: last.readings[id] for id in both}, {id: now[id] for id in both}, run.contract, voice)
    summary = voice.word(
        "changed-since",
        at=voice.moment(last.at),
        better=len(found.better),
        worse=len(found.worse),
        same=found.same + len(found.moved),
    )
    return Changed(summary, found)
