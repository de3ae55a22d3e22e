"""Criteria that follow from the others: pure functions, used by the tests that show them and by decide()."""

from collections.abc import Mapping

import msgspec

from reports.model.contract import Contract, Criterion
from reports.model.outcome import Outcome
from reports.model.run import Reason, Result, Run
from reports.model.stability import Window

DECISION = "decision"
COUNTS_ALL = "DEC-01"
DERIVED = ("INF-SCORE", "DEC-02", COUNTS_ALL)  # in this order: the last one counts the first
FAILED = (Outcome.FAIL, Outcome.WAIVED)


class Derived(msgspec.Struct, frozen=True):
    """What a derived criterion comes to, with its reason where that is neither pass nor fail."""

    outcome: Outcome
    reason: Reason | None = None

    @property
    def pending(self) -> Reason | None:
        """For judge(pending=…)."""
        return self.reason if self.outcome is Outcome.PENDING else None

    @property
    def unknown(self) -> Reason | None:
        """For judge(unknown=…)."""
        return self.reason if self.outcome is Outcome.UNKNOWN else None


class Progress(msgspec.Struct, frozen=True):
    """How much of Phase 0 is done: blocking criteria outside the decision's own chapter."""

    met: int
    blocking: int
    failing: tuple[str, ...]
    open: tuple[str, ...]

    @property
    def percent(self) -> float:
        """100 when every blocking criterion is met; 0 without any."""
        return 100 * self.met / self.blocking if self.blocking else 0.0


class Score(msgspec.Struct, frozen=True):
    """The infrastructure score as an interval: what is unknown may count as either.

    A knock-out that is still open may yet bring it to 0, so that the lowest is 0 too.
    """

    passed: int
    unknown: int
    weights: int
    knocked_out: tuple[str, ...] = ()
    open_knockouts: tuple[str, ...] = ()

    @property
    def lowest(self) -> float:
        """Out of 100, if everything unknown had failed. A knock-out brings it to 0."""
        doomed = self.knocked_out or self.open_knockouts or not self.weights
        return 0.0 if doomed else 100 * self.passed / self.weights

    @property
    def highest(self) -> float:
        """Out of 100, if everything unknown had passed."""
        return 0.0 if self.knocked_out or not self.weights else 100 * (self.passed + self.unknown) / self.weights


def progress(contract: Contract, results: Mapping[str, Result]) -> Progress:
    """Blocking criteria of the plan's chapters, met and not."""
    rows = {id: results.get(id, Result(id)).outcome for id, criterion in contract.items()
            if criterion.blocking and criterion.chapter != DECISION}
    return Progress(
        met=sum(outcome.settled for outcome in rows.values()), blocking=len(rows),
        failing=tuple(id for id, outcome in rows.items() if outcome is Outcome.FAIL),
        open=tuple(id for id, outcome in rows.items() if not outcome.settled and outcome is not Outcome.FAIL))


def score(contract: Contract, results: Mapping[str, Result]) -> Score:
    """Weights of the infrastructure criteria, passed and undecided. A waiver does not make a server sound."""
    weighty = {id: criterion for id, criterion in contract.items() if criterion.weight}
    rows = [(criterion, id, results.get(id, Result(id)).outcome) for id, criterion in weighty.items()]
    met = (Outcome.PASS, Outcome.FIXED)
    return Score(
        passed=sum(criterion.weight for criterion, _, outcome in rows if outcome in met),
        unknown=sum(criterion.weight for criterion, _, outcome in rows if outcome not in (*met, *FAILED)),
        weights=sum(criterion.weight for criterion, _, _ in rows),
        knocked_out=tuple(id for criterion, id, outcome in rows if criterion.knockout and outcome in FAILED),
        open_knockouts=tuple(id for criterion, id, outcome in rows
                             if criterion.knockout and outcome not in (*met, *FAILED)))


def judge_progress(seen: Progress) -> Derived:
    """DEC-01: all of them; a failure fails it, anything open leaves it unknown."""
    if seen.failing:
        return Derived(Outcome.FAIL)
    if seen.open or not seen.blocking:
        return Derived(Outcome.UNKNOWN, Reason("open-criteria", {"ids": seen.open}))
    return Derived(Outcome.PASS)


def judge_score(seen: Score, criterion: Criterion) -> Derived:
    """INF-SCORE: best case below the target fails, worst case at the target passes, else unknown."""
    if seen.weights and not criterion.bound.met_by(seen.highest):
        return Derived(Outcome.FAIL)
    if seen.weights and criterion.bound.met_by(seen.lowest):
        return Derived(Outcome.PASS)
    return Derived(Outcome.UNKNOWN, Reason("score-undecided", {"lowest": seen.lowest, "highest": seen.highest}))


def judge_window(window: Window | None, criterion: Criterion) -> Derived:
    """DEC-02: enough proven days pass; fewer are pending until a date; none at all is unknown."""
    needed = criterion.bound.figure
    if window is None:
        return Derived(Outcome.UNKNOWN, Reason("no-history"))
    until = window.earliest(needed).isoformat(timespec="minutes")
    if window.since is None:
        return Derived(Outcome.UNKNOWN, Reason("window-unproven", {"why": window.why, "until": until}))
    if criterion.bound.met_by(window.days):
        return Derived(Outcome.PASS)
    return Derived(Outcome.PENDING, Reason("window-open", {"why": window.why, "until": until, "days": window.days}))


def settle(run: Run) -> dict[str, Result]:
    """Results of the whole contract: fixed and waived named, the derived ones computed anew from the others."""
    results = {id: _settled(_judged(result), run) for id, result in run.complete.items()}
    for id in DERIVED:
        if id in run.contract:
            results[id] = _settled(_derived(id, run, results), run)
    return results


def _judged(result: Result) -> Result:
    """`fixed` and `waived` are computed here; where a file claims them, only what they stand on counts."""
    claimed = {Outcome.FIXED: Outcome.PASS, Outcome.WAIVED: Outcome.FAIL}
    return msgspec.structs.replace(result, outcome=claimed.get(result.outcome, result.outcome))


def _settled(result: Result, run: Run) -> Result:
    if result.outcome is Outcome.PASS and result.before is Outcome.FAIL:
        return msgspec.structs.replace(result, outcome=Outcome.FIXED)
    if result.outcome is Outcome.FAIL and run.contract[result.id].waivable and run.people.waiver(result.id):
        return msgspec.structs.replace(result, outcome=Outcome.WAIVED)
    return result


def _derived(id: str, run: Run, results: Mapping[str, Result]) -> Result:
    """What its test showed counts only where it is worse: a derived test that broke stays unknown."""
    derived, shown = derive(id, run.contract, results, _window(run)), _judged(run.complete[id])
    if shown.outcome.severity > derived.outcome.severity:
        return shown
    return msgspec.structs.replace(shown, outcome=derived.outcome, reason=derived.reason)


def _window(run: Run) -> Window | None:
    """A run that changed the server opens the window anew."""
    if run.window is None or not run.changed:
        return run.window
    return msgspec.structs.replace(run.window, since=run.ended, until=run.ended, why="change")


def derive(id: str, contract: Contract, results: Mapping[str, Result], window: Window | None) -> Derived:
    """The outcome of one derived criterion; ValueError for an id nobody can derive."""
    if id == "DEC-01":
        return judge_progress(progress(contract, results))
    if id == "INF-SCORE":
        return judge_score(score(contract, results), contract[id])
    if id == "DEC-02":
        return judge_window(window, contract[id])
    raise ValueError(f"{id}: nothing derives it")
