"""Finds figures that are far from what the fleet has in common."""

from collections.abc import Iterator
from statistics import median

import msgspec

from fleet.page.causes import title
from fleet.round import Round
from gate.bound import Bound
from reports.text.words import Voice, shown

FEWEST, FAR, RARE = 8, 6.0, 0.05  # servers with a figure; deviations from the middle; the share that may differ
NORMAL = 1.4826  # the deviation of a normal distribution, in median absolute deviations


class Outlier(msgspec.Struct, frozen=True):
    """A server's figure that is unlike the others. `far` is its distance, in deviations of the fleet."""

    name: str
    id: str
    title: str
    text: str
    far: float


def outliers(round: Round, voice: Voice, most: int) -> tuple[Outlier, ...]:
    """Return at most so many figures that are unlike the others, farthest first."""
    found = sorted(_found(round), key=lambda one: (-one[3], one[0], one[1]))[:most]
    return tuple(_worded(round, name, id, middle, far, voice) for name, id, middle, far in found)


def _found(round: Round) -> Iterator[tuple[str, str, float, float]]:
    figures: dict[str, dict[str, float]] = {}
    for row in round.rows:
        for id, value in row.judged.figures.items() if row.judged and row.known else ():
            figures.setdefault(id, {})[row.name] = value
    for id, values in figures.items():
        if len(values) >= FEWEST and id in round.criteria:
            middle = median(values.values())
            yield from ((name, id, middle, far) for name, far in unlike(values, middle))


def unlike(values: dict[str, float], middle: float) -> Iterator[tuple[str, float]]:
    """Yield the names of the values that are far from the middle, with their distance in deviations.

    If more than half of the values are equal, every other one is far, as long as these are rare.
    """
    distances = {name: abs(value - middle) for name, value in values.items()}
    spread = NORMAL * median(distances.values())
    if spread:
        yield from ((name, far / spread) for name, far in distances.items() if far / spread > FAR)
    elif sum(far > 0 for far in distances.values()) <= RARE * len(values):
        yield from ((name, FAR + far / (abs(middle) or 1)) for name, far in distances.items() if far > 0)


def _worded(round: Round, name: str, id: str, middle: float, far: float, voice: Voice) -> Outlier:
    known = round.criteria[id]
    unit = Bound.parse(known.target).unit
    row = next(row for row in round.rows if row.name == name)
    value = row.judged.figures[id] if row.judged else middle
    figures = {"figure": voice.figure(value, unit), "middle": voice.figure(middle, unit)}
    return Outlier(shown(name), shown(id), title(known, voice), voice.say("fleet", "outlier", figures), far)
