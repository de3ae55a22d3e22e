"""Adds an entry to a file that people write. The rest of the file stays as it is."""

import contextlib
import csv
import io
import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from gate.acting import folder_of, give
from gate.bounded import read_text
from gate.entries import PeopleError
from gate.whole import write_whole
from gate.worklog import COLUMNS

Value = str | bool | datetime | Mapping[str, str]  # the last is an inline table


def entry_text(table: str, values: Mapping[str, Value]) -> str:
    """Return an entry as TOML: `[[table]]` and its keys, without empty values."""
    rows = [f"{key} = {_written(value)}" for key, value in values.items() if value not in ("", {})]
    return "\n".join([f"[[{table}]]", *rows]) + "\n"


def appended(file: Path, text: str) -> str:
    """Return the content of the file with `text` appended after an empty line.

    Raises PeopleError if the file cannot be read.
    """
    try:
        before = read_text(file)
    except FileNotFoundError:
        return text
    except (OSError, UnicodeDecodeError) as error:
        raise PeopleError(f"{file}: cannot be read: {error}; correct it first") from error
    return f"{before.rstrip()}\n\n{text}" if before.strip() else text


def with_row(file: Path, row: Mapping[str, str]) -> tuple[str, str]:
    """Return the content of a CSV file with one more line, and that line.

    Raises PeopleError if the file cannot be read, or has no column for a value.
    """
    before = appended(file, "").lstrip("\ufeff").rstrip("\n") or ",".join(COLUMNS)
    columns = next(csv.reader(io.StringIO(before)))
    if lacking := [name for name, value in row.items() if value and name not in columns]:
        raise PeopleError(f"{file}: its first line has no column {lacking[0]}; write there: {','.join(COLUMNS)}")
    out = io.StringIO()
    csv.DictWriter(out, columns, restval="", extrasaction="ignore", lineterminator="\n").writerow(row)
    return f"{before}\n{out.getvalue()}", out.getvalue()


def replace(file: Path, data: bytes) -> None:
    """Replace the content of a file. A new file gets mode 644 and the group of its folder.

    Raises PeopleError if it cannot be written; then it is unchanged.
    """
    try:
        write_whole(file, data, shared=0o644)
    except OSError as error:
        raise PeopleError(f"{file}: cannot be written: {error.strerror}; nothing was changed") from error


def beside(file: Path, data: bytes) -> None:
    """Write a file, and create its folder with the mode and group of the folder above it if it is missing.

    Raises PeopleError if that fails.
    """
    folder = file.parent
    if not folder.exists():
        try:
            _make(folder)
        except OSError as error:
            raise PeopleError(f"{folder}: cannot be created: {error.strerror}; nothing was written") from error
    replace(file, data)


def _make(folder: Path) -> None:
    """Make a folder like the one above it: a scheduled audit reads there as a member of its group."""
    with folder_of(folder) as above:
        os.mkdir(folder.name, dir_fd=above)
        handle = os.open(folder.name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
        try:
            give(handle, above)
            with contextlib.suppress(PermissionError):
                os.fchown(handle, -1, os.fstat(above).st_gid)
            os.fchmod(handle, os.fstat(above).st_mode & 0o777)
        finally:
            os.close(handle)


def _written(value: Value) -> str:
    """Return a value as TOML. Raises PeopleError for a text with invisible characters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_written(text)}" for key, text in value.items()) + " }"
    if not value.isprintable():
        raise PeopleError(f"{value!r}: holds an invisible character; write it in one line of plain text")
    return json.dumps(value, ensure_ascii=False)
