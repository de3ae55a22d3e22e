"""Reads the TOML files of this project: the contract, the sentences. tomllib takes twenty times as long as JSON does.

What a file holds is therefore kept as JSON where Python keeps compiled modules, under the same rules, and is used as
long as the file holds the same bytes.
"""

import sys
import tomllib
from contextlib import suppress
from hashlib import sha256
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import msgspec

from gate.whole import write_whole


class Kept(msgspec.Struct):
    """What a file holds, and the hash of its text."""

    of: str
    tables: dict[str, Any]


def tables_of(text: str, file: Path) -> dict[str, Any]:
    """Return the tables of `text`, which `file` holds. Raises tomllib.TOMLDecodeError."""
    kept, of = Path(cache_from_source(str(file))).with_name(f"{file.name}.json"), sha256(text.encode()).hexdigest()
    with suppress(OSError, ValueError):
        there = msgspec.json.decode(kept.read_bytes(), type=Kept)
        if there.of == of:
            return there.tables
    tables = tomllib.loads(text)
    if not sys.dont_write_bytecode:
        _keep(Kept(of, tables), kept)
    return tables


def _keep(made: Kept, file: Path) -> None:
    """Write the tables, unless nothing may be written there or JSON has no such value."""
    with suppress(OSError, ValueError, TypeError):
        data = msgspec.json.encode(made)
        if msgspec.json.decode(data, type=Kept) == made:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(file, data)
