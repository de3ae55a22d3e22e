"""deploy/ on a real server: the account of the audit sees all that it judges, and can do nothing else."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.ask.connection import Connection
from fixtures.target.folder import load_target
from testing.audits import ROOT, audit

SCENARIO = "ready"
LIVE = ("-m", "live")
OnHost = Callable[[str], str]
ACCOUNT = """\
id phase0-audit 2>/dev/null || useradd --create-home --shell /bin/sh phase0-audit
install -d -m 0700 -o phase0-audit ~phase0-audit/.ssh
install -m 0600 -o phase0-audit ~twister/.ssh/authorized_keys ~phase0-audit/.ssh/authorized_keys
mkdir -p /usr/local/lib/phase0-gate
base64 -d >/usr/local/lib/phase0-gate/observer <<'END'
{observer}
END
chmod 0755 /usr/local/lib/phase0-gate/observer
base64 -d >/tmp/sudoers <<'END'
{sudoers}
END
visudo -c -f /tmp/sudoers >/dev/null
install -m 0440 /tmp/sudoers /etc/sudoers.d/phase0-gate
"""
DENIED = (
    "sudo -n sh -c id",
    "sudo -n cat /etc/shadow",
    "sudo -n /usr/local/lib/phase0-gate/observer filesystems",
    "sudo -n -u nobody /usr/local/lib/phase0-gate/observer",
    "sudo -n systemctl restart k3s",
)


def encoded(file: Path) -> str:
    return subprocess.run(["base64", str(file)], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def account(target: Path, tmp_path: Path, on_host: OnHost) -> Path:
    """The target as seen by the account of the audit, with what deploy/ gives it and nothing else."""
    mine = tmp_path / "mine"
    shutil.copytree(target, mine, symlinks=True)
    text = (mine / "target.toml").read_text()
    (mine / "target.toml").write_text(text.replace('user = "twister"', 'user = "phase0-audit"'))
    subprocess.run(
        [sys.executable, "-m", "remediations", "rights", f"--target={mine}", f"--into={tmp_path / 'deploy'}"],
        cwd=ROOT,
        check=True,
    )
    files = {name: encoded(tmp_path / "deploy" / "audit" / name) for name in ("observer", "sudoers")}
    on_host(ACCOUNT.format(**files))
    return mine


def as_auditor(account: Path, command: str) -> subprocess.CompletedProcess[str]:
    connection = Connection(load_target(account))
    try:
        connection.open()
        return subprocess.run(
            ["ssh", "-F", str(connection.config), "target", command],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=30,
            check=False,
        )
    finally:
        connection.close()


def test_it_sees_what_an_account_with_every_right_sees(account: Path, target: Path, tmp_path: Path) -> None:
    everything, little = audit(str(target), tmp_path / "all", *LIVE), audit(str(account), tmp_path / "little", *LIVE)
    assert little.outcomes == everything.outcomes
    assert "pass" in little.outcomes.values()


def test_it_can_do_nothing_else(account: Path, on_host: OnHost) -> None:
    for command in DENIED:
        refused = as_auditor(account, command)
        assert refused.returncode != 0, command
        assert not refused.stdout, command
    on_host("echo >>/usr/local/lib/phase0-gate/observer")
    assert as_auditor(account, "echo filesystems | sudo -n /usr/local/lib/phase0-gate/observer").returncode != 0


def test_names_are_all_the_observer_takes(account: Path, on_host: OnHost) -> None:
    said = as_auditor(
        account,
        "printf '%s\\n' 'x; touch /tmp/taken' '$(touch /tmp/taken)' ../sh '' | "
        "sudo -n /usr/local/lib/phase0-gate/observer",
    )
    assert (said.returncode, said.stdout) == (0, "")
    assert on_host("ls /tmp/taken 2>/dev/null || true") == ""


def test_the_roles_let_look_and_let_fix_and_nothing_else(on_host: OnHost) -> None:
    for kind in ("audit", "fix"):
        role = (ROOT / "deploy" / kind / "rbac.yaml").read_text().replace(f"phase0-{kind}", f"phase0-{kind}-test")
        on_host(f"k3s kubectl apply --server-side -f - <<'END'\n{role}\nEND")

    def may(kind: str, what: str) -> str:
        account = f"system:serviceaccount:kube-system:phase0-{kind}-test"
        return on_host(f"k3s kubectl auth can-i {what} --as={account} --all-namespaces || true").strip()

    never = (
        "get secrets",
        "list secrets",
        "create pods --subresource=exec",
        "get pods --subresource=exec",
        "get nodes --subresource=proxy",
        "create clusterrolebindings",
        "update nodes",
    )
    looks = ("list nodes", "list pods", "list deployments.apps", "get services --subresource=proxy")
    assert {what: may("audit", what) for what in (*never, "delete pods", "patch deployments.apps")} == dict.fromkeys(
        (*never, "delete pods", "patch deployments.apps"), "no"
    )
    assert {what: may("audit", what) for what in looks} == dict.fromkeys(looks, "yes")
    assert {what: may("fix", what) for what in never} == dict.fromkeys(never, "no")
