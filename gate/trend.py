"""Computes the trend of a figure over the last seven days: its level, its growth, and how long it was observed."""

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
YOUNG = timedelta(days=2)  # a slope over a shorter time is a guess
MOST = 120  # points a slope is computed from; more points are reduced to medians
MICROSECOND = timedelta(microseconds=1)
FAR = 3650.0  # days; the longest forecast


class Point(msgspec.Struct, frozen=True, order=True, array_like=True):
    """The figure at one moment."""

    at: Moment
    value: float


class Trend(msgspec.Struct, frozen=True):
    """The figures of the last seven days, in order; the newest is that of this audit.

    `since` is the moment from which it was observed without a gap, and `gap` the end of the last gap, or None. `calm`
    leaves out the points during announced maintenance.
    """

    points: tuple[Point, ...]
    calm: tuple[Point, ...]
    since: Moment
    gap: Moment | None

    @property
    def low(self) -> float:
        """The lowest figure."""
        return min(point.value for point in self.points)

    @property
    def high(self) -> float:
        """The highest figure."""
        return max(point.value for point in self.points)

    @property
    def held(self) -> float:
        """The highest level that two successive figures reached outside announced maintenance."""
        alone = self.calm[-1].value if self.calm else self.low
        return max((min(one.value, two.value) for one, two in pairwise(self.calm)), default=alone)

    @property
    def samples(self) -> int:
        """The number of figures."""
        return len(self.points)

    @property
    def days(self) -> float:
        """The days observed without a gap, up to now."""
        return (self.points[-1].at - self.since) / timedelta(days=1)

    @property
    def until(self) -> datetime:
        """The moment at which seven days will have been observed without a gap."""
        return self.since + DAYS

    @property
    def slope(self) -> float:
        """The growth per day, as the Theil–Sen estimator: the median of the slopes between any two points.

        0 for a single point.
        """
        first, day = self.points[0].at, timedelta(days=1) // MICROSECOND
        places = [((point.at - first) // MICROSECOND, point.value) for point in _thinned(self.points)]
        slopes = [
            (higher - lower) / ((later - sooner) / day)
            for (sooner, lower), (later, higher) in combinations(places, 2)
            if later > sooner
        ]
        return median(slopes) if slopes else 0.0

    @property
    def old_enough(self) -> bool:
        """Whether the figures span enough time for a meaningful slope."""
        return self.points[-1].at - self.points[0].at >= YOUNG

    def days_to(self, limit: float) -> float:
        """Return the days until the figure reaches `limit` at its present growth.

        Returns 0 if it is reached already, and FAR if it does not grow or takes longer than that.
        """
        left, slope = limit - self.points[-1].value, self.slope
        if left <= 0:
            return 0.0
        return min(FAR, left / slope) if slope > 0 else FAR


def trend_of(
    id: str, past: Past, value: float, at: datetime, *, made_up: bool, maintenance: Sequence[Maintenance] = ()
) -> Trend:
    """Return the trend of a criterion's figure: what earlier audits saw, and `value`, which this audit saw at `at`.

    Synthetic samples count only with `made_up`.
    """
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
    """Return at most MOST points: the median of each group of successive points."""
    size = -(-len(points) // MOST)
    stretches = [points[start : start + size] for start in range(0, len(points), size)]
    return [sorted(stretch, key=lambda point: point.value)[len(stretch) // 2] for stretch in stretches]
