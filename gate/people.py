"""Reads what people state in a target folder: attestations, waivers, announced maintenance and hours of work.

Each entry is checked against the contract and the time of the audit.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from gate.contract import Contract, Criterion
from gate.documents import document_void
from gate.entries import entries
from gate.identity import Identity
from gate.maintenance import Maintenance, maintenance_void
from gate.names import readable, same_person
from gate.worklog import Logged, load_worklog

LONGEST_WAIVER = timedelta(days=30)
LONGEST_ATTESTATION = timedelta(days=366)
STABLE = "DEC-02"  # the criterion that maintenance concerns


class Attestation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The statement of a person that a criterion is met, or with `approved = false` that it is not.

    `sha256` identifies the document: if the document changes, the entry no longer counts. `server` is the server it is
    about.
    """

    criterion: str
    who: str
    role: str
    date: datetime
    valid_until: datetime
    approved: bool = True
    document: str = ""
    sha256: str = ""
    note: str = ""
    server: Identity = Identity()


class Waiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The acceptance of a failing criterion until `expires`. The person who asked for it may not approve it.

    With `object`, a name in which * stands for any text, only what the criterion found about such objects is accepted.
    """

    criterion: str
    reason: str
    approver: str
    expires: datetime
    granted: datetime | None = None
    requested_by: str = ""
    object: str = ""


class Void(msgspec.Struct, frozen=True):
    """An entry that does not count. `why` is a key of [void] in reports/locale."""

    criterion: str
    what: str
    why: str


class People(msgspec.Struct, frozen=True):
    """The entries that count at the time of the run, and in `void` those that do not."""

    attestations: tuple[Attestation, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    void: tuple[Void, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    worklog: tuple[Logged, ...] = ()

    def attestation(self, id: str) -> Attestation | None:
        """Return the newest valid attestation of a criterion, or None.

        Of two with the same date, a no takes precedence.
        """
        mine = [entry for entry in self.attestations if entry.criterion == id]
        return max(mine, key=lambda entry: (entry.date, not entry.approved), default=None)

    def waiver(self, id: str) -> Waiver | None:
        """Return the first valid waiver of the whole criterion, or None."""
        return next((entry for entry in self.waivers if entry.criterion == id and not entry.object), None)

    def object_waivers(self, id: str) -> tuple[Waiver, ...]:
        """Return the valid waivers for single objects of a criterion."""
        return tuple(entry for entry in self.waivers if entry.criterion == id and entry.object)

    def accepting(self, id: str) -> tuple[Waiver, ...]:
        """Return what accepts a waived criterion: its waiver, or else the waivers for its objects."""
        whole = self.waiver(id)
        return (whole,) if whole else self.object_waivers(id)


def load_people(folder: Path, contract: Contract, at: datetime, runner: Sequence[str] = ()) -> People:
    """Read what people wrote in the folder of a target.

    `runner` holds the names of the person who runs the audit, who may not approve a waiver. Raises PeopleError if a
    file is invalid.
    """
    attestations = [
        (entry, attestation_void(entry, folder, contract, at))
        for entry in entries(folder / "attestations.toml", "attestation", Attestation)
    ]
    waivers = [
        (entry, waiver_void(entry, contract, at, runner))
        for entry in entries(folder / "waivers.toml", "waiver", Waiver)
    ]
    announced = [
        (entry, maintenance_void(entry)) for entry in entries(folder / "maintenance.toml", "maintenance", Maintenance)
    ]
    void = [Void(entry.criterion, "attestation", why) for entry, why in attestations if why]
    void += [Void(waiver.criterion, "waiver", why) for waiver, why in waivers if why]
    void += [Void(STABLE, "maintenance", why) for _, why in announced if why]
    return People(
        tuple(entry for entry, why in attestations if not why),
        tuple(waiver for waiver, why in waivers if not why),
        tuple(void),
        tuple(entry for entry, why in announced if not why),
        load_worklog(folder / "worklog.csv"),
    )


def of_server(people: People, watched: Identity, counts: Callable[[Identity, datetime], bool]) -> People:
    """Return `people` without approving attestations that name another server. A no stands whichever server it names.

    `counts` returns whether evidence of an identity and moment counts for the server `watched`.
    """
    others = [
        entry
        for entry in people.attestations
        if entry.approved and entry.server.differing(watched) and not counts(entry.server, entry.date)
    ]
    return msgspec.structs.replace(
        people,
        attestations=tuple(entry for entry in people.attestations if entry not in others),
        void=(*people.void, *(Void(entry.criterion, "attestation", "another-server") for entry in others)),
    )


def attestation_void(entry: Attestation, folder: Path, contract: Contract, at: datetime) -> str:
    """Return why an attestation does not count, as a key of [void] in reports/locale, or "" if it does."""
    if entry.criterion not in contract:
        return "no-such-criterion"
    if not contract[entry.criterion].may_be_attested:
        return "measured"
    if not readable(entry.who) or not readable(entry.role):
        return "unsigned"
    if entry.date > at:
        return "future"
    if not entry.approved:
        return ""  # a no stands until a newer yes; neither its age nor a changed document ends it
    if entry.valid_until <= at:
        return "expired"
    if entry.valid_until - entry.date > LONGEST_ATTESTATION:
        return "attestation-too-long"
    return document_void(folder, entry.document, entry.sha256) if entry.document else ""


def waiver_void(entry: Waiver, contract: Contract, at: datetime, runner: Sequence[str] = ()) -> str:
    """Return why a waiver does not count, as a key of [void] in reports/locale, or "" if it does.

    `runner` holds the names of the person who runs the audit, who may not approve it.
    """
    criterion = contract.get(entry.criterion)
    return _not_to_waive(entry, criterion) or _unsigned(entry, runner) or _out_of_date(entry, at)


def _not_to_waive(entry: Waiver, criterion: Criterion | None) -> str:
    """Return why there is nothing that such a waiver could accept, or "" if there is."""
    if criterion is None:
        return "no-such-criterion"
    if not criterion.waivable:
        return "never-waivable"
    return _object_void(entry.object, criterion) if entry.object else ""


def _unsigned(entry: Waiver, runner: Sequence[str]) -> str:
    """Return why nobody else stands for the waiver, or "" if somebody does."""
    if not readable(entry.approver) or not readable(entry.reason):
        return "unsigned"
    return "self-approved" if same_person(entry.approver, (entry.requested_by, *runner)) else ""


def _out_of_date(entry: Waiver, at: datetime) -> str:
    """Return why the waiver does not count at this moment, or "" if it does."""
    granted = entry.granted or at
    if granted > at:
        return "future"
    if entry.expires <= at:
        return "expired"
    return "too-long" if entry.expires - granted > LONGEST_WAIVER else ""


def _object_void(object: str, criterion: Criterion) -> str:
    """Return why a waiver for this object does not count, or "" if it may."""
    if not criterion.objects:
        return "no-objects"
    return "" if readable(object) else "every-object"
