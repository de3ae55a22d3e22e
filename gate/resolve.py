"""Computes the final results of a run: adds `fixed` and `waived`, and computes the derived criteria from the others."""

from collections.abc import Mapping

import msgspec

from gate.contract import Contract, Criterion
from gate.derived import Derived, judge_progress, judge_score, judge_window, progress, score
from gate.objects import resolve_objects
from gate.outcome import Outcome
from gate.people import waiver_void
from gate.run import NOT_JUDGED, Reason, Result, Run
from gate.stability import Window

COUNTS_ALL = "DEC-01"
SHOWN = ("lab", "demo")  # kinds of targets for which synthetic samples may count
DERIVED = ("INF-SCORE", "DEC-02", COUNTS_ALL)  # in this order, because the last counts the other two


def resolve_outcomes(run: Run) -> dict[str, Result]:
    """Return the final result of every criterion of the contract."""
    results = {id: _resolved(_judged(result, run.contract[id]), run) for id, result in run.complete.items()}
    for id in DERIVED:
        if id in run.contract:
            results[id] = _resolved(_derived(id, run, results), run)
    return results


def resolve_outcome(result: Result, run: Run) -> Result:
    """Return the final result of the criterion of `result`: of the whole run where it is derived from others."""
    if result.id not in run.contract:
        return result
    if result.id in DERIVED:
        return resolve_outcomes(run)[result.id]
    return _resolved(_judged(run.results.get(result.id, result), run.contract[result.id]), run)


def _judged(result: Result, criterion: Criterion) -> Result:
    """Return the result as a test could have judged it.

    A stored `fixed` or `waived` is reduced to the pass or fail it rests on. A pass that its own figure or findings
    contradict is unknown, and so is “not applicable” for a criterion that is not optional.
    """
    claimed = {Outcome.FIXED: Outcome.PASS, Outcome.WAIVED: Outcome.FAIL}
    result = msgspec.structs.replace(result, outcome=claimed.get(result.outcome, result.outcome))
    unfounded = result.outcome is Outcome.PASS and not _stands(result, criterion)
    if unfounded or (result.outcome is Outcome.NOT_APPLICABLE and not criterion.optional):
        return msgspec.structs.replace(result, outcome=Outcome.UNKNOWN, reason=Reason("contradicted"))
    return result


def _stands(result: Result, criterion: Criterion) -> bool:
    """Return whether the figure meets the target and no finding fails the criterion."""
    found = [criterion.finding.get(finding.name) for finding in result.findings]
    met = result.value is not None and criterion.bound.met_by(result.value)
    return met and not any(text is None or text.failing for text in found)


def _resolved(result: Result, run: Run) -> Result:
    if result.outcome is Outcome.PASS and result.before is Outcome.FAIL:
        return msgspec.structs.replace(result, outcome=Outcome.FIXED)
    if result.outcome is not Outcome.FAIL:
        return result
    waiver = run.people.waiver(result.id)
    if waiver is not None and not waiver_void(waiver, run.contract, run.ended):
        return msgspec.structs.replace(result, outcome=Outcome.WAIVED)
    own = [one for one in run.people.object_waivers(result.id) if not waiver_void(one, run.contract, run.ended)]
    return resolve_objects(result, run.contract[result.id], own) if own else result


def _derived(id: str, run: Run, results: Mapping[str, Result]) -> Result:
    """Return the computed result, or what the test recorded if that is worse: a derived test that broke stays unknown."""
    derived, shown = derive(id, run.contract, results, window_of(run)), _judged(run.complete[id], run.contract[id])
    if shown.outcome.severity > derived.outcome.severity:
        return shown
    blind = run.window is None and id == "DEC-02"
    if blind and shown.outcome is derived.outcome and shown.reason not in (None, NOT_JUDGED):
        return shown  # the recorded reason is more precise
    return msgspec.structs.replace(shown, outcome=derived.outcome, reason=derived.reason)


def window_of(run: Run) -> Window | None:
    """Return the window as far as it proves anything for this run.

    A run that changed the server restarts it, and synthetic samples prove nothing about a real server.
    """
    if run.window is None:
        return None
    if run.window.synthetic and run.target.kind not in SHOWN:
        return msgspec.structs.replace(run.window, since=None, why="synthetic")
    if run.changed:
        return msgspec.structs.replace(run.window, since=run.ended, until=run.ended, why="change")
    return run.window


def derive(id: str, contract: Contract, results: Mapping[str, Result], window: Window | None) -> Derived:
    """Return the outcome of a derived criterion. Raises ValueError if `id` is not one of DERIVED."""
    if id == "DEC-01":
        return judge_progress(progress(contract, results))
    if id == "INF-SCORE":
        return judge_score(score(contract, results), contract[id])
    if id == "DEC-02":
        return judge_window(window, contract[id])
    raise ValueError(f"{id}: not a derived criterion")
