import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from gate.history import VERSION, HistoryError, prune, recall, remember
from gate.outcome import Outcome
from gate.past import Drilled, Past, Work
from gate.run import Result, Source
from gate.sample import Event, Happened, Reading, Sample
from testing.growth import LINEAR, growth

NOW = datetime(2026, 2, 11, 14, 0, tzinfo=UTC)


def keep(file: Path, *kept: Sample) -> None:
    remember(file, Past(kept))


def samples(file: Path) -> list[Sample]:
    return list(recall(file).whole.samples)


def test_what_was_kept_is_read_in_order(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    assert samples(file) == []
    assert not file.exists()
    later, sooner = (
        Sample(NOW, ("DSK-01",), ("MCP-01",), changed=True),
        Sample(NOW - timedelta(hours=1), synthetic=True),
    )
    keep(file, later)
    keep(file, sooner)
    assert samples(file) == [sooner, later]


def test_a_sample_at_the_same_moment_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    keep(file, Sample(NOW))
    keep(file, Sample(NOW, ("DSK-01",)))
    assert samples(file) == [Sample(NOW, ("DSK-01",))]


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    moments = [NOW + timedelta(minutes=minute) for minute in range(8)]
    for file in (tmp_path / f"{number}.sqlite" for number in range(20)):  # the first thread makes the file
        with ThreadPoolExecutor(8) as writers:
            list(writers.map(partial(written, file), moments))
        assert [sample.at for sample in samples(file)] == moments


def written(file: Path, at: datetime) -> None:
    keep(file, Sample(at))


def broken(file: Path, kind: str) -> bytes:
    if kind == "damaged":
        file.write_bytes(b"not a database, but long enough to look at" * 99)
    elif kind == "newer":
        keep(file, Sample(NOW))
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("PRAGMA user_version = 99")
    else:
        keep(file, Sample(NOW))
        with closing(sqlite3.connect(file)) as database, database:
            database.execute('UPDATE sample SET body = \'{"at": "2026-02-11T14:00:00"}\'')
    return file.read_bytes()


@pytest.mark.parametrize(
    ("kind", "expected"), [("damaged", "mv "), ("newer", "newer version"), ("without an offset", "mv ")]
)
def test_a_history_that_cannot_be_read_is_kept_and_said(tmp_path: Path, kind: str, expected: str) -> None:
    file = tmp_path / "history.sqlite"
    before = broken(file, kind)
    with pytest.raises(HistoryError, match=expected) as raised:
        samples(file)
    assert str(file) in str(raised.value)
    assert "\n" not in str(raised.value)
    assert file.read_bytes() == before


@pytest.mark.parametrize("kind", ["damaged", "newer"])
def test_a_history_that_cannot_be_written_is_kept_and_said(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "history.sqlite"
    before = broken(file, kind)
    with pytest.raises(HistoryError, match=str(file)):
        keep(file, Sample(NOW))
    assert file.read_bytes() == before


def test_a_folder_is_no_history(tmp_path: Path) -> None:
    with pytest.raises(HistoryError):
        recall(tmp_path)
    with pytest.raises(HistoryError):
        keep(tmp_path / "none" / "history.sqlite", Sample(NOW))


WHOLE = Past(
    samples=(
        Sample(NOW, readings={"DSK-01": Reading(Outcome.PASS, 69.2), "DEC-04": Reading(Outcome.MANUAL)}, boot="b1"),
    ),
    events=(Event(NOW, Happened.BOOT, "b1"), Event(NOW, Happened.CONFIGURATION, "/etc/logrotate.d/rsyslog")),
    works=(Work(NOW, "log_rotation", "applied"),),
    drills=(Drilled(NOW, Result("BKP-10", Outcome.PASS, 1.0, {"sha256": "bb"}, sources=(Source("f", NOW, 2.5),))),),
    configuration={"/etc/crontab": "aa"},
)


def test_everything_an_audit_leaves_is_read_back(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    remember(file, WHOLE)
    remember(file, WHOLE)
    assert recall(file).whole == WHOLE
    remember(file, Past(configuration={"/etc/crontab": "bb"}))
    assert recall(file).whole.configuration == {"/etc/crontab": "bb"}


def test_the_newest_drill_of_a_criterion_counts(tmp_path: Path) -> None:
    file, earlier = tmp_path / "history.sqlite", NOW - timedelta(days=1)
    failed = Drilled(NOW, Result("BKP-10", Outcome.FAIL))
    remember(file, Past(drills=(failed, Drilled(earlier, Result("BKP-10", Outcome.PASS)))))
    assert recall(file).whole.drilled("BKP-10") == failed
    assert recall(file).whole.drilled("BKP-11") is None


def test_a_file_of_version_1_is_brought_up_to_date(tmp_path: Path) -> None:
    """The file is written as version 1 wrote it."""
    file = tmp_path / "history.sqlite"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE IF NOT EXISTS sample (at TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT")
        database.execute(
            "INSERT INTO sample VALUES (?, ?)",
            (
                "2026-02-11T14:00:00+00:00",
                '{"at":"2026-02-11T14:00:00Z","failing":["DSK-01"],"unknown":[],"changed":false,"synthetic":false}',
            ),
        )
        database.execute("PRAGMA user_version = 1")
    assert samples(file) == [Sample(NOW, ("DSK-01",))]
    remember(file, WHOLE)
    assert recall(file).whole == WHOLE
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


KILLED = """
import os, signal, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
database.execute("INSERT INTO sample VALUES ('2026-02-11T15:00:00+00:00', '{}', 0)")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_writer_leaves_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    remember(file, WHOLE)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(file)], check=False)
    assert killed.returncode == -9
    assert recall(file).whole == WHOLE
    keep(file, Sample(NOW + timedelta(hours=1)))
    assert len(samples(file)) == 2


def test_a_file_cut_short_is_kept_and_said(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    remember(file, WHOLE)
    file.write_bytes(before := file.read_bytes()[:5000])
    with pytest.raises(HistoryError, match="cannot be read"):
        recall(file)
    assert file.read_bytes() == before


def test_what_is_older_is_pruned(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    remember(file, WHOLE)
    keep(file, later := Sample(NOW + timedelta(hours=1)))
    assert prune(file, NOW + timedelta(minutes=1)) == 5
    assert recall(file).whole == Past((later,), configuration=WHOLE.configuration)


def test_a_thousand_audits_are_read_in_a_moment(tmp_path: Path) -> None:
    readings = {f"DSK-{number:02}": Reading(Outcome.PASS, 69.2) for number in range(90)}
    for count in (250, 1000):
        file = tmp_path / str(count)
        keep(file, *(Sample(NOW + timedelta(hours=hour), readings=readings) for hour in range(count)))
        assert len(samples(file)) == count
    assert growth(lambda count: samples(tmp_path / str(count)), 1000) < LINEAR
