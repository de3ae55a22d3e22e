"""The workflows and the container: pinned actions, minimal rights, and every step a script that is run here."""

import base64
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from fixtures.cluster.kubeconfig import read_kubeconfig

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


@pytest.fixture
def container(tmp_path: Path) -> Path:
    """What the image and the pod's volumes hold, without a target."""
    for folder in ("target", "state", "tmp", "deploy", "account"):
        (tmp_path / folder).mkdir()
    (tmp_path / "deploy" / "schedule").write_text(SCHEDULE)
    (tmp_path / "deploy" / "schedule").chmod(0o755)
    shutil.copytree(CLUSTER, tmp_path / "deploy" / "kubernetes")
    (tmp_path / "account" / "token").write_text("of.the.pod")
    (tmp_path / "account" / "ca.crt").write_text("AUTHORITY")
    return tmp_path


POD = {"KUBERNETES_SERVICE_HOST": "10.43.0.1", "KUBERNETES_SERVICE_PORT": "443"}
SECTION = '[cluster]\nkubeconfig = "keys/kubeconfig"\n'


def packed(folder: Path, size: int = 0) -> list[dict[str, Any]]:
    """The secrets of a target with a key, a document, and a history that stays where it is."""
    (folder / "keys").mkdir(parents=True)
    (folder / "documents").mkdir()
    (folder / "target.toml").write_text(SECTION)
    (folder / "keys" / "kubeconfig").write_text("of another account")
    (folder / "keys" / "id_ed25519").write_text("the key")
    (folder / "documents" / "budget.pdf").write_bytes(b"%PDF" + os.urandom(size))
    (folder / "history.sqlite").write_text("the clone's own")
    (folder / "reports").mkdir()
    (folder / "reports" / "verdict.html").write_text("the clone's own")
    done = subprocess.run([CLUSTER / "pack", folder], capture_output=True, text=True, check=True, timeout=60)
    return list(yaml.safe_load_all(done.stdout))


def mounted(container: Path, secrets: list[dict[str, Any]]) -> None:
    """As the kubelet projects them."""
    for secret in secrets:
        for name, data in secret["data"].items():
            (container / "target" / name).write_bytes(base64.b64decode(data))


@pytest.mark.parametrize("size", [0, 1_500_000])
def test_documents_reach_the_pod_and_it_asks_with_its_own_account(
    container: Path, tmp_path_factory: pytest.TempPathFactory, size: int
) -> None:
    folder = tmp_path_factory.mktemp("clone") / "edge"
    secrets = packed(folder, size)
    assert [secret["metadata"]["name"] for secret in secrets] == ["target", "target-2", "target-3", "target-4"]
    assert all(len(data) < 1024 * 1024 for secret in secrets for data in secret["data"].values())
    mounted(container, secrets)
    done = script(container, f"{container}/deploy/kubernetes/hold", "daily", ROOT=str(container), **POD)
    assert done.returncode == 0, done.stderr
    target = container / "tmp" / "target"
    assert (target / "documents" / "budget.pdf").read_bytes() == (folder / "documents" / "budget.pdf").read_bytes()
    assert (target / "keys" / "id_ed25519").stat().st_mode & 0o077 == 0
    assert (target / "history.sqlite").readlink() == container / "state" / "history.sqlite"
    assert not (target / "reports").exists()
    access = read_kubeconfig(target / "keys" / "kubeconfig", target)
    assert (access.server, access.token, access.authority) == ("https://10.43.0.1:443", "of.the.pod", b"AUTHORITY")


def test_the_context_that_the_target_names_is_there(container: Path) -> None:
    (container / "target" / "target.toml").write_text('[cluster]\nkubeconfig = "kubeconfig"\ncontext = "edge"\n')
    address = POD | {"KUBERNETES_SERVICE_HOST": "fd00::1"}
    done = script(container, f"{container}/deploy/kubernetes/hold", "daily", ROOT=str(container), **address)
    assert done.returncode == 0, done.stderr
    target = container / "tmp" / "target"
    assert read_kubeconfig(target / "kubeconfig", target, "edge").server == "https://[fd00::1]:443"


@pytest.mark.parametrize("name", ["/root/.kube/config", "../kubeconfig"])
def test_a_kubeconfig_outside_the_folder_is_refused(container: Path, name: str) -> None:
    (container / "target" / "target.toml").write_text(f'[cluster]\nkubeconfig = "{name}"\n')
    done = script(container, f"{container}/deploy/kubernetes/hold", "daily", ROOT=str(container), **POD)
    assert (done.returncode, len(done.stderr.splitlines())) == (4, 1)


def test_a_folder_too_large_for_its_secrets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as raised:
        packed(tmp_path / "edge", 3_000_000)
    assert raised.value.returncode == 4
    assert "take out what no audit reads" in raised.value.stderr


def test_an_audit_in_the_cluster_takes_nothing_from_one_outside() -> None:
    """What belongs to no namespace would be overwritten by the other's."""
    files = [ROOT / "deploy" / folder / "rbac.yaml" for folder in ("kubernetes", "audit")]
    inside, outside = (
        {
            (row["kind"], row["metadata"]["name"])
            for row in yaml.safe_load_all(file.read_text())
            if "Cluster" in row["kind"]
        }
        for file in files
    )
    assert len(inside) == len(outside) == 2
    assert not inside & outside


def test_the_jobs_of_the_cluster_never_overlap_and_can_do_nothing_to_it() -> None:
    named = yaml.safe_load((CLUSTER / "kustomization.yaml").read_text())["resources"]
    assert {file.name for file in CLUSTER.glob("*.yaml")} == {*named, "kustomization.yaml"}
    for kind in ("sample", "daily", "drills"):
        job = yaml.safe_load((CLUSTER / f"{kind}.yaml").read_text())["spec"]
        assert job["concurrencyPolicy"] == "Forbid"
        container = job["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
        assert container["args"] == [kind]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        limits = job["jobTemplate"]["spec"]["activeDeadlineSeconds"]
        volumes = {one["name"]: one for one in job["jobTemplate"]["spec"]["template"]["spec"]["volumes"]}
        (token,) = [one for one in volumes["account"]["projected"]["sources"] if "serviceAccountToken" in one]
        assert token["serviceAccountToken"]["expirationSeconds"] > limits, "the token outlives the audit"
