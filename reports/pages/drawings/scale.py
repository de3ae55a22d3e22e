"""Finds round ends for scales, and places names so that they do not overlap."""

import math
from collections.abc import Sequence

ROUND = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
LEAST = 1e-9
Named = tuple[float, str, str]


def round_top(value: float) -> float:
    """Return the next round number, for the upper edge of a drawing."""
    value = max(value, LEAST)
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in ROUND if step * power >= value * (1 - LEAST))


def spread(names: Sequence[Named], apart: float) -> tuple[Named, ...]:
    """Return the names at their heights in percent, at least `apart` from each other and at most at 100."""
    placed: list[Named] = []
    for at, text, kind in sorted(names):
        placed.append((max(at, placed[-1][0] + apart) if placed else at, text, kind))
    ceiling = 100.0
    for number in reversed(range(len(placed))):
        at, text, kind = placed[number]
        placed[number] = round(min(at, ceiling), 2), text, kind
        ceiling = placed[number][0] - apart
    return tuple(placed)
