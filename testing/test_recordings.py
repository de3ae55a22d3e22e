"""The recordings of the demo, judged offline, have the outcomes of the live servers."""

import json
from pathlib import Path

import pytest

from testing.audits import ROOT, audit, expected, replayed


@pytest.mark.parametrize("scenario", ["before", "stabilised", "ready"])
def test_a_recording_comes_to_the_expected_outcomes(scenario: str, tmp_path: Path) -> None:
    status, outcomes = expected(scenario)
    audited = replayed(ROOT / "lab" / "recordings" / f"{scenario}.json", tmp_path)
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


def test_what_the_target_does_not_ask_of_a_service_is_a_reserve(tmp_path: Path) -> None:
    recording = json.loads((ROOT / "lab" / "recordings" / "ready.json").read_text())
    recording["target"]["mcp"] |= {"body": "", "node_port_url": ""}
    (tmp_path / "lax.json").write_text(json.dumps(recording))
    audited = replayed(tmp_path / "lax.json", tmp_path)
    assert audited.status == 0
    assert [finding["name"] for finding in audited.run["results"]["MCP-03"]["findings"]] == [
        "any-body",
        "not-from-outside",
    ]
    assert "any answer with 200 counted" in " ".join(audited.said.split())
