"""Decides GO or NO-GO. The decision is a pure function of a Run: it reads no clock, no file and no database.

Unknown is never a pass: a blocking criterion that is unknown, or was not judged at all, makes a GO impossible.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import IntEnum

import msgspec

from gate.contract import Basis, Impact, Kind
from gate.outcome import Outcome
from gate.resolve import COUNTS_ALL, resolve_outcomes
from gate.run import Result, Run


class Verdict(IntEnum):
    """The decision, from best to worst."""

    GO = 0
    UNDECIDED = 1
    NOT_YET = 2
    NO_GO = 3

    @property
    def status(self) -> int:
        """The exit status: 0, 10, 11 or 1. pytest uses 2 to 5 itself."""
        return {Verdict.GO: 0, Verdict.UNDECIDED: 10, Verdict.NOT_YET: 11, Verdict.NO_GO: 1}[self]

    @property
    def label(self) -> str:
        """The verdict as text: GO, UNDECIDED, NOT YET or NO-GO."""
        return {Verdict.NO_GO: "NO-GO", Verdict.NOT_YET: "NOT YET"}.get(self, self.name)


class Cause(msgspec.Struct, frozen=True):
    """Criteria that are not met for the same cause, with their outcome and the role that must act.

    It is one line of the report. Failures of one cause are one line for each role that must act; what could not be judged
    for one reason is a single line.
    """

    key: str
    outcome: Outcome
    ids: tuple[str, ...]
    owner: str


class Decision(msgspec.Struct, frozen=True):
    """The verdict with its causes. `by_plan` is the verdict on the criteria that the plan itself states.

    `causes` are those of blocking criteria, `reserves` those of all others. `earliest` is the date (ISO 8601) before
    which a GO is impossible; it is empty if that date is not known.
    """

    verdict: Verdict
    by_plan: Verdict
    causes: tuple[Cause, ...]
    reserves: tuple[Cause, ...]
    results: Mapping[str, Result]
    waived: tuple[str, ...]
    earliest: str


OF_OUTCOME = {
    **dict.fromkeys((one for one in Outcome if one.settled), Verdict.GO),
    Outcome.FAIL: Verdict.NO_GO,
    Outcome.PENDING: Verdict.NOT_YET,
    Outcome.UNKNOWN: Verdict.UNDECIDED,
    Outcome.MANUAL: Verdict.UNDECIDED,
}


def decide(run: Run) -> Decision:
    """Return the decision on `run`. Every Run has one: a criterion that was not judged is unknown."""
    results = resolve_outcomes(run)
    blocking = [id for id, criterion in run.contract.items() if criterion.blocking]
    plan = [id for id in blocking if _of_the_plan(id, run) and id != COUNTS_ALL]
    advisory = [id for id in run.contract if id not in blocking]
    return Decision(
        verdict=_verdict(run, results, blocking),
        by_plan=_verdict(run, results, plan),
        causes=_causes(run, results, blocking),
        reserves=_causes(run, results, advisory),
        results=results,
        waived=tuple(id for id in blocking if results[id].outcome is Outcome.WAIVED),
        earliest=_earliest(results[id] for id in blocking),
    )


def _of_the_plan(id: str, run: Run) -> bool:
    """Return whether the plan states the criterion itself: the contract says so, or the plan of the phase names it."""
    return run.contract[id].basis is Basis.PLAN or (run.plan is not None and run.plan.names(id))


def _verdict(run: Run, results: Mapping[str, Result], ids: Iterable[str]) -> Verdict:
    """Return the worst verdict of the criteria `ids`.

    Without any criterion the verdict is UNDECIDED. A run that changed the server is NOT YET at best, because the
    stability window starts again.
    """
    verdicts = [OF_OUTCOME[results[id].outcome] for id in ids] or [Verdict.UNDECIDED]
    return max(*verdicts, Verdict.NOT_YET if run.changed else Verdict.GO)


def _causes(run: Run, results: Mapping[str, Result], ids: Iterable[str]) -> tuple[Cause, ...]:
    """Group the unmet criteria among `ids` by cause: worst outcome first, and the worst impact first among these.

    Causes that only follow from others are left out.
    """
    groups: dict[tuple[Outcome, str, str], list[str]] = {}
    for id in ids:
        if not results[id].outcome.settled:
            key, owner = _key(run, results[id]), run.contract[id].owner
            part = owner if results[id].outcome is Outcome.FAIL else ""
            groups.setdefault((results[id].outcome, key, part), []).append(id)
    causes = [Cause(key, outcome, tuple(ids), _owner(run, key, ids)) for (outcome, key, _), ids in groups.items()]
    independent = [cause for cause in causes if not _follows(run, cause, causes)]
    return tuple(sorted(independent, key=lambda cause: (-cause.outcome.severity, _harm(run, cause))))


def _harm(run: Run, cause: Cause) -> int:
    """Return the place of the cause's worst impact in the order of Impact, 0 for the worst."""
    return min(list(Impact).index(run.contract[id].impact) for id in cause.ids)


def _follows(run: Run, cause: Cause, causes: Iterable[Cause]) -> bool:
    """Return whether `cause` only follows from others: its criteria are derived, and another cause is at least as bad.

    A failed infrastructure score does not follow from others, because it has a threshold of its own.
    """
    derived = all(run.contract[id].kind is Kind.DERIVED for id in cause.ids)
    own = cause.outcome is Outcome.FAIL and COUNTS_ALL not in cause.ids
    others = [other for other in causes if other is not cause and COUNTS_ALL not in other.ids]
    return derived and not own and any(other.outcome.severity >= cause.outcome.severity for other in others)


def _key(run: Run, result: Result) -> str:
    """Return the key by which a result is grouped: for a failure the cause of its first finding or of its criterion,
    otherwise the cause its reason names.
    """
    criterion = run.contract[result.id]
    if result.outcome is Outcome.FAIL:
        first = next((criterion.finding[one.name] for one in result.findings if criterion.fails_by(one.name)), None)
        return (first.cause if first else "") or criterion.cause or result.id
    if result.reason is None:
        return criterion.cause or result.id
    return str(result.reason.values.get("cause") or f"{result.id}")


def _owner(run: Run, key: str, ids: Iterable[str]) -> str:
    """Whose the source is that could not be asked, where the cause names one; otherwise the first criterion's."""
    owners = [run.contract[id].owner for id in ids]
    return key if key in owners else owners[0]


def _earliest(results: Iterable[Result]) -> str:
    """Return the latest date (ISO 8601) that an unmet criterion waits for, or "" if none names one."""
    open = [result.reason.values for result in results if result.reason and not result.outcome.settled]
    dates = [str(values.get("until")) for values in open]
    return max((date for date in dates if _moment(date)), key=_moment, default="")


def _moment(written: str) -> float:
    """Return the seconds since 1970, or 0 if `written` is not a date. A date without an offset counts as UTC."""
    try:
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return 0.0
