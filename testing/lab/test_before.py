"""The server of 4 February is a NO-GO, for the reasons that the plan names."""

from pathlib import Path

from testing.audits import audit, expected

SCENARIO = "before"


def test_the_server_before_phase_0_is_a_no_go(target: Path, tmp_path: Path) -> None:
    status, outcomes = expected(SCENARIO)
    audited = audit(str(target), tmp_path)
    assert audited.unlike(outcomes) == []
    assert audited.status == status
    assert "NO-GO" in audited.output
    assert "Traceback (most" not in audited.output
