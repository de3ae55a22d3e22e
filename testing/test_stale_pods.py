"""DSK-06: which pods are stale, and which a sound cluster leaves behind."""

from datetime import UTC, datetime, timedelta

import pytest

from fixtures.cluster.containers import Container, Termination
from fixtures.cluster.pods import Pod
from fixtures.cluster.stale_pods import GRACE, stale_pods
from remediations.stale_pods import stale_pods as remedy
from remediations.transaction.objects import DeleteObjects
from remediations.transaction.plan import draw_plan

NOW = datetime(2026, 2, 11, 12, tzinfo=UTC)


def pod(
    name: str,
    phase: str = "Failed",
    reason: str = "",
    owner: str = "",
    *,
    ended: timedelta | None = None,
    deleted: datetime | None = None,
) -> Pod:
    endings = (Termination(None, NOW - ended, 1, ""),) if ended is not None else ()
    box = Container("c", "i", "", False, (), endings=endings)
    begun = NOW - timedelta(days=30)
    return Pod("default", name, phase, reason, begun, deleted, (), {}, uid=name, containers=(box,), owner=owner)


@pytest.mark.parametrize(
    "one",
    [
        pod("a", reason="Evicted"),
        pod("b"),
        pod("c", "Unknown"),
        pod("d", owner="Job/x"),
        pod("e", reason="OutOfcpu"),
        pod("f", "Running", deleted=NOW - GRACE - timedelta(seconds=1)),
        pod("g", "Succeeded", deleted=NOW - timedelta(days=1)),
    ],
)
def test_stale(one: Pod) -> None:
    assert stale_pods((one,), NOW).count == 1


@pytest.mark.parametrize(
    "those",
    [
        (pod("a", "Succeeded"),),
        (pod("a", "Running"),),
        (pod("helm-install-traefik-x"),),
        (pod("a", owner="Job/x"), pod("b", "Succeeded", owner="Job/x")),
        (pod("a", owner="Job/backup-28391000"), pod("b", "Succeeded", owner="Job/backup-28392440")),
        (
            pod("a", reason="Terminated", ended=timedelta(days=3)),
            pod("b", reason="NodeShutdown", ended=timedelta(days=3, minutes=2)),
        ),
        (pod("svclb-web-x", "Pending"),),
        (pod("a", "Running", deleted=NOW - timedelta(minutes=1)),),
        (),
    ],
)
def test_sound(those: tuple[Pod, ...]) -> None:
    assert stale_pods(those, NOW).count == 0


def test_an_earlier_success_does_not_pardon_a_later_failure() -> None:
    assert (
        stale_pods(
            (pod("a", owner="Job/backup-28392440"), pod("b", "Succeeded", owner="Job/backup-28391000")), NOW
        ).count
        == 1
    )


def test_what_an_earlier_shutdown_left_should_be_gone() -> None:
    left = [pod(name, reason="Terminated", ended=timedelta(days=days)) for name, days in (("a", 3), ("b", 9))]
    seen = stale_pods(tuple(left), NOW)
    assert [one.name for one in seen.failed] == ["b"]


def test_the_remedy_takes_what_has_ended_and_nothing_that_hangs() -> None:
    those = (
        pod("a", reason="Evicted"),
        pod("b", owner="StatefulSet/postgres"),
        pod("c", "Unknown"),
        pod("helm-install-x"),
        pod("d", "Running"),
    )
    plan = draw_plan("stale_pods", ("DSK-06",), remedy(those))
    (step,) = plan.steps
    assert isinstance(step, DeleteObjects)
    assert [one.name for one in step.objects] == ["a"]
    assert len(plan.notes) == 2


def test_a_sound_cluster_keeps_all_its_pods() -> None:
    assert draw_plan("stale_pods", ("DSK-06",), remedy((pod("d", "Running"),))).steps == ()
