"""The workflows and the container: pinned actions, minimal rights, and every step a script that is run here."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CLUSTER = ROOT / "deploy" / "kubernetes"
SECRETS = {
    "PHASE0_SSH_KEY": "the key",
    "PHASE0_KNOWN_HOSTS": "10.77.9.2 ssh-ed25519 AAAA",
    "PHASE0_KUBECONFIG": "kind: Config",
}
SCHEDULE = """\
#!/bin/sh
echo "schedule $* in $STATE_DIRECTORY" >> calls
mkdir -p "$STATE_DIRECTORY/reports" && echo "{}" > "$STATE_DIRECTORY/reports/run.json"
[ -z "${SUMMARY:-}" ] || echo "$SUMMARY" > "$STATE_DIRECTORY/reports/summary.md"
exit "${JUDGED:-0}"
"""


def workflow(file: Path) -> dict[Any, Any]:
    read: dict[Any, Any] = yaml.safe_load(file.read_text())
    return read


def steps() -> Iterator[dict[str, Any]]:
    yield from (step for file in WORKFLOWS for job in workflow(file)["jobs"].values() for step in job["steps"])


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_actions_are_pinned_by_commit_and_say_their_version(file: Path) -> None:
    used = re.findall(r"uses: (.*)", file.read_text())
    assert [one for one in used if not re.fullmatch(r"actions/[a-z/-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", one)] == []
    assert used


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_a_workflow_may_read_and_nothing_else(file: Path) -> None:
    read = workflow(file)
    assert read["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in read["jobs"].values())
    assert all("timeout-minutes" in job for job in read["jobs"].values())


def test_a_step_is_a_script_of_the_repository_and_no_text_of_others_gets_into_it() -> None:
    scripts = [step["run"] for step in steps() if "run" in step]
    assert all("${{" not in script for script in scripts)
    for word in (script.split()[0] for script in scripts):
        assert word in ("make", "rm", "pipx") or os.access(ROOT / word, os.X_OK), word


def test_what_lasts_is_saved_and_shown_whatever_happens() -> None:
    audit = workflow(next(file for file in WORKFLOWS if file.name == "audit.yml"))["jobs"]["audit"]["steps"]
    after = audit[[str(step.get("run")).startswith(".ci/audit") for step in audit].index(True) + 1 :]
    assert [step["if"] for step in after] == ["always()"] * 3
    assert "state" in after[0]["with"]["path"]


def test_the_labels_of_a_site_s_own_runner_are_known_to_actionlint() -> None:
    known = yaml.safe_load((ROOT / ".github" / "actionlint.yaml").read_text())["self-hosted-runner"]["labels"]
    asked = [job["runs-on"] for file in WORKFLOWS for job in workflow(file)["jobs"].values()]
    assert {label for labels in asked if isinstance(labels, list) for label in labels} - {"self-hosted"} == set(known)


def test_actionlint_agrees() -> None:
    program = shutil.which("actionlint")
    if program is None:
        pytest.skip("actionlint is not installed: its wheel fetches a program from elsewhere, which CI does")
    assert subprocess.run([program], cwd=ROOT, capture_output=True, text=True).stdout == ""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the scripts, a make that does nothing, and a schedule that records how it was called."""
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    programs = {"deploy/schedule": SCHEDULE, "bin/make": "#!/bin/sh\n", ".venv/bin/python": "#!/bin/sh\necho NO-GO\n"}
    for name, text in programs.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "targets").mkdir()
    (tmp_path / "targets" / "target.toml").write_text("[target]\n")
    return tmp_path


