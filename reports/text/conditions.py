"""The plan's conditions for a GO, one line each: state, figure, who must act and by when."""

from collections.abc import Iterable, Sequence

import msgspec

from gate.contract import Criterion, Text
from gate.decision import Decision
from gate.derived import DECISION, progress
from gate.outcome import Outcome
from gate.people import STABLE
from gate.plan import BY_FIGURE, Condition
from gate.run import Result, Run
from reports.text.due import due
from reports.text.responsibility import person
from reports.text.words import Voice, shown

LONGEST_FIGURE = 24


class ConditionLine(msgspec.Struct, frozen=True):
    """A condition in words. `met` of its `all` blocking criteria are met; both are 0 if it only counts other criteria.

    `ids` are the criteria that are not met. `due` says by when to act, or until when the condition waits.
    """

    title: str
    outcome: Outcome
    word: str
    figure: str
    target: str
    met: int
    all: int
    people: tuple[str, ...]
    due: str
    ids: tuple[str, ...]


def conditions(run: Run, decision: Decision, voice: Voice) -> tuple[ConditionLine, ...]:
    """Return the conditions that have at least one criterion in this run, in the order of the plan.

    The last one holds the blocking criteria that no condition of the plan counts, such as those of a site.
    """
    found = [(condition, judged_by(condition, run, decision)) for condition in run.phase.conditions]
    counted = {result.id for _, results in found for result in results}
    left = [decision.results[id] for id, row in run.contract.items() if row.blocking and id not in counted]
    others = voice.word("condition-others")
    found.append((Condition(Text(others, others)), left))
    return tuple(_line(condition, results, run, decision, voice) for condition, results in found if results)


def judged_by(condition: Condition, run: Run, decision: Decision) -> list[Result]:
    """Return the results of the condition's blocking criteria, in the order of the contract."""
    return [
        decision.results[id]
        for id, criterion in run.contract.items()
        if criterion.blocking and condition.holds(id, criterion)
    ]


def _line(condition: Condition, results: Sequence[Result], run: Run, decision: Decision, voice: Voice) -> ConditionLine:
    open = [result for result in results if not result.outcome.settled]
    worst = max((result.outcome for result in results), key=lambda outcome: outcome.severity)
    if condition.derived and worst is Outcome.PASS and decision.waived:
        worst = Outcome.WAIVED
    figure, target = _figure(condition, run, decision, voice)
    counted = [] if condition.derived else results
    return ConditionLine(
        title=voice.text(condition.title),
        outcome=worst,
        word=_word(worst, voice),
        figure=figure,
        target=target,
        met=sum(result.outcome in (Outcome.PASS, Outcome.FIXED) for result in counted),
        all=len(counted),
        people=() if condition.derived else _people(open, run, decision, voice),
        due="" if condition.derived else due(open, run, voice),
        ids=tuple(result.id for result in open),
    )


def _word(worst: Outcome, voice: Voice) -> str:
    """Return “met”, or the outcome of the worst criterion."""
    return voice.word("condition-met") if worst in (Outcome.PASS, Outcome.FIXED) else voice.outcome(worst)


def _figure(condition: Condition, run: Run, decision: Decision, voice: Voice) -> tuple[str, str]:
    """Return the condition's main figure and its target, or two empty strings if it has none."""
    criterion = run.contract.get(condition.figure)
    if criterion is None:
        return "", ""
    result, target = decision.results[condition.figure], voice.bound(criterion.bound)
    if condition.derived and decision.waived:
        return _with_waivers(run, decision, voice), target
    if condition.figure == STABLE:
        result = _of_window(result)
    if result.outcome is Outcome.UNKNOWN or result.value is None:
        return voice.word("unknown-now"), target
    return kpi_now(criterion, result, voice) or voice.figure(result.value, criterion.bound.unit), target


def kpi_now(criterion: Criterion, result: Result, voice: Voice) -> str:
    """Return the figure of a line of the KPI table as the line words it; "" if it does not, or nothing was seen."""
    words = criterion.kpi.now if criterion.kpi else BY_FIGURE
    return shown(voice.text(words, result.seen), LONGEST_FIGURE) if words != BY_FIGURE and result.seen else ""


def _of_window(result: Result) -> Result:
    """Return the result with the days of its open window. Its value was seen before this run changed anything."""
    proven = result.reason.values.get("days") if result.reason else None
    return msgspec.structs.replace(result, value=float(proven)) if isinstance(proven, int | float) else result


def _with_waivers(run: Run, decision: Decision, voice: Voice) -> str:
    """Return `7/8, 1 waived`: a criterion that is waived is not met."""
    seen = progress(run.contract, decision.results)
    waived = sum(run.contract[id].chapter != DECISION for id in decision.waived)
    return voice.word("met-and-waived", met=seen.met - waived, all=seen.blocking, count=waived)


def _people(open: Iterable[Result], run: Run, decision: Decision, voice: Voice) -> tuple[str, ...]:
    """Return the names of all who must act, once each, whatever their roles: those who have the criteria in their lists."""
    acting = {id: cause.owner for cause in decision.causes for id in cause.ids}
    owners = [acting.get(result.id, run.contract[result.id].owner) for result in open]
    return tuple(dict.fromkeys(person(run, owner, voice) for owner in owners))
