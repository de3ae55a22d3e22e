import json
from datetime import UTC, datetime
from typing import Any

import pytest

from fixtures.ask.answer import Answer, Unknown
from fixtures.ask.facts import FACTS
from fixtures.cluster.deployments import Deployment, mcp_services
from fixtures.cluster.nodes import Node, heartbeat, the_node
from fixtures.cluster.pods import Pod
from fixtures.target import Target
from fixtures.target.place import ClusterSettings, Place, Ssh

NOW = datetime(2026, 2, 11, 12, 0, tzinfo=UTC)
TARGET = Target(
    target=Place(name="t", title="T"), host=Ssh(address="127.0.0.1", user="u"), cluster=ClusterSettings(kubeconfig="k")
)
SOUND = {"replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "observedGeneration": 3}


def read(name: str, *items: dict[str, Any]) -> Any:
    """Return a list as the API gives it, parsed by the fact."""
    return FACTS[name].read(Answer(json.dumps({"items": items}), "", 0, "GET", NOW))


def deployment(namespace: str = "default", replicas: int = 1, **status: int) -> dict[str, Any]:
    return {
        "metadata": {"namespace": namespace, "name": "mcp-unified", "generation": 3},
        "spec": {"replicas": replicas, "template": {"spec": {"containers": [{"image": "mcp:1"}]}}},
        "status": SOUND | status,
    }


def test_all_three_run() -> None:
    services = mcp_services(read("deployments", *map(deployment, TARGET.mcp.namespaces)), TARGET)
    assert (services.running, services.wanted, services.absent, services.stuck) == (3, 3, (), ())


@pytest.mark.parametrize(
    ("row", "stuck"),
    [
        (deployment(replicas=0), ()),  # scaled to zero: a service of no pods does not run
        (deployment(readyReplicas=0), ()),  # not ready
        (deployment(observedGeneration=2), ("default",)),  # the controller has not seen the newest specification
        (deployment(updatedReplicas=0), ("default",)),  # the pod belongs to the previous specification
    ],
)
def test_what_does_not_run(row: dict[str, Any], stuck: tuple[str, ...]) -> None:
    services = mcp_services(read("deployments", row), TARGET)
    assert services.running == 0
    assert services.stuck == stuck


def test_a_rollout_stuck_beside_a_ready_old_pod_does_not_run() -> None:
    """Each number alone looks sound: one pod updated, one ready, one wanted."""
    (row,) = read("deployments", deployment() | {"status": SOUND | {"replicas": 2}})
    assert isinstance(row, Deployment)
    assert (row.updated, row.ready, row.wanted) == (1, 1, 1)
    assert not row.running


def test_a_missing_deployment_is_named() -> None:
    services = mcp_services(read("deployments", deployment("twisterlab")), TARGET)
    assert services.absent == ("default", "twisterlab-dev")
    assert services.states == ("default –", "twisterlab 1/1", "twisterlab-dev –")


def node(name: str = "edge", **ready: str) -> dict[str, Any]:
    condition = {
        "type": "Ready",
        "status": "True",
        "lastTransitionTime": "2026-02-01T00:00:00Z",
        "lastHeartbeatTime": "2026-02-11T11:57:00Z",
    } | ready
    return {"metadata": {"name": name}, "spec": {}, "status": {"conditions": [condition]}}


def test_a_heartbeat_is_told_in_minutes() -> None:
    (only,) = read("nodes", node()).values()
    assert isinstance(only, Node)
    assert (only.ready, heartbeat(only, NOW).minutes) == (True, 3)
    assert not the_node(read("nodes", node(status="Unknown")), TARGET).ready


@pytest.mark.parametrize("rows", [(), (node("a"), node("b"))])
def test_without_the_one_node_nothing_is_known(rows: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(Unknown):
        the_node(read("nodes", *rows), TARGET)


def test_a_node_that_never_reported_is_unknown() -> None:
    (silent,) = read("nodes", {"metadata": {"name": "edge"}, "status": {}}).values()
    with pytest.raises(Unknown):
        heartbeat(silent, NOW)


@pytest.mark.parametrize("name", ["nodes", "pods", "deployments"])
@pytest.mark.parametrize(
    "out", ["", "[]", "{}", '{"items": null}', '{"items": [{}]}', '{"items": [1]}', "\x00", "<html>"]
)
def test_an_answer_of_another_shape_is_unknown(name: str, out: str) -> None:
    with pytest.raises(Unknown):
        FACTS[name].read(Answer(out, "", 0, "GET", NOW))


def test_an_evicted_pod_is_read_with_its_start() -> None:
    (pod,) = read(
        "pods",
        {
            "metadata": {"namespace": "default", "name": "p"},
            "status": {"phase": "Failed", "reason": "Evicted", "startTime": "2026-02-10T00:00:00Z"},
        },
    )
    assert isinstance(pod, Pod)
    assert (pod.phase, pod.reason, pod.started) == ("Failed", "Evicted", datetime(2026, 2, 10, tzinfo=UTC))
