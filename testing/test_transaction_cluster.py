"""Steps on the cluster, on a host whose kubectl answers from files: rights before anything, and what an undo sets aside."""

import json
from pathlib import Path

import pytest

from remediations.transaction.calls import Call
from remediations.transaction.objects import ClusterObject, DeleteObjects, PatchObject
from remediations.transaction.plan import Plan
from remediations.transaction.step import RunCommand, Step
from testing.transaction_host import Host, plain

MCP = ClusterObject(resource="deployments.apps", namespace="default", name="mcp", uid="u-1", generation=3)
PATCH = PatchObject(
    object=MCP, before={"spec": {"replicas": 0}}, after={"spec": {"replicas": 1}}, sentence=plain("scale mcp")
)
PODS = DeleteObjects(
    objects=tuple(ClusterObject(resource="pods", namespace="default", name=f"old-{n}", uid=f"p-{n}") for n in range(2)),
    sentence=plain("delete pods", lasting="they had ended"),
)
SHIM = r"""#!/bin/sh
here=${0%/*}
shift
echo "$*" >>"$here/asked"
[ ! -e "$here/down" ] || { echo 'The connection to the server was refused' >&2; exit 1; }
case "$*" in
'get --raw /readyz') echo ok ;;
'create --validate=false -f reviews '*) cat "$here/allowed" ;;
'get deployments.apps mcp -n default --ignore-not-found '*) echo "u-1 $(cat "$here/generation") 7" ;;
'get deployments.apps mcp -n default -o yaml') echo "spec: $(cat "$here/generation")" ;;
'get deployments.apps mcp '*) echo app=mcp ;;
'patch deployments.apps mcp '*) echo $(($(cat "$here/generation") + 1)) >"$here/new"; mv "$here/new" "$here/generation" ;;
'get pods -n default -o go-template'*) printf 'old-0 p-0\nold-1 p-1\n' ;;
'get pods '* | 'get events '*) echo kept ;;
'delete pods '*) : ;;
*) echo "not expected: $*" >&2; exit 1 ;;
esac
"""


class Cluster(Host):
    """A host of shims, and the K3s on it that records what is asked."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.k3s = root / "usr/local/bin"
        self.k3s.mkdir(parents=True)
        (self.k3s / "k3s").write_text(SHIM)
        (self.k3s / "k3s").chmod(0o755)
        (self.k3s / "generation").write_text("3")
        (root / "etc/phase0-gate").mkdir()
        (root / "etc/phase0-gate/kubeconfig").write_text("")

    def allow(self, step: Step, *refused: str) -> Plan:
        """A plan of that step; the API lets its account do all but the refused."""
        calls = dict.fromkeys(getattr(step, "calls", ()))
        rows = [f"{call.verb} {call.resource} in {call.namespace}" for call in calls]
        (self.k3s / "allowed").write_text("".join(f"{str(row not in refused).lower()} {row}\n" for row in rows))
        return Plan("sample", ("MCP-01",), (step,))

    @property
    def asked(self) -> str:
        """Every call so far."""
        file = self.k3s / "asked"
        return file.read_text() if file.exists() else ""


@pytest.fixture
def host(tmp_path: Path) -> Cluster:
    return Cluster(tmp_path)


ASKING = RunCommand(
    command='touch "$ROOT/etc/begun"',
    sentence=plain("ask", lasting="asks"),
    calls=(Call("get", "services/proxy", "x"),),
)


@pytest.mark.parametrize(
    ("step", "right"),
    [
        (PATCH, "patch deployments.apps in default"),
        (PATCH, "watch deployments.apps in default"),
        (PODS, "delete pods in default"),
        (PODS, "list events in default"),
        (ASKING, "get services/proxy in x"),
    ],
)
def test_a_right_that_is_missing_is_named_before_anything_begins(host: Cluster, step: Step, right: str) -> None:
    untouched, plan = host.state, host.allow(step, right)
    with host.transaction() as transaction:
        applied = transaction.apply(plan)
        transaction.finish()
    assert right in applied.why
    assert "etc/phase0-gate/kubeconfig may not:" in applied.why
    assert "rbac.yaml" in applied.why
    assert host.state == untouched
    assert "delete" not in host.asked
    assert "patch" not in host.asked


def test_an_api_that_is_down_is_said_before_anything_begins(host: Cluster) -> None:
    plan = host.allow(PATCH)
    (host.k3s / "down").touch()
    with host.transaction() as transaction:
        assert "the cluster does not answer" in transaction.apply(plan).why


def test_rights_that_are_not_all_answered_are_no_rights(host: Cluster) -> None:
    plan = host.allow(PATCH)
    (host.k3s / "allowed").write_text((host.k3s / "allowed").read_text().splitlines()[0] + "\n")
    with host.transaction() as transaction:
        assert "does not say what this account may do" in transaction.apply(plan).why


def test_with_all_rights_it_is_done_and_taken_back_without_a_word_of_others(host: Cluster) -> None:
    with host.transaction() as transaction:
        assert transaction.apply(host.allow(PATCH)).why == ""
        transaction.take_back("a test")
    assert host.asked.count("patch deployments.apps") == 2
    assert "somebody else" not in "".join(host.written)


def test_an_object_that_was_changed_since_is_kept_as_it_was_changed(host: Cluster) -> None:
    with host.transaction() as transaction:
        transaction.apply(host.allow(PATCH))
        (host.k3s / "generation").write_text("9")
        transaction.take_back("a test")
    kept = host.root / "var/lib/phase0-gate/runs" / transaction.run / "1/replaced.yaml"
    assert f"deployments.apps default/mcp was changed by somebody else since; that version is kept: {kept}" in "".join(
        host.written
    )
    assert kept.read_text() == "spec: 9\n"


def test_pods_that_are_gone_are_listed_when_it_is_taken_back(host: Cluster) -> None:
    with host.transaction() as transaction:
        assert transaction.apply(host.allow(PODS)).why == ""
        transaction.take_back("a test")
    written = "".join(host.written)
    assert "stays (delete pods): they had ended" in written
    for line in ("pods default/old-0", "pods default/old-1"):
        assert line in written


def test_what_was_never_begun_leaves_nothing(host: Cluster) -> None:
    with host.transaction() as transaction:
        transaction.apply(host.allow(PODS, "delete pods in default"))
        transaction.finish()
    assert "stays" not in "".join(host.written)
    assert json.dumps(host.asked).count("delete") == 0
