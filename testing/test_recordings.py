"""The recordings of the demo and of other clusters, judged offline, have the outcomes of the live servers."""

import json
from pathlib import Path

import msgspec
import pytest

from fixtures.host.disk.waste import waste
from gate.run import Run
from testing.aloud import misread
from testing.audits import ROOT, audit, demo, expected, replayed

PROOF = ROOT / "lab" / "recordings" / "proof.json"  # what was proven of the faults, and no recording
FILES = [file for of in ("lab", "testing") for file in (ROOT / of / "recordings").glob("*.json") if file != PROOF]


@pytest.mark.parametrize("file", sorted(FILES), ids=lambda file: file.stem)
def test_a_recording_comes_to_the_expected_outcomes(file: Path, tmp_path: Path) -> None:
    status, outcomes = expected(file.stem)
    audited = demo(file.stem) if file.parent.parent.name == "lab" else replayed(file, tmp_path)
    assert audited.unlike(outcomes) == []
    assert audited.status == status
    assert not misread(msgspec.convert(audited.run, Run))


def test_a_real_k3s_imports_its_images_anew_and_uses_them_all() -> None:
    """Three of its images have another manifest by name than by identity; CRI says what belongs together."""
    answers = json.loads((ROOT / "testing" / "recordings" / "k3s-1.21.json").read_text())["answers"]
    answer, listed = answers["waste"]["out"], answers["images"]["out"].splitlines()[1]
    assert len(waste(f"{answer}cri {listed}\n").images) == 5
    assert waste(f"{answer}cri {listed}\n").unused == 0
    assert waste(answer).unused > 0, "by manifests alone three would go"


def test_the_demo_is_the_server_before_phase_0(tmp_path: Path) -> None:
    audited = audit("demo", tmp_path)
    assert audited.status == 1
    assert "NO-GO" in audited.output
    assert audited.run["target"]["kind"] == "demo"


def test_no_recording_holds_a_secret() -> None:
    assert len(FILES) == 5
    for file in FILES:
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
