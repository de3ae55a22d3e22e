"""Finds the incidents that end a period of stability: in two samples, or in what the server itself remembers."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from gate.maintenance import Maintenance, announced
from gate.sample import Event, Happened, Moment, Sample

AGAIN = timedelta(hours=3)  # a criterion that fails twice within this time is an incident, even if it passed between
SETTLING = timedelta(minutes=15)  # a service that starts within this time after a boot belongs to the boot
AT_ONCE = frozenset({"DSK-05"})  # one failing look is enough: disk pressure


class Incident(msgspec.Struct, frozen=True, order=True):
    """An incident: when it was last seen, its kind (`failing`, or a kind of event), and the criterion, unit or pod
    concerned.
    """

    at: Moment
    why: str
    what: str = ""


def incidents(samples: Iterable[Sample], events: Iterable[Event], maintenance: Sequence[Maintenance]) -> list[Incident]:
    """Return all incidents in order of time.

    `samples` must be in order. What happened during announced maintenance is not an incident.
    """
    return sorted([*_failures(samples, maintenance), *_remembered(events, maintenance)])


def changes(samples: Iterable[Sample], events: Iterable[Event]) -> list[Incident]:
    """Return changes that restart the window without being incidents: remedies and changes of configuration, announced
    or not.
    """
    remedied = [Incident(sample.at, "change", "") for sample in samples if sample.changed]
    return sorted(
        [
            *remedied,
            *(
                Incident(event.at, "configuration", event.what)
                for event in events
                if event.kind is Happened.CONFIGURATION
            ),
        ]
    )


def _failures(samples: Iterable[Sample], maintenance: Sequence[Maintenance]) -> Iterator[Incident]:
    """Yield an incident for a criterion that fails in two successive looks, or again within AGAIN after it passed."""
    failed: dict[str, datetime] = {}
    passed: set[str] = set()
    for sample in samples:
        failing = set() if announced(maintenance, sample.at) else {*sample.failing}
        for id in sorted(failing):
            again = id in failed and (id not in passed or sample.at - failed[id] <= AGAIN)
            if again or id in AT_ONCE:
                yield Incident(sample.at, "failing", id)
            failed[id] = sample.at
        passed -= failing
        if not sample.unknown:
            passed |= failed.keys() - failing


def _remembered(events: Iterable[Event], maintenance: Sequence[Maintenance]) -> Iterator[Incident]:
    """Yield the events that the server remembers. A service that was started by a boot belongs to the boot."""
    remembered = sorted(event for event in events if event.kind is not Happened.CONFIGURATION)
    boots = [event for event in remembered if event.kind is Happened.BOOT]
    for event in remembered:
        cause = _boot_of(event, boots)
        if not announced(maintenance, cause.at) and cause is event:
            yield Incident(event.at, event.kind, event.what)


def _boot_of(event: Event, boots: Iterable[Event]) -> Event:
    """Return the boot that explains an event, or the event itself.

    No boot explains a process killed for lack of memory.
    """
    if event.kind in (Happened.BOOT, Happened.MEMORY):
        return event
    before = [boot for boot in boots if boot.at <= event.at <= boot.at + SETTLING]
    return max(before, default=event)
