"""In the scenario `stabilised`, all that a machine can repair is repaired; days and people's entries are missing."""

from pathlib import Path

from testing.audits import audit, expected

SCENARIO = "stabilised"


def test_a_stabilised_server_is_undecided(target: Path, tmp_path: Path) -> None:
    status, outcomes = expected(SCENARIO)
    audited = audit(str(target), tmp_path)
    assert audited.unlike(outcomes) == []
    assert audited.status == status
