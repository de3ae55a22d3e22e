"""Planned steps on the cluster: what they may change, what a person reads, and when there is nothing to do."""

from typing import Any

import pytest

from remediations.transaction.difference import difference
from remediations.transaction.objects import ClusterObject, DeleteObjects, PatchObject
from remediations.transaction.plan import draw_plan
from remediations.transaction.risk import RemedyError, Risk
from remediations.transaction.showing import shown
from testing.transaction_host import plain

MCP = ClusterObject(resource="deployments.apps", namespace="default", name="mcp-unified", uid="u-1", generation=3)
POD = ClusterObject(resource="pods", namespace="default", name="old-1", uid="u-2", version="7")


def container(image: str, policy: str | None) -> dict[str, Any]:
    return {
        "spec": {"template": {"spec": {"containers": [{"name": "mcp", "image": image, "imagePullPolicy": policy}]}}}
    }


def patch(before: dict[str, Any], after: dict[str, Any], rollout: int = 0) -> PatchObject:
    return PatchObject(
        object=MCP, before=before, after=after, sentence=plain("mend it", "it is broken"), rollout=rollout
    )


def read(step: PatchObject | DeleteObjects) -> str:
    return "\n".join(line for line, _ in shown(draw_plan("r", ["MCP-01"], [step]), "en"))


def test_a_patch_is_a_diff_of_fields_with_named_things_by_name() -> None:
    step = patch(container("x:latest", None), container("x:v1", "IfNotPresent"))
    assert difference(step).splitlines()[3:] == [
        '-spec.template.spec.containers[mcp].image: "x:latest"',
        '+spec.template.spec.containers[mcp].image: "x:v1"',
        '+spec.template.spec.containers[mcp].imagePullPolicy: "IfNotPresent"',
    ]


def test_what_is_so_already_is_no_step() -> None:
    same = container("x:v1", "IfNotPresent")
    assert draw_plan("r", ["MCP-01"], [patch(same, container("x:v1", "IfNotPresent"))]).steps == ()


def test_a_plan_says_the_command_the_rollout_and_the_undo() -> None:
    text = read(patch({"spec": {"replicas": 0}}, {"spec": {"replicas": 1}}, rollout=180))
    for expected in (
        "r (disruptive) for MCP-01",
        "kubectl patch deployments.apps/mcp-unified -n default -p",
        "--timeout=180s",
        "undo: the fields are set back",
        "-spec.replicas: 0",
        "+spec.replicas: 1",
    ):
        assert expected in text


def test_a_deletion_names_all_that_goes_and_what_stays_of_it() -> None:
    step = DeleteObjects(objects=(POD,), sentence=plain("delete", "they ended", "manifests and events are kept"))
    assert step.risk is Risk.DISRUPTIVE
    assert "kubectl delete pods -n default old-1" in read(step)
    assert "undo: not needed: manifests and events are kept" in read(step)


@pytest.mark.parametrize("resource", ["secrets", "nodes", "clusterroles.rbac.authorization.k8s.io", "deployments"])
def test_no_remedy_touches_secrets_rights_or_nodes(resource: str) -> None:
    with pytest.raises(RemedyError):
        ClusterObject(resource=resource, namespace="default", name="x", uid="u")


def test_a_pod_cannot_be_made_again_and_its_sentence_has_to_say_so() -> None:
    with pytest.raises(RemedyError, match="cannot be made again"):
        DeleteObjects(objects=(POD,), sentence=plain("delete"))
    with pytest.raises(RemedyError, match="one resource"):
        DeleteObjects(objects=(POD, MCP), sentence=plain("delete"))
