import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from gate.history import recall, remember
from gate.identity import Identity
from gate.past import Past
from gate.sample import Sample
from reports.__main__ import main
from testing.test_history import NOW, WHOLE


@pytest.fixture
def target(tmp_path: Path) -> Path:
    remember(tmp_path / "history.sqlite", WHOLE)
    return tmp_path


def test_a_history_is_summed_up(target: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", str(target)]) == 0
    output = capsys.readouterr().out
    for part in (
        "1 samples, 0 of them made up",
        "11\u00a0February 2026",
        "boot b1",
        "log_rotation applied",
        "BKP-10 pass",
    ):
        assert part in output


def test_it_is_exported_line_by_line(target: Path) -> None:
    file = target / "out.jsonl"
    assert main(["--lang", "fr", "history", str(target), "--export", str(file)]) == 0
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [row["record"] for row in rows] == ["sample", "event", "event", "work", "drill", "configuration"]
    assert rows[0]["readings"]["DSK-01"] == ["pass", 69.2]
    assert main(["history", str(target), "--since", "2026-03-01", "--export", str(file)]) == 0
    assert [json.loads(line)["record"] for line in file.read_text().splitlines()] == ["configuration"]


def test_what_is_old_is_removed(target: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", str(target), "--prune-before", "2026-02-12T00:00:00+01:00"]) == 0
    assert "5 rows removed" in capsys.readouterr().out
    assert recall(target / "history.sqlite").whole.samples == ()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--since", "yesterday"), "yesterday"),
        (("--prune-before", "2026-13-01"), "2026-13-01"),
        (("--export", "/nowhere/out.jsonl"), "/nowhere/out.jsonl"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    target: Path, words: tuple[str, str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["history", str(target), *words]) == 4
    refused = capsys.readouterr().err
    assert expected in refused
    assert refused.count("\n") == 1


def test_a_target_that_is_not_there_is_told_with_those_that_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["history", str(tmp_path / "egde")]) == 4
    refused = capsys.readouterr().err
    assert "no such target" in refused
    assert "known targets: demo" in refused
    assert "twisterlab.example" not in refused
    assert "no history yet" not in refused


def test_a_target_without_a_history_and_a_damaged_one_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["history", str(tmp_path)]) == 4
    assert "no history yet" in capsys.readouterr().err
    (tmp_path / "history.sqlite").write_bytes(b"x" * 5000)
    assert main(["history", str(tmp_path)]) == 4
    assert "cannot be read" in capsys.readouterr().err


NEW = Past((Sample(NOW + timedelta(hours=1)),), identity=Identity("b" * 64, "SHA256:new", "uid"))
WHY = ("--adopt", "--reason", "the disk was replaced", "--who", "Alice Martin")


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "about this server: “the disk was replaced”"), ("fr", "«\u00a0the disk was replaced\u00a0»")],
)
def test_a_history_is_adopted_with_a_reason(
    target: Path, language: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = target / "history.sqlite"
    remember(file, NEW)
    assert len(recall(file).of(NEW.identity, NOW).samples) == 2
    assert recall(file).of(NEW.identity, NOW).samples[0].unknown
    assert main(["--lang", language, "history", str(target), *WHY]) == 0
    assert expected in capsys.readouterr().out
    past = recall(file).of(NEW.identity, NOW)
    assert past.samples[0] == WHOLE.samples[0]
    (adoption,) = past.adopted
    assert (adoption.who, adoption.reason, adoption.adopted) == ("Alice Martin", "the disk was replaced", (Identity(),))
    export = target / "out.jsonl"
    assert main(["history", str(target), "--export", str(export)]) == 0
    rows = [json.loads(line) for line in export.read_text().splitlines()]
    assert rows[-1]["record"] == "adoption"
    assert [row["identity"] for row in rows if row["record"] == "sample"] == [{}, msgspec.to_builtins(NEW.identity)]


@pytest.mark.parametrize(
    ("words", "past", "expected"),
    [
        (("--adopt",), NEW, "give the reason"),
        (("--adopt", "--reason", " "), NEW, "give the reason"),
        (("--adopt", "--reason", "one\ntwo"), NEW, "give the reason"),
        (("--adopt", "--reason", "\u200b"), NEW, "give the reason"),
        (("--reason", "because"), NEW, "give the reason"),
        (("--adopt", "--reason", "because"), Past(), "audit the target once"),
    ],
)
def test_an_adoption_without_a_reason_or_of_nothing_is_refused(
    target: Path, words: tuple[str, ...], past: Past, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    remember(target / "history.sqlite", past)
    assert main(["history", str(target), *words]) == 4
    refused = capsys.readouterr().err
    assert expected in refused
    assert refused.count("\n") == 1
    assert recall(target / "history.sqlite").adoptions == ()


def test_what_is_of_the_same_server_needs_no_adoption(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    remember(tmp_path / "history.sqlite", NEW)
    assert main(["history", str(tmp_path), *WHY]) == 4
    assert "nothing to adopt" in capsys.readouterr().err
