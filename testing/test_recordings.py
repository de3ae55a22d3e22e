"""The recordings of the demo judge offline to what the live servers came to."""

from pathlib import Path

import pytest

from testing.audits import ROOT, audit, expected


@pytest.mark.parametrize("scenario", ["before", "stabilised", "ready"])
def test_a_recording_comes_to_the_expected_outcomes(scenario: str, tmp_path: Path) -> None:
    status, outcomes = expected(scenario)
    audited = audit(f"replay:{ROOT}/lab/recordings/{scenario}.json", tmp_path)
    assert audited.outcomes == outcomes
    assert audited.status == status


def test_the_demo_is_the_server_before_phase_0(tmp_path: Path) -> None:
    audited = audit("demo", tmp_path)
    assert audited.status == 1
    assert "NO-GO" in audited.said
    assert audited.run["target"]["kind"] == "demo"


def test_no_recording_holds_a_secret() -> None:
    for file in (ROOT / "lab" / "recordings").glob("*.json"):
        text = file.read_text()
        assert not any(secret in text for secret in ("PRIVATE KEY", "SCRAM-SHA-256$", "hunter2"))
        assert len(text) < 1_000_000, f"{file.name} should be small"
