"""MCP-02 and MCP-07: the pods of the MCP services, and the settings of their containers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from fixtures.ask.answer import Answer, Unknown
from fixtures.ask.facts import ENDING, FACTS
from fixtures.cluster.mcp_pods import ServiceHealth, equipment, service_health, services
from fixtures.cluster.selector import Selector, SelectorRow, selector
from fixtures.host.system.booted import booted
from testing.test_cluster_facts import NOW, TARGET, read

BOOT = NOW - timedelta(days=3)
PROBE = {"readinessProbe": {"httpGet": {"path": "/health", "port": 8080}}}
ASKS = {"resources": {"requests": {"cpu": "10m", "memory": "16Mi"}}}


def at(hours: float) -> str:
    """Return the time that many hours before now, as the API writes it."""
    return (NOW - timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


def deployment(namespace: str = "default", container: dict[str, Any] | None = None) -> dict[str, Any]:
    made = {"name": "mcp-unified", "image": "mcp:1", **PROBE, **ASKS} if container is None else container
    return {
        "metadata": {"namespace": namespace, "name": "mcp-unified"},
        "spec": {"selector": {"matchLabels": {"app": "mcp"}}, "template": {"spec": {"containers": [made]}}},
    }


def pod(
    namespace: str = "default",
    *,
    phase: str = "Running",
    meta: dict[str, Any] | None = None,
    containers: tuple[str, ...] = ("mcp-unified",),
    **status: Any,
) -> dict[str, Any]:
    """Return a pod whose containers are all in the same state; by default they run and are ready."""
    state = {"ready": True, "state": {"running": {"startedAt": at(60)}}, "restartCount": 0, **status}
    made = [{"name": name, "image": "mcp:1", **PROBE, **ASKS} for name in containers]
    states = [{"name": name, **state} for name in containers]
    return {
        "metadata": {"namespace": namespace, "name": "p", "labels": {"app": "mcp"}, **(meta or {})},
        "spec": {"containers": made},
        "status": {"phase": phase, "startTime": at(60), "containerStatuses": states},
    }


def crashed(began: float, ended: float) -> dict[str, Any]:
    """Return the previous run of a container that was killed; times are hours before now."""
    life = {"exitCode": 137, "reason": "OOMKilled", "startedAt": at(began), "finishedAt": at(ended)}
    return {"lastState": {"terminated": life}}


def see(*pods: dict[str, Any]) -> ServiceHealth:
    """Return the health of the services: these pods in default, sound ones in the other namespaces."""
    sound = [pod(name) for name in ("twisterlab", "twisterlab-dev")]
    found = services(read("deployments", *map(deployment, TARGET.mcp.namespaces)), read("pods", *pods, *sound), TARGET)
    return service_health(found, BOOT, NOW)


def test_sound_pods_with_and_without_a_sidecar() -> None:
    seen = see(pod(containers=("mcp-unified", "sidecar")))
    assert (seen.pods, seen.ready, seen.unwell, seen.without) == (3, 4, 0, ())


@pytest.mark.parametrize(
    ("row", "complaint", "expected"),
    [
        (pod(ready=False), "unready", "default/p mcp-unified"),
        (
            pod(ready=False, state={"waiting": {"reason": "ErrImagePull"}}),
            "waiting",
            "default/p mcp-unified: ErrImagePull",
        ),
        (pod(**crashed(50, 23)), "ended", "default/p mcp-unified: OOMKilled (137)"),
        (pod(meta={"deletionTimestamp": at(0.5)}), "stuck", "default/p"),
        (pod(phase="Failed", meta={"name": "e"}), "without", "default"),
    ],
)
def test_what_is_wrong_is_named(row: dict[str, Any], complaint: str, expected: str) -> None:
    seen = see(row)
    assert str(getattr(seen, complaint)[0]) == expected
    assert seen.unwell == (complaint != "without")


@pytest.mark.parametrize(
    "row",
    [
        pod(**crashed(50, 25)),  # it ended the day before yesterday
        pod(**crashed(80, 1)),  # it had started before the server booted: the reboot ended it
        pod(meta={"deletionTimestamp": at(0.01)}, ready=False),
    ],
)  # being deleted, within the time for it
def test_what_is_no_crash(row: dict[str, Any]) -> None:
    assert see(row, pod(meta={"name": "q"})).unwell == 0


def test_an_eviction_of_today_is_told_and_one_of_last_week_is_a_note() -> None:
    def evicted(hours: float) -> dict[str, Any]:
        row = pod(phase="Failed", meta={"name": f"e{hours:g}"})
        return row | {"status": {"phase": "Failed", "reason": "Evicted", "startTime": at(hours)}}

    assert [str(row) for row in see(pod(), evicted(5)).ended] == ["default/e5 Evicted (0)"]
    assert (see(pod(), evicted(48)).unwell, see(pod(), evicted(48)).leftover) == (0, 1)


def test_a_leftover_is_counted_though_another_pods_name_begins_with_its_own() -> None:
    """`default/e` failed two days ago; `default/e5` ended today and is reported as such."""
    failed = [
        pod(meta={"name": name}) | {"status": {"phase": "Failed", "reason": "Evicted", "startTime": at(hours)}}
        for name, hours in (("e", 48), ("e5", 5))
    ]
    assert (see(pod(), *failed).unwell, see(pod(), *failed).leftover) == (1, 1)


def test_an_init_container_that_ended_well_is_no_crash_and_a_sidecar_counts() -> None:
    row = pod()
    row["spec"]["initContainers"] = [{"name": "setup"}, {"name": "proxy", "restartPolicy": "Always"}]
    done = {"name": "setup", "state": {"terminated": {"exitCode": 0, "startedAt": at(2), "finishedAt": at(1)}}}
    row["status"]["initContainerStatuses"] = [done, {"name": "proxy", "ready": True, "state": {"running": {}}}]
    assert (see(row).unwell, see(row).ready) == (0, 4)


def test_other_peoples_pods_are_none_of_ours() -> None:
    assert see(pod(), pod(ready=False, meta={"name": "x", "labels": {"app": "other"}})).unwell == 0


def selected(row: dict[str, Any]) -> Selector:
    return selector(msgspec.convert(row, SelectorRow))


@pytest.mark.parametrize(
    ("expression", "selects"),
    [
        ({"operator": "In", "values": ["mcp"]}, True),
        ({"operator": "NotIn", "values": ["mcp"]}, False),
        ({"operator": "Exists"}, True),
        ({"operator": "DoesNotExist"}, False),
        ({"operator": "Gt", "values": ["1"]}, False),
    ],
)
def test_a_selector_of_expressions(expression: dict[str, Any], selects: bool) -> None:
    assert selected({"matchExpressions": [{"key": "app", **expression}]}).selects({"app": "mcp"}) is selects
    assert not selected({}).selects({"app": "mcp"})


@pytest.mark.parametrize(
    ("container", "complaint"),
    [
        ({"name": "x", **ASKS}, "unprobed"),
        ({"name": "x", **PROBE}, "unreserved"),
        ({"name": "x", **PROBE, "resources": {"requests": {"cpu": "1"}}}, "unreserved"),
        ({"name": "x", **PROBE, "resources": {"requests": {"cpu": "1"}, "limits": {"memory": "1Gi"}}}, ""),
        ({"name": "x", **PROBE, "resources": {"requests": {"cpu": "0", "memory": "0Mi"}}}, "unreserved"),
        ({"name": "x", **PROBE, "resources": {"requests": {"cpu": 0.5, "memory": "0.1Gi"}}}, ""),
    ],
)
def test_equipment_is_read_from_the_template_where_nothing_runs(container: dict[str, Any], complaint: str) -> None:
    seen = equipment(services(read("deployments", deployment(container=container)), (), TARGET))
    assert {name: bool(getattr(seen, name)) for name in ("unprobed", "unreserved")} == {
        name: name == complaint for name in ("unprobed", "unreserved")
    }
    assert (seen.absent, seen.equipped) == (("twisterlab", "twisterlab-dev"), 0 if complaint else 1)


@pytest.mark.parametrize(
    ("pods", "own", "reserved"),
    [
        ({"requests": {"cpu": "100m", "memory": "64Mi"}}, {}, True),
        ({"limits": {"cpu": "1", "memory": "1Gi"}}, {}, True),
        ({"requests": {"memory": "64Mi"}}, {"requests": {"cpu": "100m"}}, True),
        ({"requests": {"memory": "64Mi"}}, {}, False),
        ({"requests": {"cpu": "0", "memory": "64Mi"}}, {}, False),
    ],
)
def test_what_a_pod_is_given_as_a_whole_is_given_to_its_containers(
    pods: dict[str, Any], own: dict[str, Any], reserved: bool
) -> None:
    row = deployment(container={"name": "mcp-unified", **PROBE, "resources": own})
    row["spec"]["template"]["spec"]["resources"] = pods
    seen = equipment(services(read("deployments", row), (), TARGET))
    assert ("default" not in seen.unreserved) is reserved


def test_a_sidecar_without_a_probe_does_not_count_against_the_service() -> None:
    row = pod()
    row["spec"]["containers"].append({"name": "sidecar"})
    assert equipment(services(read("deployments", deployment()), read("pods", row), TARGET)).equipped == 1


def test_the_start_of_the_server_is_that_of_its_first_process() -> None:
    assert booted("1000000 500.5 40000 100").at == datetime.fromtimestamp(1000000 - 100.5, UTC)


@pytest.mark.parametrize("out", ["", "1", "1 2 3 4 5", "a b c d", "1 2 3 0", "inf 1 1 1", "1e300 1 1 1"])
def test_a_start_nobody_can_tell_is_unknown(out: str) -> None:
    with pytest.raises(Unknown):
        FACTS["booted"].read(Answer(out + ENDING, "", 0, "", NOW))
