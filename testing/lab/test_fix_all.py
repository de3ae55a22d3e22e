"""In the scenario `before`, one `--fix --fix-disruptive` repairs all that remedies can; a second finds nothing to do."""

from pathlib import Path

from testing.audits import audit

SCENARIO = "before"
FIX = ("--fix", "--fix-disruptive")
RESTORED = ("BKP-10", "BKP-11", "BKP-12")
REPAIRED = (
    "MCP-01",
    "MCP-02",
    "MCP-03",
    "MCP-04",
    "MCP-05",
    "LOG-01",
    "LOG-02",
    "LOG-06",
    "LOG-08",
    "DSK-01",
    "DSK-06",
    "BKP-01",
    "BKP-02",
    "BKP-03",
    "BKP-04",
    "BKP-05",
    "BKP-06",
    "BKP-09",
)


def test_one_run_repairs_and_the_next_has_nothing_to_do(target: Path, tmp_path: Path) -> None:
    first = audit(str(target), tmp_path / "first", *FIX, "-m", "not drill", seconds=1500)
    assert {id: first.outcomes[id] for id in REPAIRED} == dict.fromkeys(REPAIRED, "pass"), first.said
    assert {row["state"] for row in first.run["interventions"]} == {"applied"}
    assert first.status != 0, "what was just changed is not stable yet"
    second = audit(str(target), tmp_path / "second", *FIX, seconds=600)
    assert second.run["interventions"] == []
    sound = (*REPAIRED, *RESTORED)
    assert {id: second.outcomes[id] for id in sound} == dict.fromkeys(sound, "pass"), second.said
