"""From the plan's 4 February, one `--fix --fix-disruptive` repairs what remedies can; a second one finds nothing to do.

It works as the fixer of deploy/fix, whose rights on the cluster are exactly those that remedies declare.
"""

from pathlib import Path

from testing.accounts import OnHost
from testing.audits import audit
from testing.fixers import install_fixer

SCENARIO = "before"
FIX = ("--fix", "--fix-disruptive")
RESTORED = ("BKP-10", "BKP-11", "BKP-12")
REPAIRED = (
    "MCP-01",
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


RIGHTS = """\
k3s kubectl get clusterrole phase0-fix -o yaml | sed '/resourceVersion:/d' >/run/role.yaml
k3s kubectl patch clusterrole phase0-fix --type=json -p '[{"op": "remove", "path": "/rules/2"}]'
k3s kubectl get clusterrole phase0-fix -o jsonpath='{.rules[*].resources}'
"""


def test_one_run_repairs_and_the_next_has_nothing_to_do(target: Path, tmp_path: Path, on_host: OnHost) -> None:
    target = install_fixer(target, tmp_path, on_host)
    assert "services/proxy" not in on_host(RIGHTS)
    refused = audit(str(target), tmp_path / "refused", *FIX[1:], "--fix=mcp_deploy", "-m", "not drill", seconds=600)
    output = " ".join(refused.output.split())
    assert "may not: get services/proxy in" in output
    assert "refused before anything was changed" in output
    assert {row["state"] for row in refused.run["interventions"]} == {"failed"}
    on_host("k3s kubectl replace -f /run/role.yaml")
    first = audit(str(target), tmp_path / "first", *FIX, "-m", "not drill", seconds=1500)
    assert {id: first.outcomes[id] for id in REPAIRED} == dict.fromkeys(REPAIRED, "pass"), first.output
    assert {row["state"] for row in first.run["interventions"]} == {"applied"}
    assert first.status != 0, "what was just changed is not stable yet"
    second = audit(str(target), tmp_path / "second", *FIX, seconds=600)
    assert second.run["interventions"] == []
    sound = (*REPAIRED, *RESTORED)
    assert {id: second.outcomes[id] for id in sound} == dict.fromkeys(sound, "pass"), second.output
