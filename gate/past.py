"""Everything earlier audits of a target left, as one frozen value."""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from gate.identity import Adoption, Identity, LeftOut
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
    """What the history holds of one server, oldest first; also what an audit adds to it.

    `configuration` holds digests of files by path, `identity` says which server all of it is of. `adopted` and
    `left_out` say what was counted by somebody's word, and what was not counted.
    """

    samples: tuple[Sample, ...] = ()
    events: tuple[Event, ...] = ()
    works: tuple[Work, ...] = ()
    drills: tuple[Drilled, ...] = ()
    configuration: Mapping[str, str] = {}
    identity: Identity = Identity()
    adopted: tuple[Adoption, ...] = ()
    left_out: LeftOut | None = None

    @property
    def moments(self) -> tuple[datetime, ...]:
        """When something of it was seen, happened or was done, oldest first."""
        return tuple(sorted(one.at for row in (self.samples, self.events, self.works, self.drills) for one in row))

    def drilled(self, id: str) -> Drilled | None:
        """The newest drill of a criterion, whatever it came to: a failure takes back the pass before it."""
        return max((drill for drill in self.drills if drill.result.id == id), key=lambda drill: drill.at, default=None)

    def when(self, holds: Callable[[datetime], bool]) -> "Past":
        """Of those moments only; the digests are those of the newest look anyway."""
        return msgspec.structs.replace(
            self,
            samples=tuple(one for one in self.samples if holds(one.at)),
            events=tuple(one for one in self.events if holds(one.at)),
            works=tuple(one for one in self.works if holds(one.at)),
            drills=tuple(one for one in self.drills if holds(one.at)),
        )
