"""Draws a figure beside its target: the bar is the figure, the tick is the target."""

from markupsafe import Markup

from gate.bound import Bound

GAUGE = Markup('<span class="gauge {kind}" style="--filled:{filled:g}%;--tick:{tick:g}%"></span>')


def gauge(value: float, bound: Bound, kind: str) -> Markup:
    """Return an element whose widths criteria.css draws, or nothing if a scale from zero makes no sense.

    A percentage is drawn against the whole, all else against a little more than the greater of figure and target. `kind`
    is met or missed, or beside if the figure does not decide. The text beside the drawing has the same content.
    """
    if value < 0 or bound.figure <= 0 or value != value or value > 1e15:
        return Markup("")
    most = max(value, bound.figure)
    top = 100.0 if bound.unit == "%" and most <= 100 else 1.15 * most
    return GAUGE.format(kind=kind, filled=round(100 * value / top, 1), tick=round(100 * bound.figure / top, 1))
