"""Seven days without incident, proven by samples rather than remembered.

First form: the window opens after the last incident, the last change and the last gap; a gap never counts, and a sample
in which a blocking criterion was unknown proves nothing. docs/decisions/0004 says what is still to come.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec

LONGEST_GAP = timedelta(hours=3)


class Sample(msgspec.Struct, frozen=True):
    """What one earlier audit saw of the blocking live criteria. `changed`: it applied a remedy."""

    at: datetime
    failing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    changed: bool = False
    synthetic: bool = False


class Window(msgspec.Struct, frozen=True):
    """The stretch of time that is proven. `since` is None while nothing is; `why` says what opened it."""

    samples: int
    since: datetime | None
    until: datetime
    why: str
    incidents: int = 0
    gaps: int = 0
    synthetic: bool = False

    @property
    def days(self) -> float:
        """Length in days of 24 hours."""
        return (self.until - self.since) / timedelta(days=1) if self.since else 0.0

    def earliest(self, days: float) -> datetime:
        """When the window can reach `days`, if nothing happens until then."""
        return (self.since or self.until) + timedelta(days=days)


def observe_window(samples: Sequence[Sample], at: datetime) -> Window:
    """The window that ends at `at`. Samples may come in any order; those after `at` are left out."""
    past = sorted({sample.at: sample for sample in samples if sample.at <= at}.values(), key=lambda sample: sample.at)
    proofs = [sample for sample in past if not sample.unknown]
    since, why = _opening(proofs, at)
    return Window(
        samples=len(past), since=since, until=at, why=why,
        incidents=sum(_is_incident(one, two) for one, two in pairwise(proofs)),
        gaps=sum(two - one > LONGEST_GAP for one, two in pairwise([*(sample.at for sample in proofs), at])),
        synthetic=any(sample.synthetic for sample in past))


def _opening(proofs: Sequence[Sample], at: datetime) -> tuple[datetime | None, str]:
    """Walk back from now until something breaks the chain."""
    since, later = None, at
    for sample, following in zip(reversed(proofs), [None, *reversed(proofs)], strict=False):
        if later - sample.at > LONGEST_GAP:
            return since, "gap" if since else "no-recent-sample"
        if following is not None and _is_incident(sample, following):
            return since, "incident"
        since = later = sample.at
        if sample.changed:
            return since, "change"
    return since, "first-sample" if since else "no-sample"


def _is_incident(one: Sample, two: Sample) -> bool:
    """The same blocking criterion failed in two successive samples."""
    return bool(set(one.failing) & set(two.failing))
