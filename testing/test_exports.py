import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from gate.run import read_run, schema, write_run
from reports.exports import EXPORTS, write_all
from reports.exports.report import Report
from reports.pages.proofs import Proof
from testing.golden import GOLDEN, go

SCHEMA = Path(__file__).parents[1] / "docs" / "run.schema.json"


def published() -> Any:
    """Return the schema as a reader of the file gets it."""
    return json.loads(msgspec.json.encode(schema()))


@pytest.mark.parametrize("name", GOLDEN)
def test_run_json_is_what_its_schema_says(name: str) -> None:
    jsonschema.validate(json.loads(write_run(GOLDEN[name]())), published())


@pytest.mark.parametrize("name", GOLDEN)
def test_a_run_survives_its_file(name: str) -> None:
    data = write_run(GOLDEN[name]())
    assert write_run(read_run(data, "run.json")) == data


def test_the_published_schema_is_up_to_date() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == published(), (
        "python -m reports schema > docs/run.schema.json"
    )


def test_the_schema_refuses_an_outcome_nobody_knows() -> None:
    run = json.loads(write_run(go()))
    run["results"]["DSK-01"]["outcome"] = "fine"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(run, published())


def test_reports_are_written_whole(tmp_path: Path) -> None:
    assert write_all(go(), tmp_path / "new" / "folder", "en") == []
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == [
        "INFRASTRUCTURE_AUDIT_2026-02-11.md",
        "audit.prom",
        "evidence.html",
        "junit.xml",
        "run.json",
        "summary.md",
        "verdict.html",
    ]


def test_what_cannot_be_written_is_one_line_each(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    problems = write_all(go(), tmp_path / "file", "en")
    assert len(problems) == len(EXPORTS)
    assert all("cannot be written" in line and "\n" not in line for line in problems)


def test_a_damaged_proof_claims_nothing(tmp_path: Path) -> None:
    (tmp_path / "proof.json").write_text("[{")
    assert write_all(go(), tmp_path, "en") == []
    assert b"No fault proof" in (tmp_path / "verdict.html").read_bytes()


def test_a_page_that_breaks_costs_neither_the_others_nor_the_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_report: Report) -> bytes:
        raise TypeError("a fault of ours")

    monkeypatch.setitem(EXPORTS, "run.json", broken)
    failures = write_all(go(), tmp_path, "en")
    assert [line.split(":")[0] for line in failures] == [str(tmp_path / "run.json")]
    assert "cannot be made" in failures[0]
    assert (tmp_path / "verdict.html").exists()


def test_a_recording_of_the_repository_shows_the_proofs_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped, out = tmp_path / "recordings", tmp_path / "out"
    shipped.mkdir()
    (shipped / "before.json").write_text("{}")
    (shipped / "proof.json").write_bytes(
        msgspec.json.encode([Proof("DSK-01", "a fault beside the recording", "fail", "fail", ok=True)])
    )
    monkeypatch.setattr("reports.exports.RECORDINGS", shipped)
    for source, shows in (("before.json", True), ("another.json", False), ("", False)):
        assert write_all(msgspec.structs.replace(go(), replayed_from=source), out, "en") == []
        assert (b"a fault beside the recording" in (out / "evidence.html").read_bytes()) is shows
