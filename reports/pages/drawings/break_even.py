"""Draws the hours saved over the months, the hours invested, and the point where they are equal."""

from markupsafe import Markup

from gate.worklog import Return
from reports.pages.drawings.axis import plot
from reports.pages.drawings.scale import round_top

LINE = Markup('<line class="{kind}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>')
DOT = Markup('<polyline class="dot" points="{x},{y} {x},{y}"/>')


def top_of(hours: Return) -> float:
    """Return the value of the upper edge, in hours."""
    return round_top(1.1 * max(hours.invested, hours.saved, 1.0))


def crossing(hours: Return) -> tuple[float, float] | None:
    """Return the break-even in percent from the left and from below, or None if it is not within the drawing."""
    if hours.monthly <= 0 or hours.invested > hours.saved:
        return None
    return round(100 * hours.invested / hours.saved, 2), round(100 * hours.invested / top_of(hours), 2)


def break_even(hours: Return) -> Markup:
    """Draw three lines, for hours invested, saved and saved for certain, and a dot at the break-even."""

    def height(value: float) -> float:
        return round(100 - 100 * value / top_of(hours), 2)

    def rising(kind: str, monthly: float) -> Markup:
        return LINE.format(kind=kind, x1=0, y1=100, x2=100, y2=height(monthly * hours.months))

    level, even = height(hours.invested), crossing(hours)
    dot = DOT.format(x=even[0], y=round(100 - even[1], 2)) if even else Markup("")
    return plot(
        rising("saved", hours.monthly),
        rising("certain", hours.measured),
        LINE.format(kind="limit", x1=0, y1=level, x2=100, y2=level),
        dot,
    )
