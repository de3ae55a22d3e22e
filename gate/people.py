"""What people answer for: attestations, waivers and announced maintenance of a target folder, validated against a moment."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from gate.contract import Contract
from gate.documents import document_void
from gate.entries import entries
from gate.identity import Identity
from gate.maintenance import Maintenance, maintenance_void
from gate.names import readable, same_person
from gate.worklog import Logged, load_worklog

LONGEST_WAIVER = timedelta(days=30)
LONGEST_ATTESTATION = timedelta(days=366)
STABLE = "DEC-02"  # the criterion that maintenance speaks to


class Attestation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody answers for a criterion, with yes or (`approved = false`) with no.

    `sha256` binds the document: a changed document voids the entry. `server` names the server that was looked at.
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
    """A failing criterion accepted for a while by someone with the right to, and never by who asked for it."""

    criterion: str
    reason: str
    approver: str
    expires: datetime
    granted: datetime | None = None
    requested_by: str = ""


class Void(msgspec.Struct, frozen=True):
    """An entry that does not count; `why` is a code of reports/locale [void]."""

    criterion: str
    what: str
    why: str


class People(msgspec.Struct, frozen=True):
    """The entries that count at the time of the run, and those that do not."""

    attestations: tuple[Attestation, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    void: tuple[Void, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    worklog: tuple[Logged, ...] = ()

    def attestation(self, id: str) -> Attestation | None:
        """The newest valid attestation for a criterion; of two at the same moment the no."""
        mine = [entry for entry in self.attestations if entry.criterion == id]
        return max(mine, key=lambda entry: (entry.date, not entry.approved), default=None)

    def waiver(self, id: str) -> Waiver | None:
        """The valid waiver for a criterion."""
        return next((entry for entry in self.waivers if entry.criterion == id), None)


def load_people(folder: Path, contract: Contract, at: datetime, runner: Sequence[str] = ()) -> People:
    """Read what people wrote into a target folder; `runner` are the names of who runs the audit."""
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
    """Without the yes of an attestation that names another server than the one that is watched; a no stands."""
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
    """Why it does not count: a code of reports/locale [void], or nothing."""
    if entry.criterion not in contract:
        return "no-such-criterion"
    if not contract[entry.criterion].may_be_attested:
        return "measured"
    if not readable(entry.who) or not readable(entry.role):
        return "unsigned"
    if entry.date > at:
        return "future"
    if not entry.approved:
        return ""  # a no stands until somebody says yes: time and a changed document do not turn it into one
    if entry.valid_until <= at:
        return "expired"
    if entry.valid_until - entry.date > LONGEST_ATTESTATION:
        return "attestation-too-long"
    return document_void(folder, entry.document, entry.sha256) if entry.document else ""


def waiver_void(entry: Waiver, contract: Contract, at: datetime, runner: Sequence[str] = ()) -> str:
    """The same of a waiver; `runner` are the names of who runs the audit."""
    if entry.criterion not in contract:
        return "no-such-criterion"
    if not contract[entry.criterion].waivable:
        return "never-waivable"
    if not readable(entry.approver) or not readable(entry.reason):
        return "unsigned"
    if same_person(entry.approver, (entry.requested_by, *runner)):
        return "self-approved"
    granted = entry.granted or at
    if granted > at:
        return "future"
    if entry.expires <= at:
        return "expired"
    return "too-long" if entry.expires - granted > LONGEST_WAIVER else ""
