"""A target's folder, a recording and a run.json that somebody else made: they hold nothing up and start nothing."""

import os
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import gate.history
from fixtures.target import TargetError
from fixtures.target.folder import load_target
from gate.history import HistoryError, recall, remember
from gate.identity import Identity
from gate.past import Past
from gate.rollback import NAMES_ANOTHER
from testing.forked import run
from testing.small_audit import TARGET
from testing.threats import attack


def sparse(file: Path) -> None:
    """A terabyte that takes no room."""
    with file.open("wb") as opened:
        opened.truncate(1 << 40)


def brackets(file: Path) -> None:
    """JSON that only begins."""
    file.write_text("[" * 10_000_000)


UNFIT: dict[str, Callable[[Path], None]] = {
    "a pipe nobody writes to": os.mkfifo,
    "a device without an end": lambda file: file.symlink_to("/dev/zero"),
    "a terabyte of nothing": sparse,
    "a folder": lambda file: file.mkdir(),
}
WRITTEN = ("target.toml", "waivers.toml", "attestations.toml", "maintenance.toml", "worklog.csv", "address")
NOTIFY = '\n[notify]\nfiles = ["address"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A target's folder that can be used."""
    place = tmp_path / "edge"
    place.mkdir()
    (place / "target.toml").write_text(TARGET + NOTIFY)
    (place / "address").write_text("json://127.0.0.1:1/x")
    return place


def command(*words: str) -> subprocess.CompletedProcess[str]:
    """One of the project's own, for a minute and in two gigabytes at most."""
    return run(*words, memory=2_000_000_000)


@attack("N7", "Files that others made cost an audit neither its time nor its memory")
@pytest.mark.parametrize("kind", UNFIT)
@pytest.mark.parametrize("name", WRITTEN)
def test_a_file_that_does_not_end_is_refused_by_its_name(folder: Path, name: str, kind: str) -> None:
    """What people write beside a target is a pipe, a device, a terabyte or a folder."""
    (folder / name).unlink(missing_ok=True)
    UNFIT[kind](folder / name)
    words = ("notify", "test") if name == "address" else ("fixtures", "check")
    done = command(*words, str(folder))
    output = done.stdout + done.stderr
    assert done.returncode in (1, 4), output
    assert name in output
    assert "Traceback" not in output


@attack("N7", "Files that others made cost an audit neither its time nor its memory")
@pytest.mark.parametrize("kind", [*UNFIT, "brackets without an end"])
@pytest.mark.parametrize("words", [("pytest", "--target=replay:{}"), ("reports", "render", "{}")])
def test_a_recording_or_run_that_does_not_end_is_refused(tmp_path: Path, words: tuple[str, ...], kind: str) -> None:
    """A recording and a run.json are a pipe, a device, a terabyte, a folder, or ten million brackets."""
    file = tmp_path / "file.json"
    UNFIT.get(kind, brackets)(file)
    done = command(*(word.format(file) for word in words))
    assert done.returncode == 4, done.stderr
    assert "file.json" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
SCHEMES = {
    "a view": "ALTER TABLE sample RENAME TO kept; CREATE VIEW sample AS ENDLESS SELECT k.* FROM kept k, n WHERE i < 0",
    "a view of servers": "DROP TABLE identity; CREATE VIEW identity AS ENDLESS SELECT i id, '{}' body FROM n",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON identity BEGIN INSERT INTO work SELECT i, i, i, 0 FROM "
    "(ENDLESS SELECT i FROM n); END",
}


def both(file: Path) -> None:
    """Read and written, as an audit does."""
    recall(file)
    remember(file, Past(identity=Identity("ab")))


@attack("N7", "Files that others made cost an audit neither its time nor its memory")
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_history_that_does_not_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """A table of history.sqlite is a view or has a trigger that goes on for ever."""
    file = tmp_path / "history.sqlite"
    remember(file, Past())
    with closing(sqlite3.connect(file)) as database:
        database.executescript(SCHEMES[scheme].replace("ENDLESS", ENDLESS))
    monkeypatch.setattr(gate.history, "PATIENCE", 0.3)
    began = time.monotonic()
    with pytest.raises(HistoryError):
        both(file)
    assert time.monotonic() - began < 60


