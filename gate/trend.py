"""A figure over the days of the window: what it held, how steeply it grows, and how much of it was watched."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import combinations, pairwise
from statistics import median

import msgspec

from gate.coverage import LONGEST_GAP
from gate.maintenance import Maintenance, announced
from gate.past import Past
from gate.sample import Moment, Sample

DAYS = timedelta(days=7)
YOUNG = timedelta(days=2)  # a slope of less is a guess
MOST = 120  # points a slope is computed from: of more, the medians of stretches
FAR = 3650.0  # days: further than anybody forecasts


class Point(msgspec.Struct, frozen=True, order=True, array_like=True):
    """One figure at one moment."""

    at: Moment
    value: float


class Trend(msgspec.Struct, frozen=True):
    """Points of the last seven days, in order, the newest of this audit. `since`: watched without a gap from then on.

    `gap` is where the last gap within the days ends; `calm` leaves out what lay in announced work.
    """

    points: tuple[Point, ...]
    calm: tuple[Point, ...]
    since: Moment
    gap: Moment | None

    @property
    def low(self) -> float:
        """The least figure."""
        return min(point.value for point in self.points)

    @property
    def high(self) -> float:
        """The greatest."""
        return max(point.value for point in self.points)

    @property
    def held(self) -> float:
        """The highest level that two successive samples outside announced work were at or above."""
        alone = self.calm[-1].value if self.calm else self.low
        return max((min(one.value, two.value) for one, two in pairwise(self.calm)), default=alone)

    @property
    def samples(self) -> int:
        """How many."""
        return len(self.points)

    @property
    def days(self) -> float:
        """Watched without a gap, up to now."""
        return (self.points[-1].at - self.since) / timedelta(days=1)

    @property
    def until(self) -> datetime:
        """When seven days will have been watched."""
        return self.since + DAYS

    @property
    def slope(self) -> float:
        """Per day, as Theil and Sen have it: the median of the slopes between any two points. 0 for a single one."""
        slopes = [
            (two.value - one.value) / ((two.at - one.at) / timedelta(days=1))
            for one, two in combinations(_thinned(self.points), 2)
            if two.at > one.at
        ]
        return median(slopes) if slopes else 0.0

    @property
    def old_enough(self) -> bool:
        """Long enough for a slope to mean something."""
        return self.points[-1].at - self.points[0].at >= YOUNG

    def days_to(self, limit: float) -> float:
        """Until the figure reaches `limit` at the present slope; FAR for one that does not grow, 0 where it is beyond."""
        left, slope = limit - self.points[-1].value, self.slope
        if left <= 0:
            return 0.0
        return min(FAR, left / slope) if slope > 0 else FAR


def trend_of(
    id: str, past: Past, value: float, at: datetime, *, made_up: bool, maintenance: Sequence[Maintenance] = ()
) -> Trend:
    """What earlier audits saw of a criterion's figure, and what this one sees."""
    seen = {at: value}
    for sample in past.samples:
        figure = _reading(sample, id) if at - DAYS - LONGEST_GAP <= sample.at < at else None
        if figure is not None and (made_up or not sample.synthetic):
            seen[sample.at] = max(figure, seen.get(sample.at, figure))
    points = tuple(Point(moment, figure) for moment, figure in sorted(seen.items()))
    gaps = [two.at for one, two in pairwise(points) if two.at - one.at > LONGEST_GAP]
    return Trend(
        points,
        tuple(point for point in points if not announced(maintenance, point.at)),
        gaps[-1] if gaps else points[0].at,
        gaps[-1] if gaps else None,
    )


def _reading(sample: Sample, id: str) -> float | None:
    reading = sample.readings.get(id)
    return reading.value if reading else None


def _thinned(points: Sequence[Point]) -> Iterable[Point]:
    """At most MOST of them: the middle one of each stretch."""
    size = -(-len(points) // MOST)
    stretches = [points[start : start + size] for start in range(0, len(points), size)]
    return [sorted(stretch, key=lambda point: point.value)[len(stretch) // 2] for stretch in stretches]
