"""DSK-06: which pods are stale, and which a sound cluster leaves behind."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.ask.answer import Answer, Unknown
from fixtures.ask.facts import FACTS
from fixtures.cluster.containers import Container, Termination
from fixtures.cluster.cron_jobs import CronJob, CronJobs
from fixtures.cluster.jobs import Job, Jobs, Runs
from fixtures.cluster.pod_health import pod_health
from fixtures.cluster.pods import Pod
from fixtures.cluster.stale_pods import GRACE, HELM, stale_pods
from remediations.stale_pods import stale_pods as remedy
from remediations.transaction.objects import DeleteObjects
from remediations.transaction.plan import Plan, draw_plan
from remediations.transaction.remedy import REMEDIES
from testing.test_cluster_facts import read

NOW = datetime(2026, 2, 11, 12, tzinfo=UTC)


def pod(
    name: str,
    phase: str = "Failed",
    reason: str = "",
    owner: str = "",
    *,
    ended: timedelta | None = None,
    deleted: datetime | None = None,
    namespace: str = "default",
) -> Pod:
    endings = (Termination(None, NOW - ended, 1, ""),) if ended is not None else ()
    box = Container("c", "i", "", False, (), endings=endings)
    begun = NOW - timedelta(days=30)
    return Pod(namespace, name, phase, reason, begun, deleted, (), {}, uid=name, containers=(box,), owner=owner)


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


def test_another_namespace_s_success_makes_nothing_good() -> None:
    those = (pod("a", owner="Job/backup"), pod("b", "Succeeded", owner="Job/backup", namespace="other"))
    assert stale_pods(those, NOW).count == 1
    assert pod_health(those, NOW).sick == 1


def a_job(name: str = "backup-29730120", cron_job: str = "backup", **ended: bool) -> Job:
    return Job("default", name, cron_job, **{"complete": False, "gave_up": False} | ended)


def dump(succeeded: datetime | None) -> CronJob:
    return CronJob("default", "backup", "0 2 * * *", "", suspended=False, text="", images=(), succeeded=succeeded)


FAILED = pod("a", owner="Job/backup-29730120", ended=timedelta(days=2))


@pytest.mark.parametrize(
    ("runs", "left"),
    [
        (Runs(), 1),
        (Runs((a_job(gave_up=True),), (dump(NOW - timedelta(days=1)),)), 0),  # successfulJobsHistoryLimit: 0
        (Runs((), (dump(NOW - timedelta(days=1)),)), 0),
        (Runs((a_job(gave_up=True),), (dump(NOW - timedelta(days=3)),)), 1),
        (Runs((a_job(gave_up=True),), (dump(None),)), 1),
        (Runs((a_job(complete=True),)), 0),
        (Runs((a_job(gave_up=True, cron_job=""),), (dump(None),)), 1),  # somebody's own, with such a name
    ],
)
def test_the_cluster_says_what_came_of_a_failed_try(runs: Runs, left: int) -> None:
    assert stale_pods((FAILED,), NOW, runs).count == left
    assert pod_health((FAILED,), NOW, runs).sick == left


def test_a_job_of_several_parts_that_gave_up_is_not_made_good_by_one_of_them() -> None:
    parts = (FAILED, pod("b", "Succeeded", owner="Job/backup-29730120"))
    assert stale_pods(parts, NOW, Runs((a_job(gave_up=True),))).count == 1
    assert stale_pods(parts, NOW, Runs((a_job(),))).count == 0, "it is under way, and another try went well"


def test_jobs_are_read_with_their_end_and_their_cron_job() -> None:
    meta = {
        "namespace": "default",
        "name": "backup-29730120",
        "ownerReferences": [{"kind": "CronJob", "name": "backup"}],
    }
    gave_up = {"conditions": [{"type": "Complete", "status": "False"}, {"type": "Failed", "status": "True"}]}
    assert read("jobs", {"metadata": meta, "status": gave_up}) == (a_job(gave_up=True),)
    assert read("jobs", {"metadata": {"namespace": "default", "name": "x"}}) == (a_job("x", ""),)


PODS = st.builds(
    pod,
    st.sampled_from(["a", "svclb-a", f"{HELM}a", "b"]),
    st.sampled_from(["Failed", "Succeeded", "Running", "Pending", "Unknown"]),
    st.sampled_from(["", "Evicted", "Terminated", "NodeShutdown", "OutOfcpu"]),
    st.sampled_from(["", "Job/x", "Job/x-29730120", "Job/x-29731560", "ReplicaSet/r"]),
    ended=st.sampled_from([None, timedelta(hours=1), timedelta(days=9)]),
    deleted=st.sampled_from([None, NOW - timedelta(days=1)]),
    namespace=st.sampled_from(["default", "other"]),
)
RUNS = st.builds(
    Runs,
    st.tuples(st.builds(a_job, st.just("x-29730120"), st.just("x"), complete=st.booleans(), gave_up=st.booleans())),
    st.just(()),
)


@given(st.lists(PODS, max_size=8).map(tuple), RUNS)
def test_two_criteria_say_the_same_of_a_pod_that_ended(those: tuple[Pod, ...], runs: Runs) -> None:
    stale, health = stale_pods(those, NOW, runs), pod_health(those, NOW, runs)
    assert [name.partition(" ")[0] for name in health.failed] == [one.path for one in stale.unfinished]


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
    plan = planned(those)
    (step,) = plan.steps
    assert isinstance(step, DeleteObjects)
    assert [one.name for one in step.objects] == ["a"]
    assert len(plan.notes) == 2


def test_a_sound_cluster_keeps_all_its_pods() -> None:
    assert planned((pod("d", "Running"),)).steps == ()


@pytest.mark.parametrize(
    ("jobs", "series", "left"),
    [
        ((), (), 1),
        ((a_job(complete=True),), (), 0),
        ((a_job(gave_up=True),), (dump(NOW),), 0),
        ((a_job(gave_up=True),), (dump(None),), 1),
    ],
)
def test_the_remedy_keeps_what_a_later_run_made_good(jobs: Jobs, series: CronJobs, left: int) -> None:
    """It takes exactly what DSK-06 counts: the trace of a try that was made good is the site's own."""
    steps = planned((FAILED,), jobs, series).steps
    assert len(steps) == left == stale_pods((FAILED,), NOW, Runs(jobs, series)).count


def test_the_remedy_takes_nothing_where_the_cluster_does_not_say_what_came_of_its_runs() -> None:
    with pytest.raises(Unknown, match="timeout"):
        planned((FAILED,), series=Unknown("timeout"))
    assert planned((FAILED,), series=Unknown("cluster-no-such-api")).steps


def test_the_remedy_is_given_the_absence_of_an_interface_and_not_that_of_the_jobs() -> None:
    missing = Answer("", "", 404, "x", NOW)
    it = REMEDIES["stale_pods"]
    assert isinstance(it.read(FACTS["early_cron_jobs"], missing), Unknown)
    with pytest.raises(Unknown):
        it.read(FACTS["jobs"], missing)


def planned(
    those: tuple[Pod, ...], jobs: Jobs = (), series: CronJobs | Unknown = (), older: CronJobs | Unknown = ()
) -> Plan:
    return draw_plan("stale_pods", ("DSK-06",), remedy(those, jobs, series, older, {}))
