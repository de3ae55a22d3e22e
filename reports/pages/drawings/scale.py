"""Round ends for scales, and names beside them that do not stand on each other."""

import math
from collections.abc import Sequence

ROUND = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
LEAST = 1e-9
Named = tuple[float, str, str]


def round_top(value: float) -> float:
    """The next round number: what the upper edge of a drawing stands for."""
    value = max(value, LEAST)
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in ROUND if step * power >= value * (1 - LEAST))


def spread(names: Sequence[Named], apart: float) -> tuple[Named, ...]:
    """Each at its height in percent, or moved as far up as keeps it apart from the one below; the highest stays inside."""
    placed: list[Named] = []
    for at, text, kind in sorted(names):
        placed.append((max(at, placed[-1][0] + apart) if placed else at, text, kind))
    ceiling = 100.0
    for number in reversed(range(len(placed))):
        at, text, kind = placed[number]
        placed[number] = round(min(at, ceiling), 2), text, kind
        ceiling = placed[number][0] - apart
    return tuple(placed)
