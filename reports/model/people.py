"""What people answer for: attestations and waivers of a target folder, validated against a moment."""

import hashlib
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from reports.model.refusal import plainly

LONGEST_WAIVER = timedelta(days=30)
CHECK, EXAMPLE = ".venv/bin/python -m fixtures check", "targets/twisterlab.example"


class PeopleError(ValueError):
    """attestations.toml or waivers.toml cannot be used."""


class Attestation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody answers for a criterion, with yes or (`approved = false`) with no.

    `sha256` binds the document: a changed document voids the entry.
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


class Waiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A failing criterion accepted for a while by someone with the right to."""

    criterion: str
    reason: str
    approver: str
    expires: datetime
    granted: datetime | None = None


Entry = TypeVar("Entry", Attestation, Waiver)


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

    def attestation(self, id: str) -> Attestation | None:
        """The newest valid attestation for a criterion; of two at the same moment the no."""
        mine = [entry for entry in self.attestations if entry.criterion == id]
        return max(mine, key=lambda entry: (entry.date, not entry.approved), default=None)

    def waiver(self, id: str) -> Waiver | None:
        """The valid waiver for a criterion."""
        return next((entry for entry in self.waivers if entry.criterion == id), None)


def load_people(folder: Path, waivable: Mapping[str, bool], at: datetime) -> People:
    """Read both files of a target folder; `waivable` has a row for every criterion of the contract."""
    attestations = [(entry, _attestation_void(entry, folder, waivable, at))
                    for entry in _entries(folder / "attestations.toml", "attestation", Attestation)]
    waivers = [(entry, _waiver_void(entry, waivable, at))
               for entry in _entries(folder / "waivers.toml", "waiver", Waiver)]
    void = [Void(entry.criterion, "attestation", why) for entry, why in attestations if why]
    void += [Void(waiver.criterion, "waiver", why) for waiver, why in waivers if why]
    return People(tuple(entry for entry, why in attestations if not why),
                  tuple(waiver for waiver, why in waivers if not why), tuple(void))


def _attestation_void(entry: Attestation, folder: Path, known: Mapping[str, bool], at: datetime) -> str:
    if entry.criterion not in known:
        return "no-such-criterion"
    if not entry.who.strip() or not entry.role.strip():
        return "unsigned"
    if entry.date > at:
        return "future"
    if not entry.approved:
        return ""  # a no stands until somebody says yes: time and a changed document do not turn it into one
    if entry.valid_until <= at:
        return "expired"
    return _document_void(entry, folder) if entry.document else ""


def _document_void(entry: Attestation, folder: Path) -> str:
    try:
        found = hashlib.sha256((folder / entry.document).read_bytes()).hexdigest()
    except OSError:
        return "document-missing"
    return "" if found == entry.sha256.lower() else "document-changed"


def _waiver_void(entry: Waiver, waivable: Mapping[str, bool], at: datetime) -> str:
    if entry.criterion not in waivable:
        return "no-such-criterion"
    if not waivable[entry.criterion]:
        return "never-waivable"
    if not entry.approver.strip() or not entry.reason.strip():
        return "unsigned"
    granted = entry.granted or at
    if granted > at:
        return "future"
    if entry.expires <= at:
        return "expired"
    return "too-long" if entry.expires - granted > LONGEST_WAIVER else ""


def _entries(path: Path, table: str, kind: type[Entry]) -> list[Entry]:
    try:
        rows: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PeopleError(f"{path}: cannot be read: {error}; mend or remove it, then: {CHECK} {path.parent}") from error
    if stray := sorted(rows.keys() - {table}):
        raise PeopleError(f"{path}: {stray[0]}: unknown key; entries are [[{table}]] tables; see {EXAMPLE}/{path.name}")
    entries = rows.get(table, [])
    if not isinstance(entries, list):
        raise PeopleError(f"{path}: {table}: entries are written [[{table}]]; see {EXAMPLE}/{path.name}")
    return [_entry(row, kind, f"{path}: [[{table}]] number {number}") for number, row in enumerate(entries, 1)]


def _entry(row: Any, kind: type[Entry], where: str) -> Entry:  # a row is whatever TOML holds
    try:
        entry = msgspec.convert(row, kind)
    except msgspec.ValidationError as error:
        raise PeopleError(f"{where}: {plainly(error, row=True)}; see {EXAMPLE}") from error
    for name, value in msgspec.structs.asdict(entry).items():
        if isinstance(value, datetime) and value.tzinfo is None:
            raise PeopleError(f"{where}: {name}: has no UTC offset; write it like 2026-02-11T14:00:00+01:00")
    return entry
