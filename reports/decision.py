"""GO or NO-GO: a pure function of a Run. It reads no clock, no file and no database."""

from collections.abc import Iterable, Mapping
from enum import IntEnum

import msgspec

from reports.model.contract import Basis, Kind
from reports.model.derived import settle
from reports.model.outcome import Outcome
from reports.model.run import Result, Run


class Verdict(IntEnum):
    """The decision, from best to worst; `status` is the exit status."""

    GO = 0
    UNDECIDED = 1
    NOT_YET = 2
    NO_GO = 3

    @property
    def status(self) -> int:
        """0, 10, 11 or 1: pytest keeps 2 to 5 for itself."""
        return {Verdict.GO: 0, Verdict.UNDECIDED: 10, Verdict.NOT_YET: 11, Verdict.NO_GO: 1}[self]

    @property
    def said(self) -> str:
        """GO, UNDECIDED, NOT YET or NO-GO."""
        return {Verdict.NO_GO: "NO-GO", Verdict.NOT_YET: "NOT YET"}.get(self, self.name)


class Cause(msgspec.Struct, frozen=True):
    """One line of the reasons: criteria that came out badly for the same cause, and who must act."""

    key: str
    outcome: Outcome
    ids: tuple[str, ...]
    owner: str


class Decision(msgspec.Struct, frozen=True):
    """The verdict with its reasons. `by_plan` is the verdict on the plan's own criteria alone."""

    verdict: Verdict
    by_plan: Verdict
    causes: tuple[Cause, ...]
    reserves: tuple[Cause, ...]
    results: Mapping[str, Result]
    waived: tuple[str, ...]
    earliest: str


OF_OUTCOME = {Outcome.FAIL: Verdict.NO_GO, Outcome.PENDING: Verdict.NOT_YET,
              Outcome.UNKNOWN: Verdict.UNDECIDED, Outcome.MANUAL: Verdict.UNDECIDED}


def decide(run: Run) -> Decision:
    """Total: every Run has a decision, and what was not judged is unknown."""
    results = settle(run)
    blocking = [id for id, criterion in run.contract.items() if criterion.blocking]
    plan = [id for id in blocking if run.contract[id].basis is Basis.PLAN]
    advisory = [id for id in run.contract if id not in blocking]
    return Decision(
        verdict=_verdict(run, results, blocking), by_plan=_verdict(run, results, plan),
        causes=_causes(run, results, blocking), reserves=_causes(run, results, advisory), results=results,
        waived=tuple(id for id in blocking if results[id].outcome is Outcome.WAIVED), earliest=_earliest(results))


def _verdict(run: Run, results: Mapping[str, Result], ids: Iterable[str]) -> Verdict:
    """The worst of all. No criteria at all prove nothing; a run that changed the server reopens the window."""
    verdicts = [OF_OUTCOME.get(results[id].outcome, Verdict.GO) for id in ids] or [Verdict.UNDECIDED]
    changed = any(intervention.state != "planned" for intervention in run.interventions)
    return max(*verdicts, Verdict.NOT_YET if changed else Verdict.GO)


def _causes(run: Run, results: Mapping[str, Result], ids: Iterable[str]) -> tuple[Cause, ...]:
    """Grouped, worst first; derived criteria only speak when nothing else explains them."""
    groups: dict[tuple[Outcome, str, str], list[str]] = {}
    for id in ids:
        if not results[id].outcome.settled:
            criterion = run.contract[id]
            groups.setdefault((results[id].outcome, _key(run, results[id]), criterion.owner), []).append(id)
    causes = [Cause(key, outcome, tuple(ids), owner) for (outcome, key, owner), ids in groups.items()]
    direct = [cause for cause in causes if not _only_derived(run, cause)]
    return tuple(sorted(direct or causes, key=lambda cause: -cause.outcome.severity))


def _only_derived(run: Run, cause: Cause) -> bool:
    return all(run.contract[id].kind is Kind.DERIVED for id in cause.ids)


def _key(run: Run, result: Result) -> str:
    """Failures group by the contract's cause, everything else by the reason and what it names."""
    if result.outcome is Outcome.FAIL or result.reason is None:
        return run.contract[result.id].cause or result.id
    return str(result.reason.values.get("cause") or f"{result.id}")


def _earliest(results: Mapping[str, Result]) -> str:
    """The latest of the dates that open criteria wait for, ISO 8601, or nothing."""
    dates = [str(result.reason.values["until"]) for result in results.values()
             if result.reason and "until" in result.reason.values and not result.outcome.settled]
    return max(dates, default="")