def hot(folder: Path, names: Path | None) -> Path:
    """Return a history that was left in the middle of a transaction, with a journal that names a file, if one is given."""
    file, copy = folder / "history.sqlite", folder / "copy" / "history.sqlite"
    copy.parent.mkdir()
    remember(file, Past(identity=Identity(machine="m")))
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        for statement in (
            "PRAGMA journal_mode = DELETE",
            "PRAGMA cache_size = 1",
            "BEGIN IMMEDIATE",
            "CREATE TABLE x (a)",
        ):
            database.execute(statement)
        database.executemany("INSERT INTO x VALUES (?)", [("x" * 500,)] * 500)
        journal = Path(f"{file}-journal").read_bytes()
        copy.write_bytes(file.read_bytes())
    if names:
        name = str(names).encode()
        lock_page = (0x40000000 // 4096 + 1).to_bytes(4)
        journal += lock_page + name + len(name).to_bytes(4) + sum(name).to_bytes(4) + NAMES_ANOTHER
    Path(f"{copy}-journal").write_bytes(journal)
    return copy


@attack("N12", "A history is read, and no other file is changed or deleted for it")
@pytest.mark.parametrize("how", ["names", "link"])
def test_a_journal_beside_the_history_deletes_no_file(tmp_path: Path, how: str) -> None:
    """Beside history.sqlite lies a journal of SQLite's that names a file of the auditing machine, or is a link to it."""
    victim = tmp_path / "victim"
    victim.write_text("precious\n")
    file = hot(tmp_path, victim)
    journal = Path(f"{file}-journal")
    if how == "link":
        journal.rename(victim)
        journal.symlink_to(victim)
    content = victim.read_bytes()
    for use in (recall, lambda file: remember(file, Past())):
        with pytest.raises(HistoryError, match="another file"):
            use(file)
    assert victim.read_bytes() == content


def test_a_history_that_was_left_in_a_transaction_is_read(tmp_path: Path) -> None:
    assert recall(hot(tmp_path, None)).pasts == ()


@attack("N12", "A history is read, and no other file is changed or deleted for it")
@pytest.mark.parametrize("version", [0, 1, 2, 3])
def test_a_database_of_something_else_is_left_as_it_is(tmp_path: Path, version: int) -> None:
    """history.sqlite is a link to a database of the auditing account, which would have been migrated and written to."""
    other, file = tmp_path / "other", tmp_path / "history.sqlite"
    with closing(sqlite3.connect(other)) as database:
        database.executescript(f"CREATE TABLE bookmarks (a); PRAGMA user_version = {version}")
    content = other.read_bytes()
    file.symlink_to(other)
    for use in (recall, lambda file: remember(file, Past())):
        with pytest.raises(HistoryError, match="something else"):
            use(file)
    assert other.read_bytes() == content


JUMPS = (
    "a,`touch MARK`@x",
    "a@$(touch${IFS}MARK)",
    "x;touch MARK",
    "-oProxyCommand=touch MARK",
    "a@-oProxyCommand=touch",
    "a@x'; touch MARK; '",
    "x -oProxyCommand=MARK",
    "a@x:22:23",
    ",x",
    "x,",
)


@attack("N8", "A target names machines, and nothing that a shell or ssh would run")
@pytest.mark.parametrize("jump", JUMPS)
def test_a_machine_in_between_is_no_command(folder: Path, jump: str) -> None:
    """The way to the host leads by a name with commands or options of ssh in it, which ssh would hand to a shell."""
    mark = folder / "mark"
    written = TARGET.replace("[host]", f'[host]\njump = "{jump.replace("MARK", str(mark))}"')
    (folder / "target.toml").write_text(written)
    with pytest.raises(TargetError, match=r"\[host\] jump"):
        load_target(folder)
    assert not mark.exists()


@pytest.mark.parametrize("jump", ["", "gate", "alice@gate.example:2222", "a_b@10.0.0.1,[fe80::1]:22", "none"])
def test_an_honest_machine_in_between_is_taken(folder: Path, jump: str) -> None:
    (folder / "target.toml").write_text(TARGET.replace("[host]", f'[host]\njump = "{jump}"'))
    assert load_target(folder).host.jump == jump
