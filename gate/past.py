"""What earlier audits of a target recorded, as one immutable value."""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from gate.identity import Adoption, Identity, LeftOut
from gate.run import Result
from gate.sample import Event, Moment, Sample

EARLIER = "drilled-earlier"  # marks a result that was taken over from an earlier audit and is not recorded anew


class Work(msgspec.Struct, frozen=True):
    """A remedy of an earlier run. Its state is applied, rolled-back or failed."""

    at: Moment
    remedy: str
    state: str


class Drilled(msgspec.Struct, frozen=True):
    """The result of a drill and its time.

    `result.seen` holds what it proved: the digest of the dump, the restored rows, …
    """

    at: Moment
    result: Result


class Past(msgspec.Struct, frozen=True):
    """What the history holds of one server, oldest first; also what an audit adds to it.

    `configuration` maps paths of files to their digests, and `identity` names the server. `adopted` holds the
    statements by which evidence of other identities counts, and `left_out` what does not count.
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
        """The time of every sample, event, remedy and drill, oldest first."""
        return tuple(sorted(one.at for row in (self.samples, self.events, self.works, self.drills) for one in row))

    def drilled(self, id: str) -> Drilled | None:
        """Return the newest drill of a criterion, whatever its outcome: a failure replaces an earlier pass."""
        return max((drill for drill in self.drills if drill.result.id == id), key=lambda drill: drill.at, default=None)

    def when(self, holds: Callable[[datetime], bool]) -> "Past":
        """Return the part of it whose moments satisfy `holds`. The digests of the configuration are all kept."""
        return msgspec.structs.replace(
            self,
            samples=tuple(one for one in self.samples if holds(one.at)),
            events=tuple(one for one in self.events if holds(one.at)),
            works=tuple(one for one in self.works if holds(one.at)),
            drills=tuple(one for one in self.drills if holds(one.at)),
        )
