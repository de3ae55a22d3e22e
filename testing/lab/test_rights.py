"""deploy/ on a real server: a changed observer does not answer, and the roles allow what they name."""

from pathlib import Path

from fixtures.ask.exchange import new_nonce
from fixtures.rights.observer import PLACE
from testing.accounts import OnHost, as_auditor, install_account
from testing.audits import ROOT, audit

SCENARIO = "ready"


def test_an_observer_that_was_changed_is_not_run(target: Path, tmp_path: Path, on_host: OnHost) -> None:
    account, given = install_account(target, tmp_path, on_host), f"{new_nonce()}\nfilesystems\n"
    assert " filesystems " in as_auditor(account, "", given=given).stdout
    on_host(f"echo >>{PLACE}")
    assert " filesystems " not in as_auditor(account, "", given=given).stdout
    ran = audit(str(account), tmp_path / "out", "-m", "live", "-k", "test_disk")
    assert ran.run["results"]["DSK-01"]["reason"]["code"] == "observer-other"


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
