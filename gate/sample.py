"""What one audit leaves behind: how the criteria stood, and what the server remembered of its own past."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from gate.outcome import Outcome

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Reading(msgspec.Struct, frozen=True, array_like=True):
    """How one criterion came out, and its figure where there was one."""

    outcome: Outcome
    value: float | None = None


class Sample(msgspec.Struct, frozen=True, omit_defaults=True):
    """One look at the server. `failing` and `unknown` name criteria that feed the window; `changed`: it applied a remedy.

    `readings` holds every criterion that was judged, `boot` the kernel's id of the boot it looked at.
    """

    at: Moment
    failing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    changed: bool = False
    synthetic: bool = False
    readings: Mapping[str, Reading] = {}
    boot: str = ""


class Happened(StrEnum):
    """What a server remembers. All but a change of its configuration are incidents, unless declared beforehand."""

    BOOT = "boot"
    CLUSTER = "cluster"
    DATABASE = "database"
    MEMORY = "memory"
    CONFIGURATION = "configuration"


class Event(msgspec.Struct, frozen=True, order=True):
    """Something that happened between two looks; `what` is a unit, a pod or a file."""

    at: Moment
    kind: Happened
    what: str = ""
