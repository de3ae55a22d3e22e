"""A file is either written completely or left as it was."""

import os
from pathlib import Path

import pytest

from gate.whole import PRIVATE, write_whole


def test_a_file_is_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_text("old")
    file.chmod(0o640)
    write_whole(file, b"new")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o640)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("new", "umask", "mode"), [(PRIVATE, 0o022, 0o600), (0o666, 0o022, 0o644), (0o666, 0o077, 0o600)]
)
def test_a_new_file_is_as_open_as_asked_and_as_the_process_allows(
    tmp_path: Path, new: int, umask: int, mode: int
) -> None:
    before = os.umask(umask)
    try:
        write_whole(tmp_path / "x", b"", new)
    finally:
        os.umask(before)
    assert (tmp_path / "x").stat().st_mode & 0o777 == mode


def test_a_private_file_takes_the_place_of_an_open_one(tmp_path: Path) -> None:
    (tmp_path / "x").touch(0o644)
    write_whole(tmp_path / "x", b"", PRIVATE)
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_finished_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").write_text("old")
    for broken in ("fsync", "fchown"):
        with monkeypatch.context() as patch:
            patch.setattr(os, broken, fail)
            with pytest.raises(OSError, match="no space"):
                write_whole(tmp_path / "x", b"new")
    assert (tmp_path / "x").read_text() == "old"
    assert list(tmp_path.iterdir()) == [tmp_path / "x"]


def fail(*_: object) -> None:
    raise OSError(28, "no space")


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "none" / "x", b"")
