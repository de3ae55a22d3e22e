"""Seven days without incident, proven rather than remembered.

The window opens at the last of: the first look, the end of a gap, an incident, a change. A sample in which a criterion
was unknown proves nothing, but what it saw failing counts, and so does its change. What the server itself remembers
(boots, starts, dates of files) tells of incidents between two looks, and bridges gaps in which nothing can have happened
without a trace. Why it is so: docs/decisions/0012.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from gate.coverage import Looks, Span, coverage, covered_from
from gate.incidents import Incident, changes, incidents
from gate.maintenance import Maintenance
from gate.sample import Event, Moment, Sample

MOST_TOLD = 20  # incidents


class Evidence(msgspec.Struct, frozen=True):
    """What the server remembers: events, and since when nothing can have happened that left no trace.

    `begun` is the day the plan began, from which the literal count runs.
    """

    events: tuple[Event, ...] = ()
    quiet_since: Moment | None = None
    begun: Moment | None = None


UNWATCHED = "unwatched"  # the cause of everything that is open because no audit ran every hour
NOBODY_LOOKED = ("no-sample", "no-recent-sample", "gap", "coverage")  # of `why` in a window


class Window(msgspec.Struct, frozen=True):
    """The stretch of time that is proven. `since` is None while nothing is; `why` and `what` say what opened it.

    `coverage` in percent of it; `bridged` in hours: proven by what the server remembers, and by no sample.
    """

    samples: int
    since: Moment | None
    until: Moment
    why: str
    incidents: int = 0
    gaps: int = 0
    synthetic: bool = False
    what: str = ""
    coverage: float = 100.0
    bridged: float = 0.0
    begun: Moment | None = None
    happened: tuple[Incident, ...] = ()

    @property
    def days(self) -> float:
        """Length in days of 24 hours."""
        return (self.until - self.since) / timedelta(days=1) if self.since else 0.0

    @property
    def literal_days(self) -> float:
        """Days since the plan began, as somebody counts who looks at the calendar alone."""
        return max(0.0, (self.until - self.begun) / timedelta(days=1)) if self.begun else 0.0

    def earliest(self, days: float) -> datetime:
        """When the window can reach `days`, if nothing happens until then; never beyond the calendar's end."""
        try:
            return (self.since or self.until) + timedelta(days=days)
        except OverflowError:
            return datetime.max.replace(tzinfo=UTC)


def _usable(samples: Iterable[Sample], at: datetime, *, made_up: bool) -> Iterable[Sample]:
    """Those that may count for a window that ends at `at`."""
    return (sample for sample in samples if sample.at <= at and (made_up or not sample.synthetic))


def observe_window(
    samples: Sequence[Sample],
    at: datetime,
    *,
    made_up: bool = True,
    evidence: Evidence | None = None,
    maintenance: Sequence[Maintenance] = (),
) -> Window:
    """The window that ends at `at`. Samples may come in any order; what is later than `at` is left out.

    Without `made_up`, so are the synthetic ones: only a lab or a demo may show them.
    """
    evidence = evidence or Evidence()
    at = at.astimezone(UTC)  # within one zone Python counts by the clock on the wall, and that jumps
    past = _in_order(_usable(samples, at, made_up=made_up))
    events = [event for event in evidence.events if event.at <= at]
    found = incidents(past, events, maintenance)
    seen = Window(
        samples=len(past),
        since=None,
        until=at,
        why="no-sample",
        incidents=len(found),
        begun=evidence.begun,
        synthetic=any(sample.synthetic for sample in past),
        happened=tuple(found[-MOST_TOLD:]),
    )
    proofs = tuple(sample.at for sample in past if not sample.unknown)
    if not proofs:
        return seen
    looks = Looks(proofs, at, evidence.quiet_since)
    unresolved = _unresolved(proofs, found)
    if unresolved or at in looks.gaps:
        last = unresolved or Incident(at, "no-recent-sample")
        return msgspec.structs.replace(seen, gaps=len(looks.gaps), why=last.why, what=last.what)
    return _opened(seen, looks, [*found, *changes(past, events)], looks.blind(maintenance))


def _opened(seen: Window, looks: Looks, breaks: Iterable[Incident], blind: Sequence[Span]) -> Window:
    """From the last thing that breaks it; later still where too little of that was seen."""
    first = Incident(looks.begin, "first-sample" if looks.begin == looks.moments[0] else "traces")
    opening = max([first, *(Incident(end, "gap") for end in looks.gaps), *breaks])
    since = covered_from(opening.at, seen.until, blind)
    if since > opening.at:
        opening = Incident(since, "coverage")
    return msgspec.structs.replace(
        seen,
        since=since,
        why=opening.why,
        what=opening.what,
        gaps=len(looks.gaps),
        coverage=coverage(since, seen.until, blind),
        bridged=looks.bridged(since),
    )


def _unresolved(proofs: Sequence[datetime], found: Sequence[Incident]) -> Incident | None:
    """The last criterion that failed, unless a sound look came after it."""
    failures = [incident for incident in found if incident.why == "failing"]
    still = failures and not any(proof > failures[-1].at for proof in proofs)
    return failures[-1] if still else None


def _in_order(samples: Iterable[Sample]) -> list[Sample]:
    """By time; of two at the same moment the worse of each counts."""
    merged: dict[datetime, Sample] = {}
    for sample in samples:
        at = sample.at.astimezone(UTC)
        other = merged.get(at, sample)
        failing, unknown = {*sample.failing, *other.failing}, {*sample.unknown, *other.unknown}
        merged[at] = msgspec.structs.replace(
            sample,
            at=at,
            failing=tuple(sorted(failing)),
            unknown=tuple(sorted(unknown)),
            changed=sample.changed or other.changed,
            synthetic=sample.synthetic or other.synthetic,
        )
    return sorted(merged.values(), key=lambda sample: sample.at)
