import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from reports.model.history import HistoryError, append_samples, read_samples
from reports.model.stability import Sample

NOW = datetime(2026, 2, 11, 14, 0, tzinfo=UTC)


def test_what_was_kept_is_read_in_order(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    assert read_samples(file) == []
    assert not file.exists()
    later, sooner = Sample(NOW, ("DSK-01",), ("MCP-01",), changed=True), Sample(NOW - timedelta(hours=1), synthetic=True)
    append_samples(file, [later])
    append_samples(file, [sooner])
    assert read_samples(file) == [sooner, later]


def test_a_sample_at_the_same_moment_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    append_samples(file, [Sample(NOW)])
    append_samples(file, [Sample(NOW, ("DSK-01",))])
    assert read_samples(file) == [Sample(NOW, ("DSK-01",))]


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    moments = [NOW + timedelta(minutes=minute) for minute in range(8)]
    for file in (tmp_path / f"{number}.sqlite" for number in range(20)):  # the first to come makes the file
        with ThreadPoolExecutor(8) as writers:
            list(writers.map(partial(written, file), moments))
        assert [sample.at for sample in read_samples(file)] == moments


def written(file: Path, at: datetime) -> None:
    append_samples(file, [Sample(at)])


def broken(file: Path, kind: str) -> bytes:
    if kind == "damaged":
        file.write_bytes(b"not a database, but long enough to look at" * 99)
    elif kind == "newer":
        append_samples(file, [Sample(NOW)])
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("PRAGMA user_version = 99")
    else:
        append_samples(file, [Sample(NOW)])
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("UPDATE sample SET body = '{\"at\": \"2026-02-11T14:00:00\"}'")
    return file.read_bytes()


@pytest.mark.parametrize(("kind", "said"), [("damaged", "mv "), ("newer", "newer version"), ("without an offset", "mv ")])
def test_a_history_that_cannot_be_read_is_kept_and_said(tmp_path: Path, kind: str, said: str) -> None:
    file = tmp_path / "history.sqlite"
    before = broken(file, kind)
    with pytest.raises(HistoryError, match=said) as raised:
        read_samples(file)
    assert str(file) in str(raised.value)
    assert "\n" not in str(raised.value)
    assert file.read_bytes() == before


@pytest.mark.parametrize("kind", ["damaged", "newer"])
def test_a_history_that_cannot_be_written_is_kept_and_said(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "history.sqlite"
    before = broken(file, kind)
    with pytest.raises(HistoryError, match=str(file)):
        append_samples(file, [Sample(NOW)])
    assert file.read_bytes() == before


def test_a_folder_is_no_history(tmp_path: Path) -> None:
    with pytest.raises(HistoryError):
        read_samples(tmp_path)
    with pytest.raises(HistoryError):
        append_samples(tmp_path / "none" / "history.sqlite", [Sample(NOW)])
