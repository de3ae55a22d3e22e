"""Decides about a whole fleet. The decision is a pure function of a round: it reads no clock and no file.

A fleet is GO only if every server of its inventory is. A server without a result that counts is unknown, so that
leaving servers out never improves a decision.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from fleet.inventory.inventory import Ring
from fleet.round import Round, Row
from gate.decision import Verdict


class RingState(msgspec.Struct, frozen=True):
    """The decision about a ring. `verdict` is the worst of its servers; `waits_for` is the ring that it must wait for.

    `since` is when all its servers were GO, and `until` when they have been so for the days that it needs, if they stay
    so. `late` says that this is after the meeting of the next ring.
    """

    ring: Ring
    servers: int
    verdict: Verdict
    since: datetime | None
    until: datetime | None
    held: bool
    waits_for: str = ""
    late: bool = False


class FleetDecision(msgspec.Struct, frozen=True):
    """The verdict on a fleet, and how many servers have each verdict; `unknown` of the undecided have no result.

    `earliest` is the moment (ISO 8601) before which a GO is impossible, or "" if that is not known.
    """

    verdict: Verdict
    servers: int
    counts: tuple[int, int, int, int]
    unknown: int
    rings: tuple[RingState, ...]
    earliest: str


def decide_fleet(round: Round) -> FleetDecision:
    """Return the decision on a round. A fleet without servers is undecided."""
    rings = ring_states(round)
    verdicts = [row.verdict for row in round.rows]
    waiting = [Verdict.NOT_YET for state in rings if state.waits_for]
    return FleetDecision(
        verdict=max([*verdicts, *waiting]) if verdicts else Verdict.UNDECIDED,
        servers=len(round.rows),
        counts=(
            verdicts.count(Verdict.GO),
            verdicts.count(Verdict.UNDECIDED),
            verdicts.count(Verdict.NOT_YET),
            verdicts.count(Verdict.NO_GO),
        ),
        unknown=sum(not row.known for row in round.rows),
        rings=rings,
        earliest=_earliest(round.rows, rings),
    )


def ring_states(round: Round) -> tuple[RingState, ...]:
    """Return the state of each ring that has servers, in order: a ring waits for every ring before it."""
    states: list[RingState] = []
    order = [ring for ring in round.rings if any(row.ring == ring.name for row in round.rows)]
    for place, ring in enumerate(order):
        meeting = next((later.meeting for later in order[place + 1 :] if later.meeting), None)
        rows = [row for row in round.rows if row.ring == ring.name]
        waits_for = next((state.ring.name for state in states if not state.held), "")
        states.append(_state(ring, rows, round.ended, waits_for, meeting))
    return tuple(states)


def _state(ring: Ring, rows: Sequence[Row], at: datetime, waits_for: str, meeting: date | None) -> RingState:
    verdict = max(row.verdict for row in rows)
    starts = [row.go_since for row in rows if row.go_since]
    since = max(starts) if verdict is Verdict.GO and len(starts) == len(rows) else None
    until = since + timedelta(days=ring.days) if since else None
    held = until is not None and until <= at
    end = datetime.combine(meeting, time(), UTC) + timedelta(days=1) if meeting else None
    late = not held and end is not None and (until or at + timedelta(days=ring.days)) >= end
    return RingState(ring, len(rows), verdict, since, until, held, waits_for, late)


def _earliest(rows: Iterable[Row], rings: Iterable[RingState]) -> str:
    """Return the latest moment that a server or a ring waits for."""
    dates = [row.judged.earliest for row in rows if row.judged and row.known and row.verdict is not Verdict.GO]
    waiting = list(rings)
    names = {state.waits_for for state in waiting}
    dates += [state.until.isoformat() for state in waiting if state.until and state.ring.name in names]
    return max((written for written in dates if written), key=_moment, default="")


def _moment(written: str) -> float:
    """Return the seconds since 1970, or 0 if `written` is no date. A date without an offset counts as UTC."""
    try:
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return 0.0
