"""BKP-04: the newest backup, by the fact's own command over real files."""

import gzip
import os
import subprocess
from pathlib import Path

import pytest

from fixtures.facts import FACTS
from fixtures.host.backups import PostgresBackups, postgres_backups
from testing.host_answers import POSTGRES_BACKUPS

HEAD, BODY = b"--\n-- PostgreSQL database cluster dump\n--\n", b"CREATE TABLE t ();\n"
PART, TRAILER = b"-- PostgreSQL database dump complete\n", b"--\n-- PostgreSQL database cluster dump complete\n--\n\n"
DUMP = HEAD + BODY + PART + TRAILER
NOW = 1_795_450_000


def ask(folder: Path) -> PostgresBackups:
    done = subprocess.run(
        ["sh", "-c", FACTS["postgres_backups"].ask], capture_output=True, text=True, timeout=30, check=True,
        env=os.environ | {"BACKUPS_DIRECTORY": str(folder), "BACKUPS_POSTGRES": "postgres/postgres_*.sql.gz"})
    return postgres_backups(done.stdout)


def write(folder: Path, name: str, data: bytes, at: int = NOW) -> None:
    file = folder / "postgres" / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    os.utime(file, (at, at))


def test_a_whole_backup(tmp_path: Path) -> None:
    write(tmp_path, "postgres_1.sql.gz", gzip.compress(DUMP))
    write(tmp_path, "postgres_2 b.sql.gz", gzip.compress(DUMP * 3), NOW + 60)
    backups = ask(tmp_path)
    assert (backups.newest.name, backups.newest.written, len(backups.files)) == (
        "postgres/postgres_2 b.sql.gz", NOW + 60, 2)
    assert (backups.status, backups.finished, backups.shrunk) == (0, True, False)


@pytest.mark.parametrize(("data", "sound"), [
    (gzip.compress(b""), True),                          # what a failed pg_dumpall leaves: sound gzip of nothing
    (gzip.compress(HEAD + BODY), True),                  # cut at the end of a line
    (gzip.compress(HEAD + BODY + PART), True),           # the last database is missing
    (gzip.compress(DUMP)[:-20], False),                  # a cut file
    (b"", False),
])
def test_an_unfinished_dump_is_not_finished(tmp_path: Path, data: bytes, sound: bool) -> None:
    write(tmp_path, "postgres_1.sql.gz", data)
    backups = ask(tmp_path)
    assert not backups.finished or backups.status != 0
    assert (backups.status == 0) is sound or data == b""


def test_a_dump_of_one_database_has_its_own_trailer(tmp_path: Path) -> None:
    write(tmp_path, "postgres_1.sql.gz", gzip.compress(b"--\n-- PostgreSQL database dump\n--\n" + PART))
    assert ask(tmp_path).finished


def test_no_folder_and_no_file_mean_no_backup(tmp_path: Path) -> None:
    assert ask(tmp_path / "nowhere").files == ()
    assert ask(tmp_path).files == ()


def test_one_that_is_half_as_large_is_told(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path, f"postgres_{number}.sql.gz", os.urandom(2000), NOW - 60 - number)
    write(tmp_path, "postgres_9.sql.gz", gzip.compress(DUMP))
    assert ask(tmp_path).shrunk


def test_ages_are_in_hours() -> None:
    assert postgres_backups(POSTGRES_BACKUPS).hours == pytest.approx(1134 / 3600)
