"""The README's commands that need a server, run as they are printed there."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from testing.audits import expected
from testing.bench.table import read_bench
from testing.readme import ROOT, commands

SCENARIO = "ready"
SHARED = True


def run(command: str, tmp_path: Path, **env: str) -> str:
    """Run a printed command, which must succeed; return its output."""
    assert command in commands(), "no page prints this command any more"
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=ROOT,
        env={**os.environ, "PHASE0_REPORTS": str(tmp_path), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def outcomes(reports: Path) -> dict[str, str]:
    rows = json.loads((reports / "run.json").read_text())["results"]
    return {id: row["outcome"] for id, row in rows.items()}


def labs() -> str:
    return subprocess.run([sys.executable, "-m", "lab", "status"], cwd=ROOT, capture_output=True, text=True).stdout


def test_a_ready_server_is_a_go_and_is_taken_down(tmp_path: Path) -> None:
    up = labs()
    output = run("make audit TARGET=lab SCENARIO=ready", tmp_path)
    assert outcomes(tmp_path) == expected("ready")[1]
    assert "  GO  " in output
    assert labs() == up, "its own is gone, and those of others stay"


def test_the_fix_repairs_log_rotation(tmp_path: Path) -> None:
    run("make audit TARGET=lab SCENARIO=before FIX=1", tmp_path)
    rows = json.loads((tmp_path / "run.json").read_text())
    assert rows["results"]["LOG-01"]["before"] == "fail"
    assert rows["results"]["LOG-01"]["outcome"] == "pass"
    assert ("log_rotation", "applied") in [(one["remedy"], one["state"]) for one in rows["interventions"]]


def check(target: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "fixtures", "check", str(target)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_everything_of_a_sound_target_can_be_reached(target: Path) -> None:
    done = check(target)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✗" not in done.stdout
    assert "✓ cluster: GET /api/v1/nodes" in done.stdout
    assert "✓ cluster: no /apis/batch/v1/cronjobs" in done.stdout, "1.20 is older than that"


def test_what_is_missing_is_told_with_its_cure(target: Path, on_host: Callable[[str], str]) -> None:
    on_host("k3s kubectl delete clusterrolebinding phase0-audit")
    try:
        done = check(target)
    finally:
        on_host("k3s kubectl create clusterrolebinding phase0-audit --clusterrole=phase0-audit --user=phase0-audit")
    assert done.returncode == 10
    assert "✓ ssh: " in done.stdout
    assert "✗ cluster: GET /api/v1/nodes" in done.stdout


def test_the_example_role_lets_look_and_nothing_else(on_host: Callable[[str], str]) -> None:
    role = (ROOT / "deploy" / "audit" / "rbac.yaml").read_text().replace("phase0-audit", "phase0-example")
    on_host(f"k3s kubectl apply -f - <<'END'\n{role}\nEND")

    def may(what: str) -> str:
        account = "system:serviceaccount:kube-system:phase0-example"
        return on_host(f"k3s kubectl auth can-i {what} --as={account} --all-namespaces || true").strip()

    looks = ("list nodes", "list pods", "list deployments.apps", "get services --subresource=proxy")
    others = ("get secrets", "create pods --subresource=exec", "get nodes --subresource=proxy", "delete pods")
    assert [may(what) for what in (*looks, *others)] == ["yes"] * 4 + ["no"] * 4


def test_an_installed_copy_audits_from_anywhere(tmp_path: Path) -> None:
    run("make install PREFIX=$HOME/.local", tmp_path, HOME=str(tmp_path))
    installed = tmp_path / ".local" / "bin" / "phase0-gate"
    done = subprocess.run([installed, "--target=demo"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    assert (tmp_path / "phase0-reports" / "verdict.html").exists()
    for words in (["reports", "list"], ["fixtures", "check", "--help"]):
        assert subprocess.run([installed, *words], cwd=tmp_path, capture_output=True).returncode == 0


def test_the_bench_measures_at_both_distances(target: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "testing.bench", f"--target={target}", "--runs=1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    rows = read_bench(Path(done.stdout.rpartition("kept in ")[2].strip())).medians
    floors = {row.round_trip_ms: row.cost.seconds for row in rows if row.way.startswith("floor")}
    assert floors.keys() == {0, 50}
    assert floors[50] > 0.15, "a login costs at least three round trips"
    assert all(row.cost.there > 0 and row.cost.kilobytes > 0 for row in rows if row.way.startswith("ours: the whole"))
