"""Draws a figure beside its target: the bar is the figure, the tick is the target."""

from markupsafe import Markup

from gate.bound import Bound

WIDTH, HEIGHT = 160.0, 14.0


def gauge(value: float, bound: Bound, kind: str) -> Markup:
    """Return an inline SVG, or nothing if a scale from zero makes no sense.

    `kind` is met or missed, or beside if the figure does not decide. The text beside the drawing has the same content.
    """
    if value < 0 or bound.figure <= 0 or value != value or value > 1e15:
        return Markup("")
    scale = WIDTH / (1.15 * max(value, bound.figure))
    filled, tick = min(WIDTH, value * scale), bound.figure * scale
    return Markup(
        '<svg class="gauge {kind}" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
        ' aria-hidden="true">'
        '<rect class="track" y="4" width="{width:g}" height="6" rx="3"/>'
        '<rect class="bar" y="4" width="{filled:.1f}" height="6" rx="3"/>'
        '<rect class="tick" x="{tick:.1f}" width="2" height="{height:g}"/></svg>',
    ).format(kind=kind, width=WIDTH, height=HEIGHT, filled=max(filled, 0.1), tick=tick - 1)
