"""Draws a figure over the days: a line while the server was observed, a gap while it was not, and the limit."""

import math
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby, pairwise

from markupsafe import Markup

from gate.coverage import LONGEST_GAP
from gate.history_series import Mark
from reports.pages.drawings.axis import Axis, plot
from reports.pages.drawings.scale import round_top

LINE = Markup('<polyline class="{kind}" points="{points}"/>')
AREA = Markup('<polygon class="area" points="{}"/>')
LIMIT = Markup('<line class="limit" x1="0" x2="100" y1="{y}" y2="{y}"/>')
LEAST = timedelta(minutes=30)  # the width of a single look
MOST = 48  # parts of an axis of which the least and the greatest figure are drawn
Place = tuple[float, float]


def figures(marks: Sequence[Mark]) -> list[Mark]:
    """Return the marks that have a figure which can be drawn: finite and not negative."""
    return [mark for mark in marks if mark.value is not None and 0 <= mark.value < math.inf]


def top_of(marks: Sequence[Mark], limit: float, unit: str) -> float:
    """Return the value of the upper edge: 100 for a percentage, otherwise a round number above limit and figures."""
    highest = max((mark.value or 0.0 for mark in marks), default=0.0)
    return 100.0 if unit == "%" and max(highest, limit) <= 100 else round_top(max(1.25 * limit, 1.1 * highest))


def course(marks: Sequence[Mark], limit: float, top: float, axis: Axis) -> Markup:
    """Draw the marks, which must be in order and each have a figure."""
    stretches = list(_stretches(marks))
    seen = [axis.span("seen", stretch[0].at, max(stretch[-1].at, stretch[0].at + LEAST)) for stretch in stretches]
    lines = [_drawn([_place(mark, top, axis) for mark in thinned(stretch, axis)]) for stretch in stretches]
    return plot(*seen, *lines, LIMIT.format(y=_height(limit, top)))


def thinned(marks: Sequence[Mark], axis: Axis, most: int = MOST) -> list[Mark]:
    """Return the first and last mark, and of each of `most` parts of the axis the marks with the least and greatest
    figure, so that a long history takes no more room than a short one and no peak is lost.
    """
    parts = [list(part) for _, part in groupby(marks, lambda mark: int(axis.at(mark.at) * most / 100))]
    extremes = [one for part in parts for one in (min(part, key=_value), max(part, key=_value))]
    kept = {mark.at: mark for mark in (*extremes, *marks[:1], *marks[-1:])}
    return [kept[at] for at in sorted(kept)]


def _value(mark: Mark) -> float:
    return mark.value or 0.0


def _stretches(marks: Sequence[Mark]) -> Iterator[list[Mark]]:
    """Yield the series of marks without a gap between them."""
    begin = 0
    for number, (one, two) in enumerate(pairwise(marks), 1):
        if two.at - one.at > LONGEST_GAP:
            yield list(marks[begin:number])
            begin = number
    if marks:
        yield list(marks[begin:])


def _drawn(places: Sequence[Place]) -> Markup:
    """Draw one series: a line with the area below it, or a dot for a single mark."""
    if len(places) == 1:
        return LINE.format(kind="dot", points=_points([*places, *places]))
    ground = [(places[0][0], 100.0), *places, (places[-1][0], 100.0)]
    return AREA.format(_points(ground)) + LINE.format(kind="line", points=_points(places))


def _place(mark: Mark, top: float, axis: Axis) -> Place:
    return axis.at(mark.at), _height(mark.value or 0, top)


def _height(value: float, top: float) -> float:
    """Return the distance from the upper edge in percent, as SVG counts."""
    return round(100 - 100 * min(value, top) / top, 2)


def _points(places: Sequence[Place]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in places)
