"""Draws the days before a decision in lanes: what is proven, when the server was observed, what happened.

An empty stretch is unknown.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from markupsafe import Markup

from gate.coverage import COVERED
from gate.history_series import Look
from gate.incidents import Incident
from gate.maintenance import Maintenance
from reports.pages.drawings.axis import Axis, plot

PRESSURE = "DSK-05"
TICK = timedelta(hours=1)  # the width of an incident


def proven(since: datetime | None, until: datetime, earliest: datetime | None, axis: Axis) -> Markup:
    """Draw what is proven, and what remains until the earliest possible GO."""
    done = axis.span("proven", since, until, 25, 50) if since else Markup("")
    return plot(done, axis.span("to-come", until, earliest, 25, 50) if earliest else Markup(""))


def looked(looks: Sequence[Look], until: datetime, axis: Axis) -> Markup:
    """Draw when everything was observed, in red while a criterion that counts for the window failed."""
    return plot(*(axis.span(kind, begin, end) for kind, begin, end in _joined(looks, until) if kind != "blind"))


def pressure(looks: Sequence[Look], until: datetime, axis: Axis) -> Markup:
    """Draw when the disk was under pressure, and when it is known that it was not."""
    seen = [
        Look(look.at, tuple(id for id in look.failing if id == PRESSURE), look.blind and PRESSURE not in look.failing)
        for look in looks
    ]
    return looked(seen, until, axis)


def happened(incidents: Sequence[Incident], work: Sequence[Maintenance], looks: Sequence[Look], axis: Axis) -> Markup:
    """Draw incidents as strokes and announced maintenance as pale stretches, over the times that were observed."""
    seen = [axis.span("seen", begin, end) for _, begin, end in _joined(looks, axis.end)]
    announced = [axis.span("announced", entry.start, entry.to) for entry in work if axis.holds(entry.start)]
    strokes = [axis.span("incident", one.at, one.at + TICK) for one in incidents if axis.holds(one.at)]
    return plot(*seen, *announced, *strokes)


def _joined(looks: Sequence[Look], until: datetime) -> Iterator[tuple[str, datetime, datetime]]:
    """Yield successive looks of the same kind as one stretch, as long as each look covers the time until the next."""
    last: tuple[str, datetime, datetime] | None = None
    for look, end in _spans(looks, until):
        kind = "failing" if look.failing else "blind" if look.blind else "sound"
        if last and last[0] == kind and last[2] == look.at:
            last = kind, last[1], end
            continue
        if last:
            yield last
        last = kind, look.at, end
    if last:
        yield last


def _spans(looks: Sequence[Look], until: datetime) -> Iterator[tuple[Look, datetime]]:
    for look, following in pairwise([*looks, Look(until)]):
        yield look, max(min(following.at, look.at + COVERED), look.at)
