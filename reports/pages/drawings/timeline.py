"""Divides the days before a decision into stretches: what is proven, when the server was observed, what happened.

Time that no stretch covers is unknown.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from gate.coverage import COVERED
from gate.history_series import Look
from gate.incidents import Incident
from gate.maintenance import Maintenance
from reports.pages.drawings.axis import Axis

PRESSURE = "DSK-05"
TICK = timedelta(hours=1)  # the width of an incident


class Stretch(NamedTuple):
    """Time of one kind, from `begin` to `end`. `kind` is a class of charts.css."""

    kind: str
    begin: datetime
    end: datetime


def proven(since: datetime | None, until: datetime, earliest: datetime | None) -> Iterator[Stretch]:
    """Yield what is proven, and what remains until the earliest possible GO."""
    if since:
        yield Stretch("proven", since, until)
    if earliest:
        yield Stretch("to-come", until, earliest)


def looked(looks: Sequence[Look], until: datetime) -> Iterator[Stretch]:
    """Yield when everything was observed; the kind is failing while a criterion that counts for the window failed."""
    return (stretch for stretch in _joined(looks, until) if stretch.kind != "blind")


def pressure(looks: Sequence[Look], until: datetime) -> Iterator[Stretch]:
    """Yield when the disk was under pressure, and when it is known that it was not."""
    seen = [
        Look(look.at, tuple(id for id in look.failing if id == PRESSURE), look.blind and PRESSURE not in look.failing)
        for look in looks
    ]
    return looked(seen, until)


def happened(
    incidents: Sequence[Incident], work: Sequence[Maintenance], looks: Sequence[Look], axis: Axis
) -> Iterator[Stretch]:
    """Yield the times that were observed, then the announced maintenance and the incidents in them."""
    yield from (Stretch("seen", begin, end) for _, begin, end in _joined(looks, axis.end))
    yield from (Stretch("announced", entry.start, entry.to) for entry in work if axis.holds(entry.start))
    yield from (Stretch("incident", one.at, one.at + TICK) for one in incidents if axis.holds(one.at))


def _joined(looks: Sequence[Look], until: datetime) -> Iterator[Stretch]:
    """Yield successive looks of the same kind as one stretch, as long as each look covers the time until the next."""
    last: Stretch | None = None
    for look, end in _spans(looks, until):
        kind = "failing" if look.failing else "blind" if look.blind else "sound"
        if last and last.kind == kind and last.end == look.at:
            last = last._replace(end=end)
            continue
        if last:
            yield last
        last = Stretch(kind, look.at, end)
    if last:
        yield last


def _spans(looks: Sequence[Look], until: datetime) -> Iterator[tuple[Look, datetime]]:
    for look, following in pairwise([*looks, Look(until)]):
        yield look, max(min(following.at, look.at + COVERED), look.at)
