"""deploy/ on a real server: the account of the audit sees all that it judges, and can do nothing else."""

from pathlib import Path

import pytest

from testing.accounts import OnHost, as_auditor, install_account
from testing.audits import ROOT, audit

SCENARIO = "ready"
LIVE = ("-m", "live")
DENIED = (
    "sudo -n sh -c id",
    "sudo -n cat /etc/shadow",
    "sudo -n /usr/local/lib/phase0-gate/observer filesystems",
    "sudo -n -u nobody /usr/local/lib/phase0-gate/observer",
    "sudo -n systemctl restart k3s",
)


@pytest.fixture
def account(target: Path, tmp_path: Path, on_host: OnHost) -> Path:
    """The target as seen by the account of the audit."""
    return install_account(target, tmp_path, on_host)


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
