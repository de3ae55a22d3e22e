import json
from pathlib import Path

import pytest

from fixtures.ask import service_forms
from fixtures.ask.service_forms import kept_patterns, loaded_patterns

OURS = [["x[0-9]+", 0]]


def test_the_forms_are_kept_as_the_package_has_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    file = tmp_path / "cache" / "forms.json"
    first = [*kept_patterns(file)]
    assert first == [*loaded_patterns()]
    monkeypatch.setattr(service_forms, "loaded_patterns", lambda: pytest.fail("loaded again"))
    assert [*kept_patterns(file)] == first


@pytest.mark.parametrize("damage", ["stale", "{}", "[]", "no JSON", '{"installed": 1, "patterns": 2}'])
def test_what_was_kept_of_another_package_or_is_damaged_is_loaded_again(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    file = tmp_path / "forms.json"
    kept_patterns(file)
    stale = json.loads(file.read_text())
    stale["installed"][1][2] += 1
    file.write_text(json.dumps({**stale, "patterns": OURS}) if damage == "stale" else damage)
    assert [*kept_patterns(file)] == [*loaded_patterns()]
    assert json.loads(file.read_text())["patterns"] != OURS


def test_nothing_is_written_where_python_writes_no_bytecode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    assert kept_patterns(tmp_path / "forms.json")
    assert not [*tmp_path.iterdir()]
