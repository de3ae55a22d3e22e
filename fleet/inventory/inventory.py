"""What a fleet is: its servers, each with the settings that are merged into its target, its sites and its rings."""

from datetime import date
from typing import Annotated

import msgspec

from fixtures.target.layers import Layers
from fixtures.target.notify import Notify

REPLAY = "replay:"
Days = Annotated[float, msgspec.Meta(ge=0, le=366)]


class FleetError(ValueError):
    """The inventory cannot be used; each line of the message says what is wrong, where, and what to do."""


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """A server of the inventory. `target` is what `--target=` takes: the path of its folder, or replay:FILE.

    `site` and `ring` are "" if the server has none; `groups` holds all its other groups.
    """

    name: str
    title: str
    target: str
    site: str = ""
    ring: str = ""
    groups: tuple[str, ...] = ()
    layers: Layers = Layers()

    @property
    def recorded(self) -> bool:
        """Whether a recording is judged instead of a server."""
        return self.target.startswith(REPLAY)

    def within(self, group: str) -> bool:
        """Whether the server belongs to the group, which may be a site or a ring; "" is the whole fleet."""
        return group in ("", self.site, self.ring, *self.groups)


class Ring(msgspec.Struct, frozen=True):
    """Servers that go ahead of the next ring: they must be GO for so many days before the meeting of that ring."""

    name: str
    days: Days = 0.0
    meeting: date | None = None


class Fleet(msgspec.Struct, frozen=True, kw_only=True):
    """The inventory. A result older than `fresh_hours` counts no more; an audit ends after `minutes` at the latest.

    `notify` names who is told of its rounds; its files are relative to `folder`, which is that of the inventory.
    """

    name: str
    title: str
    servers: tuple[Server, ...]
    rings: tuple[Ring, ...] = ()
    fresh_hours: float = 26
    minutes: float = 30
    notify: Notify = Notify()
    folder: str = ""

    def group(self, name: str) -> tuple[Server, ...]:
        """Return the servers of a site, ring or group. Raises FleetError if there is none of that name."""
        chosen = tuple(server for server in self.servers if server.within(name))
        if not chosen:
            known = sorted({group for one in self.servers for group in (one.site, one.ring, *one.groups) if group})
            raise FleetError(f"{name}: no such group in this fleet; known groups: {', '.join(known) or 'none'}")
        return chosen
