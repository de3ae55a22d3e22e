"""A stretch of time from left to right, in percent of its width: what is drawn on it stretches with the page."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import msgspec
from markupsafe import Markup

DAY = timedelta(days=1)
LAST_TICK = 94  # percent
RECT = Markup('<rect class="{kind}" x="{x}" width="{width}" y="{y}" height="{height}"/>')
PLOT = Markup('<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">{}</svg>')


class Axis(msgspec.Struct, frozen=True):
    """From `begin` to `end`; what lies outside is drawn at its edge."""

    begin: datetime
    end: datetime

    def at(self, moment: datetime) -> float:
        """Percent of the width."""
        share = (moment - self.begin) / (self.end - self.begin) if self.end > self.begin else 1.0
        return round(100 * min(1.0, max(0.0, share)), 2)

    def holds(self, moment: datetime) -> bool:
        """It lies on it."""
        return self.begin <= moment <= self.end

    def days(self, most: int) -> Iterator[tuple[float, date]]:
        """Where days begin: all of them, or every second, third …; none where its name would stand outside."""
        step = -(-(self.end - self.begin) // (most * DAY)) * DAY
        moment = self.begin.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
        while step and self.at(moment) < LAST_TICK:
            yield self.at(moment), moment.date()
            moment += step

    def span(self, kind: str, begin: datetime, end: datetime, y: float = 0, height: float = 100) -> Markup:
        """A rectangle from one moment to another; nothing where it has no width."""
        left, right = self.at(begin), self.at(end)
        width = max(round(right - left, 2), 0.25) if end > begin else 0.0
        return RECT.format(kind=kind, x=left, width=width, y=y, height=height) if width else Markup("")


def plot(*shapes: Markup) -> Markup:
    """An inline SVG as wide and as high as its place; the text beside it says the same."""
    return PLOT.format(Markup().join(shapes))
