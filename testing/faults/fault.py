"""Faults as data: one TOML file per chapter, with the same name as the chapter's tests."""

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from fixtures.site.files import site_files
from fixtures.target.folder import load_target, plan_in
from gate.outcome import Outcome

HERE = Path(__file__).parent


class Where(StrEnum):
    """Where a fault is injected: on the server as root, until `revert`, or in a temporary copy of the target folder."""

    HOST = "host"
    TARGET = "target"


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One injected fault and its expected effect. `name` is English, and `french` the same in French.

    `inject`, `revert`, `until` and `settled` are shell code. `until` is repeated until it succeeds, when the fault has
    taken effect; `settled` likewise after `revert`, when the server is itself again. `also` names other criteria that
    must change, and their outcomes. A fault that `spreads` removes a source: everything asked of that source may become
    unknown. `incurable` says why the criterion's remedy must leave this fault alone.
    """

    criterion: str
    name: str
    french: str = ""
    expected: Outcome
    inject: str
    revert: str = ""
    until: str = "true"
    settled: str = "true"
    where: Where = Where.HOST
    also: dict[str, Outcome] = {}
    spreads: bool = False
    incurable: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fault: tuple[Fault, ...]


def load_faults(folder: Path = HERE) -> list[Fault]:
    """Return all faults in the order of the files. Raises ValueError if a fault of the server has no `revert`."""
    return _reverted([fault for file in sorted(folder.glob("*.toml")) for fault in _read(file)])


def load_site_faults(folder: Path) -> list[Fault]:
    """Return the faults of a target's own criteria, from its criteria/*.toml and its plan.

    Raises ValueError if the target is no lab, or a fault is of no criterion of that file.
    """
    found = list[Fault]()
    for file in site_files(folder, plan_in(folder)):
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
        faults = _faults({"fault": tables.get("fault", [])}, file.name)
        if strangers := [fault.criterion for fault in faults if fault.criterion not in tables]:
            raise ValueError(f"{file.name}: a fault of {strangers[0]}, which this file does not have")
        found += faults
    if found and load_target(folder).target.kind != "lab":
        raise ValueError(f"{folder}: faults are injected into lab servers only")
    return _reverted(found)


def _reverted(faults: list[Fault]) -> list[Fault]:
    for fault in faults:
        if fault.where is Where.HOST and not fault.revert:
            raise ValueError(f"{fault.criterion}, {fault.name}: changes the server and has no revert")
    return faults


def _read(file: Path) -> tuple[Fault, ...]:
    try:
        return _faults(tomllib.loads(file.read_text(encoding="utf-8")), file.name)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{file.name}: {error}") from error


def _faults(tables: dict[str, Any], name: str) -> tuple[Fault, ...]:
    try:
        return msgspec.convert(tables, _File).fault
    except msgspec.ValidationError as error:
        raise ValueError(f"{name}: {error}") from error
