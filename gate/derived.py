"""Judges the criteria that follow from other criteria.

The tests that show them and gate.resolve use the same functions.
"""

from collections.abc import Mapping

import msgspec

from gate.contract import Basis, Contract, Criterion
from gate.outcome import Outcome
from gate.run import Reason, Result
from gate.stability import NOBODY_LOOKED, UNWATCHED, Window

DECISION = "decision"
FAILED = (Outcome.FAIL, Outcome.WAIVED)


class Derived(msgspec.Struct, frozen=True):
    """The outcome of a derived criterion, with a reason if it is neither pass nor fail."""

    outcome: Outcome
    reason: Reason | None = None

    @property
    def pending(self) -> Reason | None:
        """The reason if the outcome is pending, otherwise None; the argument `pending` of judge()."""
        return self.reason if self.outcome is Outcome.PENDING else None

    @property
    def unknown(self) -> Reason | None:
        """The reason if the outcome is unknown, otherwise None; the argument `unknown` of judge()."""
        return self.reason if self.outcome is Outcome.UNKNOWN else None


class PhaseProgress(msgspec.Struct, frozen=True):
    """How many blocking criteria are met, without those of the decision's own chapter; with the ids of failed and open
    ones.
    """

    met: int
    blocking: int
    failing: tuple[str, ...]
    open: tuple[str, ...]

    @property
    def percent(self) -> float:
        """The share of blocking criteria that are met, in percent; 0 if there are none."""
        return 100 * self.met / self.blocking if self.blocking else 0.0


class Score(msgspec.Struct, frozen=True):
    """The infrastructure score as an interval, because an unknown criterion may turn out either way.

    `passed`, `unknown` and `weights` are sums of points. While the outcome of a knock-out criterion is open, it may
    still set the score to 0, so that the lowest value is 0. `left_out` are the points of criteria that do not apply
    (`inapplicable`); they count neither way. `site_points` are those of the site's own criteria, among `weights`; they
    can lower the score and never raise it, so that it is at most what the other criteria alone come to (`ours_lowest`,
    `ours_highest`).
    """

    passed: int
    unknown: int
    weights: int
    knocked_out: tuple[str, ...] = ()
    open_knockouts: tuple[str, ...] = ()
    inapplicable: tuple[str, ...] = ()
    left_out: int = 0
    site_points: int = 0
    ours_lowest: float = 100.0
    ours_highest: float = 100.0

    @property
    def lowest(self) -> float:
        """The score out of 100 if every unknown criterion had failed. It is 0 if a knock-out failed or is open."""
        doomed = self.knocked_out or self.open_knockouts or not self.weights
        return 0.0 if doomed else min(self.ours_lowest, 100 * self.passed / self.weights)

    @property
    def highest(self) -> float:
        """The score out of 100 if every unknown criterion had passed. It is 0 if a knock-out failed."""
        if self.knocked_out or not self.weights:
            return 0.0
        return min(self.ours_highest, 100 * (self.passed + self.unknown) / self.weights)


def progress(contract: Contract, results: Mapping[str, Result]) -> PhaseProgress:
    """Count the blocking criteria outside the decision's own chapter, met and not met."""
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
    """Add up the weights of the infrastructure criteria.

    A waived criterion counts as failed: a waiver does not mend a server. Points of the site's own criteria renormalise
    the score, as far as they lower it.
    """
    ours = {id: criterion for id, criterion in contract.items() if criterion.basis is not Basis.SITE}
    alone, every = _score(ours, results), _score(contract, results)
    if not (points := every.weights - alone.weights):
        return every
    return msgspec.structs.replace(every, site_points=points, ours_lowest=alone.lowest, ours_highest=alone.highest)


def _score(contract: Contract, results: Mapping[str, Result]) -> Score:
    every = [(criterion, results.get(id, Result(id))) for id, criterion in contract.items() if criterion.weight]
    rows = [(criterion, result) for criterion, result in every if result.outcome is not Outcome.NOT_APPLICABLE]
    absent = [(criterion, result) for criterion, result in every if result.outcome is Outcome.NOT_APPLICABLE]
    met = (Outcome.PASS, Outcome.FIXED)
    opened = [(criterion, result) for criterion, result in rows if result.outcome not in (*met, *FAILED)]
    return Score(
        passed=sum(criterion.weight for criterion, result in rows if result.outcome in met),
        unknown=sum(criterion.weight for criterion, _ in opened),
        weights=sum(criterion.weight for criterion, _ in rows),
        knocked_out=tuple(result.id for criterion, result in rows if _knocks_out(criterion, result)),
        open_knockouts=tuple(result.id for criterion, result in opened if criterion.may_knock_out),
        inapplicable=tuple(result.id for _, result in absent),
        left_out=sum(criterion.weight for criterion, _ in absent),
    )


def _knocks_out(criterion: Criterion, result: Result) -> bool:
    """Return whether the result is a knock-out: the criterion failed and is one, or one of its findings is."""
    named = [criterion.finding.get(finding.name) for finding in result.findings]
    return result.outcome in FAILED and (
        criterion.knockout or any(text is not None and text.knockout for text in named)
    )


def judge_progress(seen: PhaseProgress) -> Derived:
    """Judge DEC-01. It passes if every blocking criterion is met, fails if one fails, and is unknown otherwise."""
    if seen.failing:
        return Derived(Outcome.FAIL)
    if seen.open or not seen.blocking:
        return Derived(Outcome.UNKNOWN, Reason("open-criteria", {"ids": seen.open}))
    return Derived(Outcome.PASS)


def judge_score(seen: Score, criterion: Criterion) -> Derived:
    """Judge INF-SCORE.

    It fails if the highest possible score misses the target, passes if the lowest meets it, else is unknown.
    """
    if seen.weights and not criterion.bound.met_by(seen.highest):
        return Derived(Outcome.FAIL)
    if seen.weights and criterion.bound.met_by(seen.lowest):
        return Derived(Outcome.PASS)
    return Derived(Outcome.UNKNOWN, Reason("score-undecided", {"lowest": seen.lowest, "highest": seen.highest}))


def judge_window(window: Window | None, criterion: Criterion) -> Derived:
    """Judge DEC-02. It passes with enough proven days, is pending with fewer, and unknown without a history."""
    needed = criterion.bound.figure
    if window is None:
        return Derived(Outcome.UNKNOWN, Reason("no-history"))
    until = window.earliest(needed).isoformat(timespec="minutes")
    values = {"why": window.why, "what": window.what, "needed": needed, "until": until, "days": window.days}
    if not window.days:
        cause = {"cause": UNWATCHED} if window.why in NOBODY_LOOKED else {}
        return Derived(Outcome.PENDING, Reason("window-unproven", {**values, **cause}))
    if criterion.bound.met_by(window.days):
        return Derived(Outcome.PASS)
    return Derived(Outcome.PENDING, Reason("window-open", values))
