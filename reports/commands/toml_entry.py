"""An entry added to a file that people write: what stands in it stays as it is, and it is replaced whole or not at all."""

import contextlib
import csv
import io
import json
import os
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from gate.bounded import read_text
from gate.entries import PeopleError
from gate.worklog import COLUMNS

Value = str | bool | datetime | Mapping[str, str]  # the last is an inline table


def entry_text(table: str, values: Mapping[str, Value]) -> str:
    """`[[table]]` with its keys; what is empty is left out."""
    rows = [f"{key} = {_written(value)}" for key, value in values.items() if value not in ("", {})]
    return "\n".join([f"[[{table}]]", *rows]) + "\n"


def appended(file: Path, text: str) -> str:
    """What the file would hold with `text` at its end, after an empty line."""
    try:
        before = read_text(file)
    except FileNotFoundError:
        return text
    except (OSError, UnicodeDecodeError) as error:
        raise PeopleError(f"{file}: cannot be read: {error}; mend it first") from error
    return f"{before.rstrip()}\n\n{text}" if before.strip() else text


def with_row(file: Path, row: Mapping[str, str]) -> tuple[str, str]:
    """A table of values with one line more, under the columns it has; the line itself."""
    before = appended(file, "").lstrip("\ufeff").rstrip("\n") or ",".join(COLUMNS)
    columns = next(csv.reader(io.StringIO(before)))
    if lacking := [name for name, value in row.items() if value and name not in columns]:
        raise PeopleError(f"{file}: its first line has no column {lacking[0]}; write there: {','.join(COLUMNS)}")
    out = io.StringIO()
    csv.DictWriter(out, columns, restval="", extrasaction="ignore", lineterminator="\n").writerow(row)
    return f"{before}\n{out.getvalue()}", out.getvalue()


def replace(file: Path, data: bytes) -> None:
    """With the rights and the group the file had. PeopleError where it cannot be written: then it is as it was."""
    try:
        handle, partial = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".partial", dir=file.parent)
        with os.fdopen(handle, "wb") as opened:
            opened.write(data)
        Path(partial).chmod(file.stat().st_mode & 0o777 if file.exists() else 0o644)
        with contextlib.suppress(PermissionError):  # who may read it besides its owner: on a schedule, the audit
            os.chown(partial, -1, (file if file.exists() else file.parent).stat().st_gid)
        Path(partial).replace(file)
    except OSError as error:
        raise PeopleError(f"{file}: cannot be written: {error.strerror}; nothing was changed") from error


def beside(file: Path, data: bytes) -> None:
    """A new file in a folder that is made where it is missing, for those who may read the folder above it."""
    folder = file.parent
    if not folder.exists():
        try:
            folder.mkdir()
            folder.chmod(folder.parent.stat().st_mode & 0o777)
            with contextlib.suppress(PermissionError):
                os.chown(folder, -1, folder.parent.stat().st_gid)
        except OSError as error:
            raise PeopleError(f"{folder}: cannot be made: {error.strerror}; nothing was written") from error
    replace(file, data)


def _written(value: Value) -> str:
    """TOML's basic strings are JSON's; what cannot be seen has no place in them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_written(text)}" for key, text in value.items()) + " }"
    if not value.isprintable():
        raise PeopleError(f"{value!r}: holds a character nobody can see; write it in one line of plain text")
    return json.dumps(value, ensure_ascii=False)
