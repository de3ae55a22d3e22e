"""Faults as data: one TOML file per chapter, the same stem as its tests."""

import tomllib
from enum import StrEnum
from pathlib import Path

import msgspec

from gate.outcome import Outcome

HERE = Path(__file__).parent


class Where(StrEnum):
    """On the server (as root, taken back by `revert`), or in a copy of the target folder (thrown away)."""

    HOST = "host"
    TARGET = "target"


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One injected fault and what it must do.

    `inject`, `revert`, `until` and `settled` are shell. The last two are asked again until they succeed: the fault has
    taken effect, and the server is itself again. `also` names what else must change with it, and to what;
    what `spreads` takes a source away: whatever was asked of it may become unknown too. `incurable` says why the
    criterion's remedy leaves this one alone, where it does.
    """

    criterion: str
    name: str
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
    """All faults, in the order of the files. ValueError for one that could not be taken back."""
    faults = [fault for file in sorted(folder.glob("*.toml")) for fault in _read(file)]
    for fault in faults:
        if fault.where is Where.HOST and not fault.revert:
            raise ValueError(f"{fault.criterion}, {fault.name}: changes the server and has no revert")
    return faults


def _read(file: Path) -> tuple[Fault, ...]:
    try:
        return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), _File).fault
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"{file.name}: {error}") from error
