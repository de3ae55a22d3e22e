"""Results as they stand at the end: fixed and waived named, the derived ones computed anew from the others."""

from collections.abc import Mapping

import msgspec

from gate.contract import Contract, Criterion
from gate.derived import Derived, judge_progress, judge_score, judge_window, progress, score
from gate.outcome import Outcome
from gate.people import waiver_void
from gate.run import NOT_JUDGED, Reason, Result, Run
from gate.stability import Window

COUNTS_ALL = "DEC-01"
SHOWN = ("lab", "demo")  # kinds of targets nobody relies on: made-up samples may count there
DERIVED = ("INF-SCORE", "DEC-02", COUNTS_ALL)  # in this order: the last one counts the first


def resolve_outcomes(run: Run) -> dict[str, Result]:
    """Results of the whole contract: fixed and waived named, the derived ones computed anew from the others."""
    results = {id: _resolved(_judged(result, run.contract[id]), run) for id, result in run.complete.items()}
    for id in DERIVED:
        if id in run.contract:
            results[id] = _resolved(_derived(id, run, results), run)
    return results


def _judged(result: Result, criterion: Criterion) -> Result:
    """`fixed` and `waived` are computed here; where a file claims them or a pass, only what they stand on counts."""
    claimed = {Outcome.FIXED: Outcome.PASS, Outcome.WAIVED: Outcome.FAIL}
    result = msgspec.structs.replace(result, outcome=claimed.get(result.outcome, result.outcome))
    if result.outcome is Outcome.PASS and not _stands(result, criterion):
        return msgspec.structs.replace(result, outcome=Outcome.UNKNOWN, reason=Reason("contradicted"))
    return result


def _stands(result: Result, criterion: Criterion) -> bool:
    """There is a figure, it meets the target, and nothing was found that fails the criterion."""
    found = [criterion.finding.get(finding.name) for finding in result.findings]
    met = result.value is not None and criterion.bound.met_by(result.value)
    return met and not any(text is None or text.failing for text in found)


def _resolved(result: Result, run: Run) -> Result:
    if result.outcome is Outcome.PASS and result.before is Outcome.FAIL:
        return msgspec.structs.replace(result, outcome=Outcome.FIXED)
    waiver = run.people.waiver(result.id)
    valid = waiver is not None and not waiver_void(waiver, run.contract, run.ended)
    return (
        msgspec.structs.replace(result, outcome=Outcome.WAIVED) if valid and result.outcome is Outcome.FAIL else result
    )


def _derived(id: str, run: Run, results: Mapping[str, Result]) -> Result:
    """What its test showed counts only where it is worse: a derived test that broke stays unknown."""
    derived, shown = derive(id, run.contract, results, window_of(run)), _judged(run.complete[id], run.contract[id])
    if shown.outcome.severity > derived.outcome.severity:
        return shown
    blind = run.window is None and id == "DEC-02"
    if blind and shown.outcome is derived.outcome and shown.reason not in (None, NOT_JUDGED):
        return shown  # its own reason says more: what could not be asked
    return msgspec.structs.replace(shown, outcome=derived.outcome, reason=derived.reason)


def window_of(run: Run) -> Window | None:
    """What the window proves: a run that changed the server opens it anew, and no server is stable by made-up samples."""
    if run.window is None:
        return None
    if run.window.synthetic and run.target.kind not in SHOWN:
        return msgspec.structs.replace(run.window, since=None, why="synthetic")
    if run.changed:
        return msgspec.structs.replace(run.window, since=run.ended, until=run.ended, why="change")
    return run.window


def derive(id: str, contract: Contract, results: Mapping[str, Result], window: Window | None) -> Derived:
    """The outcome of one derived criterion; ValueError for an id nobody can derive."""
    if id == "DEC-01":
        return judge_progress(progress(contract, results))
    if id == "INF-SCORE":
        return judge_score(score(contract, results), contract[id])
    if id == "DEC-02":
        return judge_window(window, contract[id])
    raise ValueError(f"{id}: nothing derives it")
