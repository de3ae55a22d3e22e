"""The sample that one audit leaves in the history, and the events that the server itself remembers."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from gate.outcome import Outcome

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Reading(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The outcome of one criterion, and its figure if there was one."""

    outcome: Outcome
    value: float | None = None


class Sample(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One look at the server. `failing` and `unknown` name criteria that count for the stability window.

    `changed` says that the run applied a remedy. `readings` holds every criterion that was judged, and `boot` the
    kernel's id of the current boot.
    """

    at: Moment
    failing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    changed: bool = False
    synthetic: bool = False
    readings: Mapping[str, Reading] = {}
    boot: str = ""


class Happened(StrEnum):
    """The kinds of events that a server remembers.

    All but CONFIGURATION are incidents, unless maintenance was announced.
    """

    BOOT = "boot"
    CLUSTER = "cluster"
    DATABASE = "database"
    MEMORY = "memory"
    CONFIGURATION = "configuration"


class Event(msgspec.Struct, frozen=True, order=True):
    """An event on the server. `what` is a unit, a pod or a file."""

    at: Moment
    kind: Happened
    what: str = ""
