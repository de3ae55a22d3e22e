"""Puts into words what is new or worse since the baseline of a run."""

import msgspec

from gate.decision import Decision
from gate.run import Run
from reports.text.comparison import Moved, moves, readings
from reports.text.words import Voice, shown


class Since(msgspec.Struct, frozen=True):
    """What is worse than in the baseline, and what is open of what the baseline did not judge.

    `summary` is "" if the run has no baseline.
    """

    summary: str = ""
    worse: tuple[Moved, ...] = ()
    new: tuple[Moved, ...] = ()

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Each criterion with its outcomes, figures and title on one line."""
        return tuple((one.id, _line(one)) for one in (*self.worse, *self.new))


def since(run: Run, decision: Decision, voice: Voice) -> Since:
    """Return what is new or worse since the baseline of a run, in the order of the contract."""
    base = run.baseline
    if base is None:
        return Since()
    found = moves(base.readings, readings(decision.results), run.contract, voice)
    new = tuple(one for one in found.new if one.now is not None and not one.now.settled)
    said = voice.word(
        "baseline",
        title=shown(base.title),
        at=voice.moment(base.at),
        verdict=base.verdict,
        worse=len(found.worse),
        new=len(new),
    )
    unnamed = "" if base.named else voice.word("compared-unnamed")
    later = voice.word("baseline-later") if base.at > run.ended else ""
    return Since(" ".join(filter(None, (said, unnamed, later))), found.worse, new)


def _line(one: Moved) -> str:
    outcomes = " → ".join(dict.fromkeys(filter(None, (one.was_word, one.now_word))))
    return f"{', '.join(filter(None, (outcomes, one.figures)))}{' · ' if one.title else ''}{one.title}"
