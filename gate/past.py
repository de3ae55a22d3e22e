"""Everything earlier audits of a target left, as one frozen value."""

from collections.abc import Mapping

import msgspec

from gate.run import Result
from gate.sample import Event, Moment, Sample

EARLIER = "drilled-earlier"  # the finding of a pass that was taken over from here: it is not kept as a new drill


class Work(msgspec.Struct, frozen=True):
    """A remedy of an earlier run: its state is applied, rolled-back or failed."""

    at: Moment
    remedy: str
    state: str


class Drilled(msgspec.Struct, frozen=True):
    """What a drill came to, and when: `result.seen` says what it proved (the dump's digest, the rows restored …)."""

    at: Moment
    result: Result


class Past(msgspec.Struct, frozen=True):
    """What the history holds, oldest first; also what an audit adds to it. `configuration`: digests of files by path."""

    samples: tuple[Sample, ...] = ()
    events: tuple[Event, ...] = ()
    works: tuple[Work, ...] = ()
    drills: tuple[Drilled, ...] = ()
    configuration: Mapping[str, str] = {}

    def drilled(self, id: str) -> Drilled | None:
        """The newest drill of a criterion, whatever it came to: a failure takes back the pass before it."""
        return max((drill for drill in self.drills if drill.result.id == id), key=lambda drill: drill.at, default=None)
