"""A time axis from left to right. Positions are in percent of its width, so that a drawing scales with the page."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import msgspec
from markupsafe import Markup

DAY = timedelta(days=1)
LAST_TICK = 94  # percent
LEAST_WIDTH = 0.25  # percent
RECT = Markup('<rect class="{kind}" x="{x}" width="{width}" height="100"/>')
BAR = Markup('<i class="{kind}" style="left:{x:g}%;width:{width:g}%"{title}></i>')
TITLE = Markup(' title="{}"')
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

    def span(self, kind: str, begin: datetime, end: datetime) -> Markup:
        """Return a rectangle of an SVG from one moment to another, or nothing if `end` is not after `begin`."""
        return RECT.format(kind=kind, x=self.at(begin), width=self._width(begin, end)) if end > begin else Markup("")

    def bar(self, kind: str, begin: datetime, end: datetime, said: str = "") -> Markup:
        """Return an element that reaches from one moment to another and shows `said` under the pointer."""
        title = TITLE.format(said) if said else ""
        width = self._width(begin, end)
        return BAR.format(kind=kind, x=self.at(begin), width=width, title=title) if end > begin else Markup("")

    def _width(self, begin: datetime, end: datetime) -> float:
        return max(round(self.at(end) - self.at(begin), 2), LEAST_WIDTH)


def plot(*shapes: Markup) -> Markup:
    """Return an inline SVG that fills its place. The text beside it has the same content."""
    return PLOT.format(Markup().join(shapes))
