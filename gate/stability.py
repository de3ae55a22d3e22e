"""Computes the stability window: how many days without incident are proven.

The window opens at the latest of: the first look, the end of a gap, an incident, a change. A sample with an unknown
criterion proves nothing, but its failures and changes count. What the server remembers (boots, starts, dates of files)
shows incidents between two looks, and covers gaps in which nothing can have happened without a trace.
docs/decisions/0012 gives the reasons.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from gate.coverage import Looks, Span, coverage, covered_from
from gate.incidents import Incident, changes, incidents
from gate.maintenance import Maintenance
from gate.sample import Event, Moment, Sample

MOST_INCIDENTS = 20  # incidents in a window


class Evidence(msgspec.Struct, frozen=True):
    """What the server remembers: events, and `quiet_since`, after which nothing can have happened without a trace.

    `begun` is the day on which the plan began; literal_days counts from it.
    """

    events: tuple[Event, ...] = ()
    quiet_since: Moment | None = None
    begun: Moment | None = None


UNWATCHED = "unwatched"  # the cause of what stays open because audits did not run every hour
NOBODY_LOOKED = ("no-sample", "no-recent-sample", "gap", "coverage")  # values of Window.why


class Window(msgspec.Struct, frozen=True):
    """The period that is proven. `since` is None if nothing is; `why` and `what` say what opened the period.

    `coverage` is the covered share, in percent. `bridged` is the number of hours covered only by what the server
    remembers.
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
        """The length in days of 24 hours."""
        return (self.until - self.since) / timedelta(days=1) if self.since else 0.0

    @property
    def literal_days(self) -> float:
        """The days since the plan began, as the calendar counts them, whether or not they were observed."""
        return max(0.0, (self.until - self.begun) / timedelta(days=1)) if self.begun else 0.0

    def earliest(self, days: float) -> datetime:
        """Return when the window reaches `days` if no incident happens; datetime.max if the date is beyond the
        calendar.
        """
        try:
            return (self.since or self.until) + timedelta(days=days)
        except OverflowError:
            return datetime.max.replace(tzinfo=UTC)


def _usable(samples: Iterable[Sample], at: datetime, *, made_up: bool) -> Iterable[Sample]:
    """Yield the samples that count for a window that ends at `at`. Synthetic ones count only with `made_up`."""
    return (sample for sample in samples if sample.at <= at and (made_up or not sample.synthetic))


def observe_window(
    samples: Sequence[Sample],
    at: datetime,
    *,
    made_up: bool = True,
    evidence: Evidence | None = None,
    maintenance: Sequence[Maintenance] = (),
) -> Window:
    """Return the window that ends at `at`. Samples may come in any order, and later ones are ignored.

    Without `made_up` synthetic samples are ignored too; only a lab or a demo may count them.
    """
    evidence = evidence or Evidence()
    at = at.astimezone(UTC)  # in a zone with daylight saving time, Python's differences would be off by an hour
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
        happened=tuple(found[-MOST_INCIDENTS:]),
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
    """Return the window since the last event that breaks it, or since later if too little of that time is covered."""
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
    """Return the last failure, unless a look that saw everything came after it."""
    failures = [incident for incident in found if incident.why == "failing"]
    still = failures and not any(proof > failures[-1].at for proof in proofs)
    return failures[-1] if still else None


def _in_order(samples: Iterable[Sample]) -> list[Sample]:
    """Return the samples by time. Two samples of the same moment are merged, and the worse of each value counts."""
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
