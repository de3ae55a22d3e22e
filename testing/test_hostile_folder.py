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
