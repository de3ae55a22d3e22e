"""Criteria that follow from the others: pure functions, used by the tests that show them and by decide()."""

from collections.abc import Mapping

import msgspec

from gate.contract import Contract, Criterion
from gate.outcome import Outcome
from gate.run import Reason, Result
from gate.stability import NOBODY_LOOKED, UNWATCHED, Window

DECISION = "decision"
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


class PhaseProgress(msgspec.Struct, frozen=True):
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


def progress(contract: Contract, results: Mapping[str, Result]) -> PhaseProgress:
    """Blocking criteria of the plan's chapters, met and not."""
    rows = {
        id: results.get(id, Result(id)).outcome
        for id, criterion in contract.items()
        if criterion.blocking and criterion.chapter != DECISION
    }
    return PhaseProgress(
        met=sum(outcome.settled for outcome in rows.values()),
        blocking=len(rows),
        failing=tuple(id for id, outcome in rows.items() if outcome is Outcome.FAIL),
        open=tuple(id for id, outcome in rows.items() if not outcome.settled and outcome is not Outcome.FAIL),
    )


def score(contract: Contract, results: Mapping[str, Result]) -> Score:
    """Weights of the infrastructure criteria, passed and undecided. A waiver does not make a server sound."""
    rows = [(criterion, results.get(id, Result(id))) for id, criterion in contract.items() if criterion.weight]
    met = (Outcome.PASS, Outcome.FIXED)
    opened = [(criterion, result) for criterion, result in rows if result.outcome not in (*met, *FAILED)]
    return Score(
        passed=sum(criterion.weight for criterion, result in rows if result.outcome in met),
        unknown=sum(criterion.weight for criterion, _ in opened),
        weights=sum(criterion.weight for criterion, _ in rows),
        knocked_out=tuple(result.id for criterion, result in rows if _knocks_out(criterion, result)),
        open_knockouts=tuple(result.id for criterion, result in opened if criterion.may_knock_out),
    )


def _knocks_out(criterion: Criterion, result: Result) -> bool:
    """It failed as a whole, or by one of the findings that count so."""
    named = [criterion.finding.get(finding.name) for finding in result.findings]
    return result.outcome in FAILED and (
        criterion.knockout or any(text is not None and text.knockout for text in named)
    )


def judge_progress(seen: PhaseProgress) -> Derived:
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
    told = {"why": window.why, "what": window.what, "needed": needed, "until": until}
    if window.since is None:
        cause = {"cause": UNWATCHED} if window.why in NOBODY_LOOKED else {}
        return Derived(Outcome.UNKNOWN, Reason("window-unproven", {**told, **cause}))
    if criterion.bound.met_by(window.days):
        return Derived(Outcome.PASS)
    return Derived(Outcome.PENDING, Reason("window-open", {**told, "days": window.days}))
