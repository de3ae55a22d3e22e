"""Who must act on a criterion that is not met, and how."""

import msgspec

from reports.decision import Cause, Decision
from reports.model.outcome import Outcome
from reports.model.run import Result, Run
from reports.words import Voice, shown

LONGEST_NAME = 60


class Line(msgspec.Struct, frozen=True):
    """One cause: the criteria it holds back, what was seen, who acts and how."""

    outcome: Outcome
    ids: tuple[str, ...]
    said: str
    owner: str
    todo: str


def line_of(run: Run, decision: Decision, cause: Cause, voice: Voice) -> Line:
    """A cause in words: its first criterion speaks for all of them. What is not judged says why, and no more."""
    first = cause.ids[0]
    result = decision.results[first]
    judged = result.outcome is Outcome.FAIL or result.reason is None
    said = voice.told(run.contract[first], result) if judged else voice.reason(result)
    return Line(cause.outcome, cause.ids, said,
                owner(run, cause.owner, voice), todo(run, result, voice))


def owner(run: Run, key: str, voice: Voice) -> str:
    """Who answers for a criterion: the name the target gives, and the role."""
    role = voice.say("owner", key) if voice.knows("owner", key) else shown(key)
    name = run.target.owners.get(key, "")
    return voice.word("named", name=shown(name, LONGEST_NAME), role=role) if name else voice.word("nobody", role=role)


def todo(run: Run, result: Result, voice: Voice) -> str:
    """The next command: the contract's for a failure, the cure of the reason for everything else."""
    criterion = run.contract[result.id]
    if result.outcome is not Outcome.FAIL and result.reason and voice.knows("cure", result.reason.code):
        values = {**result.reason.values, "id": result.id, "target": run.target.name}
        return voice.say("cure", result.reason.code, values)
    said = voice.text(criterion.next, result.seen)
    if result.outcome is Outcome.FAIL and criterion.remedy and not run.replayed_from:
        said += voice.semicolon + voice.word("remedy-offer", remedy=criterion.remedy, target=run.target.name)
    return said
