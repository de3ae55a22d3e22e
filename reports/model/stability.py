"""Seven days without incident, proven by samples rather than remembered.

First form: the window opens after the last incident, the last change and the last gap; a gap never counts. A sample in
which a blocking criterion was unknown proves nothing, but what it saw failing counts, and so does its change.
docs/decisions/0004 says what is still to come.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec

from reports.model.sample import Moment, Sample

LONGEST_GAP = timedelta(hours=3)


class Window(msgspec.Struct, frozen=True):
    """The stretch of time that is proven. `since` is None while nothing is; `why` says what opened it."""

    samples: int
    since: Moment | None
    until: Moment
    why: str
    incidents: int = 0
    gaps: int = 0
    synthetic: bool = False

    @property
    def days(self) -> float:
        """Length in days of 24 hours."""
        return (self.until - self.since) / timedelta(days=1) if self.since else 0.0

    def earliest(self, days: float) -> datetime:
        """When the window can reach `days`, if nothing happens until then; never beyond the calendar's end."""
        try:
            return (self.since or self.until) + timedelta(days=days)
        except OverflowError:
            return datetime.max.replace(tzinfo=UTC)


def observe_window(samples: Sequence[Sample], at: datetime, *, made_up: bool = True) -> Window:
    """The window that ends at `at`. Samples may come in any order; those after `at` are left out.

    Without `made_up`, so are the synthetic ones: only a lab or a demo may show them.
    """
    past = _in_order(sample for sample in samples if sample.at <= at and (made_up or not sample.synthetic))
    proofs = [sample.at for sample in past if not sample.unknown]
    incidents = _incidents(past)
    since, why = _opening(past, incidents, at)
    return Window(
        samples=len(past), since=since, until=at, why=why, incidents=len(incidents),
        gaps=sum(two - one > LONGEST_GAP for one, two in pairwise([*proofs, at])),
        synthetic=any(sample.synthetic for sample in past))


def _in_order(samples: Iterable[Sample]) -> list[Sample]:
    """By time; of two at the same moment the worse of each counts."""
    merged: dict[datetime, Sample] = {}
    for sample in samples:
        other = merged.get(sample.at, sample)
        failing, unknown = {*sample.failing, *other.failing}, {*sample.unknown, *other.unknown}
        merged[sample.at] = Sample(sample.at, tuple(sorted(failing)), tuple(sorted(unknown)),
                                   sample.changed or other.changed, sample.synthetic or other.synthetic)
    return sorted(merged.values(), key=lambda sample: sample.at)


def _incidents(past: Iterable[Sample]) -> set[datetime]:
    """Samples in which a criterion failed again, with nothing but unknowns since it failed before."""
    incidents: set[datetime] = set()
    suspects: set[str] = set()
    for sample in past:
        if suspects & {*sample.failing}:
            incidents.add(sample.at)
        suspects = {*sample.failing} | (suspects if sample.unknown else set())
    return incidents


def _opening(past: Iterable[Sample], incidents: set[datetime], at: datetime) -> tuple[datetime | None, str]:
    """Walk towards now; whatever breaks the chain starts it anew at the next sample that proves something."""
    since: datetime | None = None
    proven: datetime | None = None
    why = "first-sample"
    for sample in past:
        if proven is not None and sample.at - proven > LONGEST_GAP:
            since, why = None, "gap"
        if sample.at in incidents:
            since, why = None, "incident"
        elif sample.changed:
            since, why = None, "change"
        if not sample.unknown:
            proven = sample.at
            since = since or (None if sample.at in incidents else sample.at)
    if proven is None:
        return None, "no-sample"
    return (None, "no-recent-sample") if at - proven > LONGEST_GAP else (since, why)
