"""The course of a figure in the space of a word."""

from collections.abc import Sequence

from markupsafe import Markup

from reports.model.chronicle import Mark
from reports.pages.drawings.axis import Axis
from reports.pages.drawings.course import figures

WIDTH, HEIGHT, EDGE = 56.0, 16.0, 2.0
SPARK = Markup('<svg class="spark" viewBox="0 0 56 16" width="56" height="16" aria-hidden="true">'
               '<polyline points="{points}"/><circle cx="{x}" cy="{y}" r="2"/></svg>')


def spark(marks: Sequence[Mark], axis: Axis) -> Markup:
    """Nothing for fewer than two figures."""
    drawn = figures(marks)
    if len(drawn) < 2:
        return Markup("")
    values = [mark.value or 0.0 for mark in drawn]
    low, high = min(values), max(values)
    range = max(high - low, 0.02 * high, 1e-9)  # what hardly moves is a flat line
    places = [(round(EDGE + axis.at(mark.at) / 100 * (WIDTH - 2 * EDGE), 1),
               round(HEIGHT - EDGE - (value - low) / range * (HEIGHT - 2 * EDGE), 1))
              for mark, value in zip(drawn, values, strict=True)]
    x, y = places[-1]
    return SPARK.format(points=" ".join(f"{left:g},{up:g}" for left, up in places), x=x, y=y)
