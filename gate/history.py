"""Reads and writes the history of one target, an SQLite file beside target.toml: samples, events, remedies, drills.

Every row names the server it comes from. A file that cannot be used is left as it is, and the audit goes on without a
history and says so.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec

from gate.acting import as_owner
from gate.identity import Adoption, Identity
from gate.past import Drilled, Past, Work
from gate.provenance import History
from gate.rollback import leads_to_another
from gate.sample import Event, Happened, Sample

VERSION = 3
PATIENCE, STEPS = 10.0, 10_000  # seconds for all queries, checked after so many steps: a file may hold an endless query
WRITE = "BEGIN IMMEDIATE"  # takes the write lock at once and waits for it; a lock taken later would fail instead
MIGRATIONS = (  # one for each version; identity 0 stands for rows older than version 3
    ("CREATE TABLE sample (at TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT",),
    (
        "CREATE TABLE event (kind TEXT, at TEXT, what TEXT, PRIMARY KEY (kind, at, what)) STRICT",
        "CREATE TABLE work (at TEXT, remedy TEXT, state TEXT NOT NULL, PRIMARY KEY (at, remedy)) STRICT",
        "CREATE TABLE drill (criterion TEXT, at TEXT, body TEXT NOT NULL, PRIMARY KEY (criterion, at)) STRICT",
        "CREATE TABLE configuration (path TEXT PRIMARY KEY, digest TEXT NOT NULL) STRICT",
    ),
    (
        "CREATE TABLE identity (id INTEGER PRIMARY KEY, body TEXT NOT NULL UNIQUE) STRICT",
        "INSERT INTO identity VALUES (0, '{}')",
        *(
            f"ALTER TABLE {table} ADD COLUMN identity INTEGER NOT NULL DEFAULT 0"
            for table in ("sample", "event", "work", "drill", "configuration")
        ),
        "CREATE TABLE adoption (at TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT",
    ),
)
PRUNING = (
    "DELETE FROM sample WHERE at < ?",
    "DELETE FROM event WHERE at < ?",
    "DELETE FROM work WHERE at < ?",
    "DELETE FROM drill WHERE at < ?",
    "DELETE FROM adoption WHERE at < ?",
)


class HistoryError(Exception):
    """The history cannot be read or written; the file is kept as it is."""


def recall(path: Path) -> History:
    """Return the whole history, oldest first; it is empty if there is no file.

    Raises HistoryError if the file is damaged, cannot be read, or was written by a newer version.
    """
    if not path.exists():
        return History()
    try:
        with as_owner(path) as place, closing(_open(place)) as database:
            return _read(database)
    except PermissionError as error:
        raise HistoryError(f"{path}: cannot be read: {error}; this run goes on without history") from error
    except (
        sqlite3.OperationalError
    ) as error:  # the file may be intact: its disk is full, or its folder is another user's
        raise HistoryError(
            f"{path}: cannot be read: {error}; the file is kept, this run goes on without history; "
            f"see: df -h {path}; ls -l {path}"
        ) from error
    except (sqlite3.Error, msgspec.DecodeError, ValueError) as error:
        raise HistoryError(
            f"{path}: cannot be read: {error}; the file is kept, this run goes on without history; "
            f"to start anew: mv {path} {path}.damaged"
        ) from error


def remember(path: Path, past: Past) -> None:
    """Add `past` to the history, completely or not at all, as evidence of the server `past.identity`.

    Rows of the same moment are replaced, and so are the digests of the configuration. Raises HistoryError if the file
    cannot be written.
    """
    with _writing(path, "this run leaves no sample in it") as database:
        of = _number(database, past.identity)
        database.executemany(
            "INSERT OR REPLACE INTO sample VALUES (?, ?, ?)",
            [(stamp(sample.at), _json(sample), of) for sample in past.samples],
        )
        database.executemany(
            "INSERT OR REPLACE INTO event VALUES (?, ?, ?, ?)",
            [(event.kind, stamp(event.at), event.what, of) for event in past.events],
        )
        database.executemany(
            "INSERT OR REPLACE INTO work VALUES (?, ?, ?, ?)",
            [(stamp(work.at), work.remedy, work.state, of) for work in past.works],
        )
        database.executemany(
            "INSERT OR REPLACE INTO drill VALUES (?, ?, ?, ?)",
            [(drill.result.id, stamp(drill.at), _json(drill.result), of) for drill in past.drills],
        )
        if past.configuration:
            database.execute("DELETE FROM configuration")
            database.executemany(
                "INSERT INTO configuration VALUES (?, ?, ?)",
                [(file, digest, of) for file, digest in past.configuration.items()],
            )


def adopt(path: Path, adoption: Adoption) -> None:
    """Record that somebody counts evidence of other identities as evidence of this server. Raises HistoryError."""
    with _writing(path, "nothing was adopted") as database:
        database.execute("INSERT OR REPLACE INTO adoption VALUES (?, ?)", (stamp(adoption.at), _json(adoption)))


def prune(path: Path, before: datetime) -> int:
    """Remove every row older than `before` and return their number. Raises HistoryError.

    The newest drill of each criterion is removed too, if it is that old.
    """
    with _writing(path, "nothing was removed") as database:
        return sum(database.execute(deletion, (stamp(before),)).rowcount for deletion in PRUNING)


def stamp(at: datetime) -> str:
    """Return a moment as the file stores it: ISO 8601 in UTC, so that rows sort by time."""
    return at.astimezone(UTC).isoformat()


def _read(database: sqlite3.Connection) -> History:
    identities = {
        number: msgspec.json.decode(body, type=Identity)
        for number, body in database.execute("SELECT id, body FROM identity ORDER BY id").fetchall()
    }
    adoptions = database.execute("SELECT body FROM adoption ORDER BY at").fetchall()
    pasts = [_past(database, number, identity) for number, identity in identities.items()]
    return History(
        tuple(past for past in pasts if past != Past(identity=past.identity)),
        tuple(msgspec.json.decode(body, type=Adoption) for (body,) in adoptions),
    )


def _past(database: sqlite3.Connection, number: int, identity: Identity) -> Past:
    def rows(columns: str, table: str, order: str) -> list[Any]:  # tuples of str, one per column
        query = f"SELECT {columns} FROM {table} WHERE identity = ? ORDER BY {order}"  # noqa: S608 — names of this file
        return database.execute(query, (number,)).fetchall()

    moment = datetime.fromisoformat
    return Past(
        samples=tuple(msgspec.json.decode(body, type=Sample) for (body,) in rows("body", "sample", "at")),
        events=tuple(
            Event(moment(at), Happened(kind), what)
            for at, kind, what in rows("at, kind, what", "event", "at, kind, what")
        ),
        works=tuple(
            Work(moment(at), remedy, state) for at, remedy, state in rows("at, remedy, state", "work", "at, remedy")
        ),
        drills=tuple(
            Drilled(moment(at), msgspec.json.decode(body, type=Drilled.__annotations__["result"]))
            for at, body in rows("at, body", "drill", "at, criterion")
        ),
        configuration=dict(rows("path, digest", "configuration", "path")),
        identity=identity,
    )


def _number(database: sqlite3.Connection, identity: Identity) -> int:
    """Return the number of an identity in this file. A new identity is added and gets the next number."""
    body = _json(identity)
    database.execute("INSERT OR IGNORE INTO identity (body) VALUES (?)", (body,))
    return int(database.execute("SELECT id FROM identity WHERE body = ?", (body,)).fetchone()[0])


def _json(value: msgspec.Struct) -> str:
    return msgspec.json.encode(value, enc_hook=str).decode()


@contextmanager
def _writing(path: Path, otherwise: str) -> Iterator[sqlite3.Connection]:
    try:
        with as_owner(path) as place, closing(_open(place)) as database, database:
            database.execute(WRITE)
            yield database
    except (sqlite3.Error, OSError) as error:
        raise HistoryError(f"{path}: cannot be written: {error}; {otherwise}") from error


def _open(path: Path) -> sqlite3.Connection:
    if why := leads_to_another(Path(f"{path}-journal")):
        raise HistoryError(f"{path}: {why}; this run goes on without history")
    database = sqlite3.connect(path, timeout=10, isolation_level=None)
    end = monotonic() + PATIENCE
    database.set_progress_handler(lambda: monotonic() > end, STEPS)
    try:
        _brought_up_to_date(database, path)
    except BaseException:
        database.close()
        raise
    return database


def _brought_up_to_date(database: sqlite3.Connection, path: Path) -> None:
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    version = _version(database)
    if tables and (not version or "sample" not in tables):
        raise HistoryError(
            f"{path}: is a database of something else; it is left as it is, this run goes on without history"
        )
    if version > VERSION:
        raise HistoryError(
            f"{path}: written by a newer version ({version}; this one reads {VERSION}); "
            "the file is kept, this run goes on without history; update this checkout"
        )
    if version < VERSION:
        with suppress(sqlite3.OperationalError):  # another process holds the lock; the next one sets the mode
            database.execute("PRAGMA journal_mode = WAL")
        with database:
            database.execute(WRITE)
            for statement in [one for step in MIGRATIONS[_version(database) :] for one in step]:
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {VERSION}")


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])
