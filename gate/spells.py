"""How long incidents lasted, by the looks before and after them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from gate.history_series import SLOT, Look
from gate.incidents import Incident
from gate.sample import Moment


class Spell(msgspec.Struct, frozen=True):
    """An incident from its first look to the first look that did not see it any more.

    `until` is None if the last look still saw it. An incident of a moment, such as a reboot, ends as it begins.
    """

    since: Moment
    until: Moment | None
    why: str
    what: str = ""


def spells(incidents: Iterable[Incident], looks: Sequence[Look]) -> tuple[Spell, ...]:
    """Return the incidents in order of time. Looks that saw the same criterion fail one after the other are one spell."""
    found: dict[Spell, None] = {}
    for one in sorted(incidents):
        found[_spell(one, looks)] = None
    return tuple(sorted(found, key=lambda spell: spell.since))


def _spell(incident: Incident, looks: Sequence[Look]) -> Spell:
    at = incident.at
    if incident.why == "failing":
        for since, until in _failing(incident.what, looks):
            if since - SLOT <= at and (until is None or at < until):
                return Spell(since, until, incident.why, incident.what)
    return Spell(at, at, incident.why, incident.what)


def _failing(id: str, looks: Sequence[Look]) -> Iterator[tuple[datetime, datetime | None]]:
    """Yield each stretch of looks that saw the criterion fail; a look that could not see it ends none."""
    since: datetime | None = None
    for look in looks:
        if id in look.failing:
            since = since or look.at
        elif since and not look.blind:
            yield since, look.at
            since = None
    if since:
        yield since, None
