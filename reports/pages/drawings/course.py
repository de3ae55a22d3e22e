"""A figure over the days: a line where somebody looked, nothing where nobody did, and its limit."""

import math
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from markupsafe import Markup

from gate.coverage import LONGEST_GAP
from gate.history_series import Mark
from reports.pages.drawings.axis import Axis, plot
from reports.pages.drawings.scale import round_top

LINE = Markup('<polyline class="{kind}" points="{points}"/>')
AREA = Markup('<polygon class="area" points="{}"/>')
LIMIT = Markup('<line class="limit" x1="0" x2="100" y1="{y}" y2="{y}"/>')
LEAST = timedelta(minutes=30)  # what a single look is drawn as
Place = tuple[float, float]


def figures(marks: Sequence[Mark]) -> list[Mark]:
    """Those with a figure that can be drawn."""
    return [mark for mark in marks if mark.value is not None and 0 <= mark.value < math.inf]


def top_of(marks: Sequence[Mark], limit: float, unit: str) -> float:
    """What the upper edge stands for: of a share the whole, of all else a round number above limit and figures."""
    highest = max((mark.value or 0.0 for mark in marks), default=0.0)
    return 100.0 if unit == "%" and max(highest, limit) <= 100 else round_top(max(1.25 * limit, 1.1 * highest))


def course(marks: Sequence[Mark], limit: float, top: float, axis: Axis) -> Markup:
    """`marks` in order, each with a figure."""
    stretches = list(_stretches(marks))
    seen = [axis.span("seen", stretch[0].at, max(stretch[-1].at, stretch[0].at + LEAST)) for stretch in stretches]
    lines = [_drawn([_place(mark, top, axis) for mark in stretch]) for stretch in stretches]
    return plot(*seen, *lines, LIMIT.format(y=_height(limit, top)))


def _stretches(marks: Sequence[Mark]) -> Iterator[list[Mark]]:
    """Parts without a gap."""
    begin = 0
    for number, (one, two) in enumerate(pairwise(marks), 1):
        if two.at - one.at > LONGEST_GAP:
            yield list(marks[begin:number])
            begin = number
    if marks:
        yield list(marks[begin:])


def _drawn(places: Sequence[Place]) -> Markup:
    """A single look is a dot: a line that ends where it begins."""
    if len(places) == 1:
        return LINE.format(kind="dot", points=_points([*places, *places]))
    ground = [(places[0][0], 100.0), *places, (places[-1][0], 100.0)]
    return AREA.format(_points(ground)) + LINE.format(kind="line", points=_points(places))


def _place(mark: Mark, top: float, axis: Axis) -> Place:
    return axis.at(mark.at), _height(mark.value or 0, top)


def _height(value: float, top: float) -> float:
    """From above, as SVG counts."""
    return round(100 - 100 * min(value, top) / top, 2)


def _points(places: Sequence[Place]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in places)