def script(checkout: Path, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    env = {
        "PATH": f"{checkout / 'bin'}:{os.environ['PATH']}",
        "GITHUB_STEP_SUMMARY": str(checkout / "summary"),
        **variables,
    }
    return subprocess.run(words, cwd=checkout, env=env, capture_output=True, text=True, timeout=60)


def site(checkout: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    return script(checkout, ".ci/site", "site", PHASE0_TARGET="targets", **(SECRETS | variables))


def test_the_place_holds_the_secrets_for_nobody_else(checkout: Path) -> None:
    done = site(checkout)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    target = checkout / "site" / "target"
    for name, text in (
        ("id_ed25519", "the key"),
        ("known_hosts", SECRETS["PHASE0_KNOWN_HOSTS"]),
        ("kubeconfig", "kind: Config"),
    ):
        assert (target / name).read_text() == f"{text}\n"
        assert (target / name).stat().st_mode & 0o077 == 0
    assert (target / "history.sqlite").is_symlink()


@pytest.mark.parametrize("name", [*SECRETS, "PHASE0_TARGET"])
def test_what_is_missing_is_named(checkout: Path, name: str) -> None:
    done = script(checkout, ".ci/site", "site", **({"PHASE0_TARGET": "targets"} | SECRETS | {name: ""}))
    assert done.returncode == 4
    assert name in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (checkout / "site").exists()


@pytest.mark.parametrize(
    ("judged", "status"), [("0", 0), ("1", 0), ("10", 0), ("11", 0), ("4", 4), ("74", 74), ("75", 75)]
)
def test_a_decision_is_a_success_and_the_keys_go(checkout: Path, judged: str, status: int) -> None:
    site(checkout)
    done = script(checkout, ".ci/audit", "daily", f"{checkout}/site", JUDGED=judged)
    assert done.returncode == status, done.stderr
    assert not (checkout / "site" / "target").exists()
    assert (checkout / "calls").read_text() == f"schedule daily {checkout}/site/target in {checkout}/site/state\n"


@pytest.mark.parametrize(("summary", "shown"), [("# GO", "# GO\n"), ("", "```\nNO-GO\n```\n")])
def test_the_page_of_the_run_shows_the_summary(checkout: Path, summary: str, shown: str) -> None:
    site(checkout)
    assert script(checkout, ".ci/audit", "daily", f"{checkout}/site", SUMMARY=summary).returncode == 0
    assert (checkout / "summary").read_text() == shown


@pytest.mark.parametrize(("judged", "status"), [("1", 0), ("75", 0), ("3", 3)])
def test_the_container_audits_a_copy_of_the_secret(tmp_path: Path, judged: str, status: int) -> None:
    for folder in ("target", "state", "tmp", "deploy"):
        (tmp_path / folder).mkdir()
    (tmp_path / "target" / "target.toml").touch(0o440)
    (tmp_path / "target" / "history.sqlite").touch(0o440)
    (tmp_path / "deploy" / "schedule").write_text(SCHEDULE)
    (tmp_path / "deploy" / "schedule").chmod(0o755)
    shutil.copytree(CLUSTER, tmp_path / "deploy" / "kubernetes")
    done = script(tmp_path, f"{tmp_path}/deploy/kubernetes/hold", "sample", ROOT=str(tmp_path), JUDGED=judged)
    assert done.returncode == status, done.stderr
    assert (tmp_path / "calls").read_text() == f"schedule sample {tmp_path}/tmp/target in {tmp_path}/state\n"
    assert (tmp_path / "tmp" / "target" / "history.sqlite").readlink() == tmp_path / "state" / "history.sqlite"


def test_the_jobs_of_the_cluster_never_overlap_and_can_do_nothing_to_it() -> None:
    named = yaml.safe_load((CLUSTER / "kustomization.yaml").read_text())["resources"]
    assert {file.name for file in CLUSTER.glob("*.yaml")} == {*named, "kustomization.yaml"}
    for kind in ("sample", "daily", "drills"):
        job = yaml.safe_load((CLUSTER / f"{kind}.yaml").read_text())["spec"]
        assert job["concurrencyPolicy"] == "Forbid"
        container = job["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
        assert container["args"] == [kind]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
