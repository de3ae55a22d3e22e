"""Makes the row of a server from its run, and carries earlier rows into a new round."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from fleet.inventory.inventory import Fleet, Server
from fleet.round import Judged, Known, Label, Missing, Moved, Round, Row, SharedCause
from gate.comparison import compare
from gate.decision import Cause, Decision, Verdict, decide
from gate.outcome import Outcome
from gate.run import Intervention, Reason, Result, Run
from gate.sample import Reading


class Heard(msgspec.Struct, frozen=True):
    """What one attempt to audit a server gave: what its run says, with its criteria, or why there is no result.

    `changes` holds what `--fix` planned or did, and `worse` the criteria that passed before it and do not since.
    """

    judged: Judged | None = None
    criteria: Mapping[str, Known] = {}
    missing: Missing | None = None
    detail: str = ""
    changes: tuple[Intervention, ...] = ()
    worse: tuple[str, ...] = ()


def heard(run: Run, at: datetime) -> Heard:
    """Return what a run says of its server. `at` is when it was made: a recording is as old as its judgement."""
    decision = decide(run)
    criteria = {id: Known(row.title, row.chapter, row.target, row.remedy) for id, row in run.contract.items()}
    return Heard(judged(run, decision, at), criteria, changes=run.interventions, worse=lost(run))


def lost(run: Run) -> tuple[str, ...]:
    """Return the criteria that passed before the remedies of a run, and fail or are unknown since."""
    worse = (Outcome.FAIL, Outcome.UNKNOWN)
    return tuple(id for id, one in run.results.items() if one.before is Outcome.PASS and one.outcome in worse)


def judged(run: Run, decision: Decision, at: datetime) -> Judged:
    """Return what the fleet keeps of a run."""
    open = {id: one.outcome for id, one in decision.results.items() if not one.outcome.settled}
    reached = bool(run.account or run.replayed_from)
    return Judged(
        at=at,
        verdict=decision.verdict.label,  # type: ignore[arg-type]  # a label is one of the four words
        kind=run.target.kind,
        met=len(decision.results) - len(open),
        open=open,
        blocking=sum(run.contract[id].blocking for id in open),
        causes=tuple(_cause(run, decision, cause) for cause in decision.causes),
        figures=_figures(decision.results),
        earliest=decision.earliest,
        reached=reached,
        why=None if reached else _why(decision),
        seconds=(run.ended - run.started).total_seconds(),
    )


def _cause(run: Run, decision: Decision, cause: Cause) -> SharedCause:
    person = run.target.owners.get(cause.owner, cause.owner)
    why = None if cause.outcome is Outcome.FAIL else decision.results[cause.ids[0]].reason
    return SharedCause(cause.key, cause.outcome, cause.ids, person, why)


def _figures(results: Mapping[str, Result]) -> dict[str, float]:
    """Return each figure that was measured, to four digits, which is as many as a page shows."""
    measured = {id: one.value for id, one in results.items() if one.value is not None}
    return {id: float(f"{value:.4g}") for id, value in measured.items() if results[id].outcome is not Outcome.UNKNOWN}


def _why(decision: Decision) -> Reason | None:
    reasons = (decision.results[id].reason for cause in decision.causes for id in cause.ids)
    return next((reason for reason in reasons if reason and reason.values.get("cause") == "host"), None)


def new_round(
    fleet: Fleet,
    told: Mapping[str, Heard],
    asked: Sequence[Server],
    earlier: Round | None,
    span: tuple[datetime, datetime],
) -> Round:
    """Return the round of a fleet. A server that was not asked keeps its earlier result as long as it is fresh.

    `told` has what the audits of this round gave. A server that was asked and is not in it was interrupted.
    """
    old = {row.name: row for row in earlier.rows} if earlier else {}
    names = {server.name for server in asked}
    fresh = timedelta(hours=fleet.fresh_hours)
    rows = []
    for server in fleet.servers:
        now = told.get(server.name, Heard(missing="interrupted")) if server.name in names else None
        rows.append(_row(server, now, old.get(server.name), fresh, span[1]))
    criteria = dict(earlier.criteria) if earlier else {}
    for one in told.values():
        criteria |= one.criteria
    return Round(
        name=fleet.name,
        title=fleet.title,
        started=span[0],
        ended=span[1],
        fresh_hours=fleet.fresh_hours,
        rows=tuple(rows),
        rings=fleet.rings,
        asked=tuple(server.name for server in asked),
        unfinished=tuple(server.name for server in asked if server.name not in told),
        criteria=criteria,
        before=earlier.ended if earlier else None,
        moved=tuple(movements(old, rows)) if earlier else (),
    )


def _row(server: Server, now: Heard | None, before: Row | None, fresh: timedelta, at: datetime) -> Row:
    stopped = now is not None and now.missing == "interrupted"
    told = None if stopped else now  # of an audit that was stopped nothing was learnt: what is known of it stays
    given = told.judged if told and told.judged else before.judged if before else None
    row = Row(
        name=server.name,
        title=server.title,
        site=server.site,
        ring=server.ring,
        groups=server.groups,
        recorded=server.recorded,
        missing=_missing(told, before) or _age(given, fresh, at, "interrupted" if stopped else "never"),
        detail=told.detail if told else before.detail if before else "",
        judged=given,
    )
    return msgspec.structs.replace(row, go_since=_go_since(row, before, fresh), silent_since=_silent(row, before, at))


def _missing(told: Heard | None, before: Row | None) -> Missing | None:
    """Return why the last audit of the server gave no result, or None if it gave one or there was none."""
    if told:
        return told.missing
    return before.missing if before and before.missing in ("late", "died", "failed", "lost") else None


def _age(given: Judged | None, fresh: timedelta, at: datetime, otherwise: Missing) -> Missing | None:
    if given is None:
        return otherwise
    return "stale" if at - given.at > fresh else None


def _go_since(row: Row, before: Row | None, fresh: timedelta) -> datetime | None:
    """Return since when the server is GO: a result that is missing, or a gap between two results, starts it anew."""
    if row.verdict is not Verdict.GO or row.judged is None:
        return None
    last = before.judged if before and before.verdict is Verdict.GO else None
    whole = last is not None and row.judged.at - last.at <= fresh
    return before.go_since if before and whole and before.go_since else row.judged.at


def _silent(row: Row, before: Row | None, at: datetime) -> datetime | None:
    if row.known and row.judged and row.judged.reached:
        return None
    return before.silent_since if before and before.silent_since else at


def movements(old: Mapping[str, Row], rows: Iterable[Row]) -> Iterable[Moved]:
    """Yield each server whose verdict, or one of whose criteria, is not what it was; those that left come last."""
    now = {row.name: row for row in rows}
    for name in [*now, *(name for name in old if name not in now)]:
        before, after = old.get(name), now.get(name)
        worse, better = _criteria(before, after)
        moved = Moved(name, _label(before), _label(after), worse, better)
        if moved.before != moved.after or worse or better:
            yield moved


def _label(row: Row | None) -> Label | Literal[""]:
    return row.judged.verdict if row and row.judged and row.known else ""


def _criteria(before: Row | None, after: Row | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the criteria that got worse and better between two results that count."""
    if not (before and after and before.known and after.known and before.judged and after.judged):
        return (), ()
    ids = {*before.judged.open, *after.judged.open}
    was, now = (
        {id: Reading(one.open.get(id, Outcome.PASS)) for id in sorted(ids)} for one in (before.judged, after.judged)
    )
    found = compare(was, now)
    return tuple(move.id for move in found.worse), tuple(move.id for move in found.better)
