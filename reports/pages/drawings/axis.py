"""A time axis from left to right. Positions are in percent of its width, so that a drawing scales with the page."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import msgspec
from markupsafe import Markup

DAY = timedelta(days=1)
LAST_TICK = 94  # percent
RECT = Markup('<rect class="{kind}" x="{x}" width="{width}" y="{y}" height="{height}"/>')
PLOT = Markup('<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">{}</svg>')


class Axis(msgspec.Struct, frozen=True):
    """A time axis from `begin` to `end`. A moment outside it is drawn at the edge."""

    begin: datetime
    end: datetime

    def at(self, moment: datetime) -> float:
        """Return the position of a moment, in percent of the width."""
        share = (moment - self.begin) / (self.end - self.begin) if self.end > self.begin else 1.0
        return round(100 * min(1.0, max(0.0, share)), 2)

    def holds(self, moment: datetime) -> bool:
        """Return whether a moment lies on the axis."""
        return self.begin <= moment <= self.end

    def days(self, most: int) -> Iterator[tuple[float, date]]:
        """Yield the start of each day, or of every second, third, … one, so that there are at most `most`.

        A day whose name would not fit at the right edge is left out.
        """
        step = -(-(self.end - self.begin) // (most * DAY)) * DAY
        moment = self.begin.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
        while step and self.at(moment) < LAST_TICK:
            yield self.at(moment), moment.date()
            moment += step

    def span(self, kind: str, begin: datetime, end: datetime, y: float = 0, height: float = 100) -> Markup:
        """Return a rectangle from one moment to another, or nothing if `end` is not after `begin`."""
        left, right = self.at(begin), self.at(end)
        width = max(round(right - left, 2), 0.25) if end > begin else 0.0
        return RECT.format(kind=kind, x=left, width=width, y=y, height=height) if width else Markup("")


def plot(*shapes: Markup) -> Markup:
    """Return an inline SVG that fills its place. The text beside it has the same content."""
    return PLOT.format(Markup().join(shapes))
