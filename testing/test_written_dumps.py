"""BKP-10: dumps that pg_dumpall of several versions wrote, through the drill's own awk: each row is seen, each cut too."""

import lzma
import subprocess
from pathlib import Path

import pytest

import fixtures.drills

AWK = Path(fixtures.drills.__file__).parent
DUMPS = Path(__file__).with_name("dumps")  # of the same data; without the passwords' hashes
WRITTEN = sorted(DUMPS.glob("postgres-*.sql.xz"))
TABLES = {
    ("My Base", "public", "Größe"): 60,
    ("My Base", "public", "copy"): 1,
    ("My Base", "public", "from stdin;"): 1,
    ("postgres", "public", "main"): 33,
    ("shop", "Odd Schema", 'My "Table"'): 40,
    ("shop", "app", "child"): 1,
    ("shop", "app", "hs"): 2,
    ("shop", "app", "idt"): 30,
    ("shop", "app", "log"): 1,
    ("shop", "app", "nocol"): 2,
    ("shop", "app", "orders"): 506,
    ("shop", "app", "spaced"): 21,
    ("shop", "app", "typed"): 2,
    ("shop", "app", "unl"): 1,
}
PARTS = {("shop", "app", "p1"): 99, ("shop", "app", "p2"): 100, ("shop", "app", "pd"): 51}
ROOT = {("shop", "app", "parts"): 250}  # by --load-via-partition-root


def awk(dump: bytes, name: str, *options: str) -> bytes:
    command = ["awk", *options, "-f", str(AWK / name)]
    done = subprocess.run(command, input=dump, capture_output=True, timeout=60, check=True)
    assert done.stderr == b""
    return done.stdout


def told(dump: bytes) -> list[list[str]]:
    """Return what a dump says of itself, as the drill reads it: rows of fields."""
    rows = awk(awk(dump, "postgres_screen.awk", "-v", "keep=1"), "postgres_rows.awk")
    return [line.split("\t") for line in rows.decode().splitlines()]


def counted(dump: bytes) -> dict[tuple[str, ...], int]:
    return {
        (base, schema, name): int(row)
        for row, base, schema, name in (row[1:] for row in told(dump) if row[0] == "table")
    }


def text(file: Path) -> bytes:
    return lzma.decompress(file.read_bytes())


def finished(dump: bytes) -> bool:
    return told(dump)[-1][0].split()[4] == "1"


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: file.stem)
def test_every_table_of_every_database_has_its_rows(file: Path) -> None:
    assert counted(text(file)) == TABLES | (ROOT if "-root" in file.name else PARTS)
    assert finished(text(file))
    assert told(text(file))[-2] == ["space", "/srv/fast"]


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: file.stem)
def test_a_dump_cut_anywhere_is_not_finished(file: Path) -> None:
    whole = text(file)
    cuts = [whole[: len(whole) * tenth // 10] for tenth in range(10)]
    assert [finished(cut[: cut.rfind(b"\n") + 1]) for cut in cuts] == [False] * 10


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: file.stem)
def test_a_dump_says_the_same_to_psql_of_every_version(file: Path) -> None:
    """What psql reads holds the same rows, with its own words to refuse commands in place of the dump's."""
    whole = text(file)
    given = awk(whole, "postgres_screen.awk", "-v", "key=ours")
    assert given.count(b"\n\\connect ") == whole.count(b"\n\\connect ")
    assert given.count(b"\\restrict ") == given.count(b"\\restrict ours")
    assert counted(given) == counted(whole)
