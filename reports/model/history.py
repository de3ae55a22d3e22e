"""Earlier audits of one target, in SQLite beside target.toml."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import msgspec

from reports.model.stability import Sample

VERSION = 1
SCHEMA = "CREATE TABLE IF NOT EXISTS sample (at TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT"
WRITE = "BEGIN IMMEDIATE"  # waits its turn; a lock taken later, or a change of the journal's mode, would not


class HistoryError(Exception):
    """The history cannot be read or written; the file is kept as it is."""


def read_samples(path: Path) -> list[Sample]:
    """All samples, oldest first; none where there is no file. HistoryError for a damaged or newer one."""
    if not path.exists():
        return []
    try:
        with closing(_open(path)) as database:
            rows = database.execute("SELECT body FROM sample ORDER BY at").fetchall()
        return [msgspec.json.decode(body, type=Sample) for (body,) in rows]
    except (sqlite3.Error, msgspec.DecodeError) as error:
        raise HistoryError(f"{path}: cannot be read: {error}; the file is kept, this run goes on without history; "
                           f"to start anew: mv {path} {path}.damaged") from error


def append_samples(path: Path, samples: Iterable[Sample]) -> None:
    """Add samples, all or none; a sample at the same moment is replaced."""
    rows = [(sample.at.isoformat(), msgspec.json.encode(sample).decode()) for sample in samples]
    try:
        with closing(_open(path)) as database, database:
            database.execute(WRITE)
            database.executemany("INSERT OR REPLACE INTO sample VALUES (?, ?)", rows)
    except sqlite3.Error as error:
        raise HistoryError(f"{path}: cannot be written: {error}; this run leaves no sample in it") from error


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=10, isolation_level=None)
    try:
        _brought_up_to_date(database, path)
    except BaseException:
        database.close()
        raise
    return database


def _brought_up_to_date(database: sqlite3.Connection, path: Path) -> None:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise HistoryError(f"{path}: written by a newer version ({version}; this one reads {VERSION}); "
                           "the file is kept, this run goes on without history; update this checkout")
    if version < VERSION:
        with database:
            database.execute(WRITE)
            database.execute(SCHEMA)
            database.execute(f"PRAGMA user_version = {VERSION}")
