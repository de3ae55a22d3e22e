"""What breaks a stretch of stability: seen in two samples, or remembered by the server itself."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from gate.maintenance import Maintenance, announced
from gate.sample import Event, Happened, Moment, Sample

AGAIN = timedelta(hours=3)  # the same criterion failing again within this is one incident, whatever lay between
SETTLING = timedelta(minutes=15)  # services that start within this after a boot were started by it
AT_ONCE = frozenset({"DSK-05"})  # disk pressure is an incident the first time it is seen


class Incident(msgspec.Struct, frozen=True, order=True):
    """When it was last seen to go on, its kind (a criterion failing, or a kind of event), and what it was about."""

    at: Moment
    why: str
    what: str = ""


def incidents(samples: Iterable[Sample], events: Iterable[Event], maintenance: Sequence[Maintenance]) -> list[Incident]:
    """All of them, in order of time. `samples` in order; what was announced beforehand is none."""
    return sorted([*_failures(samples, maintenance), *_remembered(events, maintenance)])


def changes(samples: Iterable[Sample], events: Iterable[Event]) -> list[Incident]:
    """What opens the window anew without being an incident: work on the configuration, announced or not."""
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
    """The same criterion failing twice in a row, or again within three hours: who comes and goes is not stable."""
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
    """What was started by a boot belongs to that boot."""
    known = sorted(event for event in events if event.kind is not Happened.CONFIGURATION)
    boots = [event for event in known if event.kind is Happened.BOOT]
    for event in known:
        cause = _boot_of(event, boots)
        if not announced(maintenance, cause.at) and cause is event:
            yield Incident(event.at, event.kind, event.what)


def _boot_of(event: Event, boots: Iterable[Event]) -> Event:
    """Itself, where no boot explains it. A killed process never is explained."""
    if event.kind in (Happened.BOOT, Happened.MEMORY):
        return event
    before = [boot for boot in boots if boot.at <= event.at <= boot.at + SETTLING]
    return max(before, default=event)
