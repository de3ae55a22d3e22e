"""Draws the course of a figure as small as a word."""

from collections.abc import Sequence

from markupsafe import Markup

from gate.bound import Bound
from gate.history_series import Mark
from reports.pages.drawings.axis import Axis
from reports.pages.drawings.course import figures, thinned, top_of

WIDTH, HEIGHT, EDGE, PARTS = 56.0, 20.0, 2.0, 12
SPARK = Markup(
    '<svg class="spark" viewBox="0 0 56 20" width="56" height="20" role="img"><title>{said}</title>'
    '<line class="limit" x1="0" x2="56" y1="{limit}" y2="{limit}"/>'
    '<polyline points="{points}"/><circle cx="{x}" cy="{y}" r="2"/></svg>'
)


def spark(marks: Sequence[Mark], bound: Bound, axis: Axis, said: str = "") -> Markup:
    """Return an inline SVG with the figures and the target, named `said`, or nothing for fewer than two figures."""
    drawn = figures(marks)
    if len(drawn) < 2:
        return Markup("")
    top = top_of(drawn, max(bound.figure, 0.0), bound.unit)
    kept = thinned(drawn, axis, PARTS)
    places = [
        (round(EDGE + axis.at(mark.at) / 100 * (WIDTH - 2 * EDGE), 1), _height((mark.value or 0.0) / top))
        for mark in kept
    ]
    x, y = places[-1]
    return SPARK.format(
        said=said,
        points=" ".join(f"{left:g},{up:g}" for left, up in places),
        x=x,
        y=y,
        limit=_height(bound.figure / top),
    )


def _height(share: float) -> float:
    return round(HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE), 1)
