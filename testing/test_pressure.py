"""DSK-05: signs of disk pressure, and what proves that there was none."""

from datetime import UTC, datetime, timedelta

import pytest

from fixtures.cluster.nodes import Condition, Node
from fixtures.cluster.pods import Pod
from fixtures.evidence.pressure import Pressure, pressure
from fixtures.host.disk.evictions import Evictions

NOW = datetime(2026, 2, 11, 12, tzinfo=UTC)
LONG, YOUNG = NOW - timedelta(days=9), NOW - timedelta(days=1)
CALM = Condition("False", LONG, NOW)

DISK = (
    "The node was low on resource: ephemeral-storage. ",
    "The node was low on resource: ephemeral-storage. Container calico-node was using 92Ki, which exceeds its request of 0. ",
    "The node was low on resource: inodes. ",
    "The node had condition: [DiskPressure]. ",
    "Pod was rejected: The node had condition: [MemoryPressure DiskPressure]. ",
)
OTHERWISE = (
    "The node was low on resource: memory. Threshold quantity: 100Mi, available: 84Mi. ",
    "The node was low on resource: pids. ",
    "The node had condition: [MemoryPressure]. ",
    "Pod was rejected: The node had condition: [PIDPressure]. ",
    'Usage of EmptyDir volume "scratch" exceeds the limit "1Gi". ',
    "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ",
    'Container web exceeded its local ephemeral storage limit "1Gi". ',
)


def node(condition: Condition | None = CALM, taints: tuple[str, ...] = ()) -> dict[str, Node]:
    conditions = {"DiskPressure": condition} if condition else {}
    return {"edge": Node("edge", conditions, taints, cordoned=False, version="v1")}


def evicted(started: datetime | None, reason: str = "Evicted", message: str = "") -> Pod:
    return Pod("default", "mcp", "Failed", reason, started, None, (), {}, message=message)


def see(nodes: dict[str, Node], pods: tuple[Pod, ...] = (), lines: tuple[datetime, ...] = ()) -> Pressure:
    logged = tuple((at, "eviction manager") for at in lines)
    return pressure(nodes, pods, Evictions(NOW, NOW - timedelta(days=2), logged))


def test_a_long_calm_is_proven_by_its_transition_though_the_journal_is_short() -> None:
    seen = see(node())
    assert (seen.signs, seen.proven, seen.reach_days) == (0, True, 2.0)


@pytest.mark.parametrize(
    "seen",
    [
        see(node(Condition("True", YOUNG, NOW))),
        see(node(taints=("node.kubernetes.io/disk-pressure=:NoSchedule",))),
        see(node(), (evicted(YOUNG),)),
        see(node(), (evicted(None),)),
        *(see(node(), (evicted(YOUNG, message=message),)) for message in DISK),
        see(node(), lines=(YOUNG,)),
    ],
)
def test_each_sign_counts(seen: Pressure) -> None:
    assert seen.signs == 1


@pytest.mark.parametrize(
    "seen",
    [
        see(node(), (evicted(LONG),)),
        see(node(), (evicted(YOUNG, "Shutdown"),)),
        see(node(), lines=(LONG,)),
        *(see(node(), (evicted(YOUNG, message=message),)) for message in OTHERWISE),
        see(node(taints=("node.kubernetes.io/memory-pressure=:NoSchedule",))),
    ],
)
def test_what_is_old_or_something_else_does_not(seen: Pressure) -> None:
    assert (seen.signs, seen.proven) == (0, True)


@pytest.mark.parametrize(
    "condition", [Condition("False", YOUNG, NOW), Condition("Unknown", LONG, NOW), Condition("False", None, NOW), None]
)
def test_a_young_or_silent_node_proves_nothing(condition: Condition | None) -> None:
    seen = see(node(condition))
    assert (seen.signs, seen.proven) == (0, False)


def test_one_silent_node_of_two_is_enough_to_prove_nothing() -> None:
    assert not see(node() | {"other": node(None)["edge"]}).proven


def test_no_node_at_all_proves_nothing() -> None:
    assert not see({}).proven
