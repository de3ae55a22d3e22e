"""Reads the TOML files that people write beside target.toml, and explains every error in them in one line."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from gate.bounded import parse_toml, read_text
from gate.command import EXAMPLE as EXAMPLE_FOLDER
from gate.command import spoken
from gate.refusal import plainly

CHECK, EXAMPLE = spoken(".venv/bin/python -m fixtures check"), spoken(EXAMPLE_FOLDER)
Entry = TypeVar("Entry", bound=msgspec.Struct)


class PeopleError(ValueError):
    """A file that people write in the target folder is invalid or cannot be read or written."""


def entries(path: Path, table: str, kind: type[Entry]) -> list[Entry]:
    """Return the [[table]] entries of the file `path`, or an empty list if there is no such file.

    Raises PeopleError, which says what is wrong and what to do.
    """
    try:
        return parsed(read_text(path), path, table, kind)
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise PeopleError(f"{path}: cannot be read: {error}; mend or remove it, then: {CHECK} {path.parent}") from error


def parsed(text: str, path: Path, table: str, kind: type[Entry]) -> list[Entry]:
    """Return the [[table]] entries of `text`, which is or will be the content of `path`.

    Raises PeopleError, which says what is wrong and what to do.
    """
    try:
        rows: Any = parse_toml(text)
    except tomllib.TOMLDecodeError as error:
        raise PeopleError(f"{path}: cannot be read: {error}; mend or remove it, then: {CHECK} {path.parent}") from error
    if stray := sorted(rows.keys() - {table}):
        raise PeopleError(f"{path}: {stray[0]}: unknown key; entries are [[{table}]] tables; see {EXAMPLE}/{path.name}")
    found = rows.get(table, [])
    if not isinstance(found, list):
        raise PeopleError(f"{path}: {table}: entries are written [[{table}]]; see {EXAMPLE}/{path.name}")
    return [_entry(row, kind, f"{path}: [[{table}]] number {number}") for number, row in enumerate(found, 1)]


def _entry(row: Any, kind: type[Entry], where: str) -> Entry:  # a row is whatever TOML holds
    try:
        entry = msgspec.convert(row, kind)
    except msgspec.ValidationError as error:
        raise PeopleError(f"{where}: {plainly(error, row=True)}; see {EXAMPLE}") from error
    for name, value in msgspec.structs.asdict(entry).items():
        if isinstance(value, datetime) and value.tzinfo is None:
            raise PeopleError(f"{where}: {name}: has no UTC offset; write it as 2026-02-11T14:00:00+01:00")
    return entry
