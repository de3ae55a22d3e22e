"""Computes how much of a period was observed: by audits, or by traces that the server itself keeps."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from gate.maintenance import Maintenance
from gate.sample import Moment

LONGEST_GAP = timedelta(hours=3)
COVERED = timedelta(minutes=90)  # how long one look counts: until the next hourly audit, if that is half an hour late
LEAST = 0.95  # the share of a period that must be covered for it to count as proven
Span = tuple[datetime, datetime]


class Looks(msgspec.Struct, frozen=True):
    """The moments at which an audit saw everything, in order; there is at least one.

    After `quiet_since` nothing can have happened without leaving a trace on the server.
    """

    moments: tuple[Moment, ...]
    until: Moment
    quiet_since: Moment | None = None

    @property
    def begin(self) -> datetime:
        """The first moment that is covered, by a look or by traces."""
        return min(self.moments[0], self.quiet_since or self.moments[0])

    @property
    def gaps(self) -> list[datetime]:
        """The end of each gap that is longer than LONGEST_GAP."""
        return [end for begin, end, _ in self._stretches() if end - begin > LONGEST_GAP]

    def blind(self, maintenance: Iterable[Maintenance]) -> list[Span]:
        """Return the periods that nothing covers, merged and in order. Announced maintenance is never covered."""
        holes = [(begin + COVERED, end) for begin, end, _ in self._stretches()]
        return _apart([*holes, *((entry.start, min(entry.to, self.until)) for entry in maintenance)])

    def bridged(self, since: datetime) -> float:
        """Return the hours after `since` that are covered only by traces, not by a look."""
        spans = [
            (self.begin, self.moments[0]),
            *((max(end, begin + COVERED), next) for begin, end, next in self._stretches()),
        ]
        return _length(spans, since) / timedelta(hours=1)

    def _stretches(self) -> list[tuple[datetime, datetime, datetime]]:
        """Return for each look: its moment, the moment from which traces or the next look cover again, and the next
        look.
        """
        nexts = [*self.moments[1:], self.until]
        quiet = self.quiet_since or self.until
        return [(look, min(next, max(look, quiet)), next) for look, next in zip(self.moments, nexts, strict=True)]


def covered_from(since: datetime, until: datetime, blind: Sequence[Span]) -> datetime:
    """Return the earliest start, at or after `since`, of a period up to `until` that is covered to at least LEAST."""
    starts = [since, *(end for _, end in blind if end > since)]
    return next((start for start in starts if _length(blind, start) <= (1 - LEAST) * (until - start)), until)


def coverage(since: datetime, until: datetime, blind: Sequence[Span]) -> float:
    """Return the covered share of the period, in percent; 100 for an empty period."""
    return 100.0 if until <= since else 100 * (1 - _length(blind, since) / (until - since))


def _length(spans: Iterable[Span], since: datetime) -> timedelta:
    return sum((max(timedelta(), end - max(begin, since)) for begin, end in spans), timedelta())


def _apart(spans: Iterable[Span]) -> list[Span]:
    apart: list[Span] = []
    for begin, end in sorted(span for span in spans if span[0] < span[1]):
        if apart and begin <= apart[-1][1]:
            apart[-1] = apart[-1][0], max(apart[-1][1], end)
        else:
            apart.append((begin, end))
    return apart
