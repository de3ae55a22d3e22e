"""What is kept of a TOML file is what the file holds, whatever was kept before."""

import sys
import tomllib
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from gate.contract import CHAPTERS, CONTRACT
from gate.sentence import LANGUAGES, LOCALE
from gate.tables import tables_of

TEXT = '[a]\nb = ["é", 1.5, true]\n'
OURS = [*(CONTRACT / f"{name}.toml" for name in CHAPTERS), *(LOCALE / f"{name}.toml" for name in LANGUAGES)]


def kept(file: Path) -> Path:
    return Path(cache_from_source(str(file))).with_name(f"{file.name}.json")


@pytest.fixture(autouse=True)
def _keeping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def test_what_is_kept_is_what_the_file_holds(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    assert tables_of(TEXT, file) == tables_of(TEXT, file) == tomllib.loads(TEXT)
    assert kept(file).is_file()


def test_a_changed_text_is_read_anew(tmp_path: Path) -> None:
    """Of the same length, and without a look at any time."""
    file = tmp_path / "a.toml"
    tables_of(TEXT, file)
    assert tables_of(TEXT.replace("1.5", "2.5"), file) == {"a": {"b": ["é", 2.5, True]}}


@pytest.mark.parametrize("data", [b"", b"{", b"[1]", b'{"of":1,"tables":{}}', b"\xff"])
def test_a_damaged_copy_is_not_used(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "a.toml"
    tables_of(TEXT, file)
    kept(file).write_bytes(data)
    assert tables_of(TEXT, file) == tomllib.loads(TEXT)


def test_what_json_has_no_value_for_is_not_kept(tmp_path: Path) -> None:
    file, text = tmp_path / "a.toml", "a = 2026-11-27\n"
    assert tables_of(text, file) == tables_of(text, file) == tomllib.loads(text)
    assert not kept(file).exists()


def test_nothing_is_written_where_python_writes_no_bytecode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    tables_of(TEXT, tmp_path / "a.toml")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.name)
def test_every_file_of_ours_can_be_kept(tmp_path: Path, file: Path) -> None:
    """Else each audit would read it as TOML."""
    text, copy = file.read_text(encoding="utf-8"), tmp_path / file.name
    assert tables_of(text, copy) == tables_of(text, copy) == tomllib.loads(text)
    assert kept(copy).is_file()
