"""Hours saved over the months against the hours that were invested."""

from markupsafe import Markup

from reports.model.worklog import Return
from reports.pages.drawings.axis import plot

LINE = Markup('<line class="{kind}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>')


def top_of(hours: Return) -> float:
    """What the upper edge stands for."""
    return 1.1 * max(hours.invested, hours.saved, 1.0)


def break_even(hours: Return) -> Markup:
    """Three lines: what was invested, what is saved, and what is saved for certain."""
    def height(value: float) -> float:
        return round(100 - 100 * value / top_of(hours), 2)

    def rising(kind: str, monthly: float) -> Markup:
        return LINE.format(kind=kind, x1=0, y1=100, x2=100, y2=height(monthly * hours.months))

    level = height(hours.invested)
    return plot(rising("saved", hours.monthly), rising("certain", hours.measured),
                LINE.format(kind="limit", x1=0, y1=level, x2=100, y2=level))
