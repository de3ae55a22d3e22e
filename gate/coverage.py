"""How much of a stretch of time somebody looked at, or a trace vouches for."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from gate.maintenance import Maintenance
from gate.sample import Moment

LONGEST_GAP = timedelta(hours=3)
COVERED = timedelta(minutes=90)  # what a look vouches for: an hourly one, and half an hour late
LEAST = 0.95  # of a stretch, or it is no proof
Span = tuple[datetime, datetime]


class Looks(msgspec.Struct, frozen=True):
    """When everything was seen, in order, at least once. From `quiet_since` on nothing can have happened without a trace."""

    moments: tuple[Moment, ...]
    until: Moment
    quiet_since: Moment | None = None

    @property
    def begin(self) -> datetime:
        """The first moment something vouches for."""
        return min(self.moments[0], self.quiet_since or self.moments[0])

    @property
    def gaps(self) -> list[datetime]:
        """Where the longer holes end."""
        return [end for begin, end, _ in self._stretches() if end - begin > LONGEST_GAP]

    def blind(self, maintenance: Iterable[Maintenance]) -> list[Span]:
        """Stretches nothing vouches for, apart from each other and in order; announced work is one of them."""
        holes = [(begin + COVERED, end) for begin, end, _ in self._stretches()]
        return _apart([*holes, *((entry.start, min(entry.to, self.until)) for entry in maintenance)])

    def bridged(self, since: datetime) -> float:
        """Hours after `since` that only a trace vouches for."""
        spans = [
            (self.begin, self.moments[0]),
            *((max(end, begin + COVERED), next) for begin, end, next in self._stretches()),
        ]
        return _length(spans, since) / timedelta(hours=1)

    def _stretches(self) -> list[tuple[datetime, datetime, datetime]]:
        """From each look to where something vouches again, and to the next look."""
        nexts = [*self.moments[1:], self.until]
        quiet = self.quiet_since or self.until
        return [(look, min(next, max(look, quiet)), next) for look, next in zip(self.moments, nexts, strict=True)]


def covered_from(since: datetime, until: datetime, blind: Sequence[Span]) -> datetime:
    """The earliest start, from `since` on, of a stretch of which enough was seen."""
    starts = [since, *(end for _, end in blind if end > since)]
    return next((start for start in starts if _length(blind, start) <= (1 - LEAST) * (until - start)), until)


def coverage(since: datetime, until: datetime, blind: Sequence[Span]) -> float:
    """In percent."""
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
