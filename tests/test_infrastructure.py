"""Plan, criterion 6: the infrastructure audit, a score of at least 75 out of 100."""

from datetime import datetime, timedelta

from fixtures.ask.answer import Unknown
from fixtures.cluster.claims import Claims, bound_claims
from fixtures.cluster.deployments import Deployments
from fixtures.cluster.jobs import Runs
from fixtures.cluster.nodes import Nodes, heartbeat, room, the_node
from fixtures.cluster.pod_health import pod_health, system_pods
from fixtures.cluster.pods import Pods
from fixtures.cluster.versions import support, versions
from fixtures.evidence.look import look
from fixtures.evidence.stability import Observed
from fixtures.host.system.booted import Booted
from fixtures.host.system.certificates import Certificates
from fixtures.host.system.cluster_unit import ClusterUnit
from fixtures.host.system.units import Units
from fixtures.session.judge import Judge, criterion, found
from fixtures.target import Target
from gate.derived import judge_score, score
from gate.resolve import resolve_outcomes
from gate.run import Reason, Run


@criterion("INF-01")
def test_node_is_ready_and_its_heartbeat_fresh(nodes: Nodes, target: Target, nodes_at: datetime, judge: Judge) -> None:
    node = the_node(nodes, target)
    pulse = heartbeat(node, nodes_at)
    assert judge(pulse.minutes, pulse, findings=found({"not-ready": not node.ready}, status=node.status))


@criterion("INF-02")
def test_nothing_keeps_pods_off_the_node(nodes: Nodes, target: Target, judge: Judge) -> None:
    seen = room(the_node(nodes, target), nodes)
    assert judge(seen.obstacles, seen)


@criterion("INF-03")
def test_system_pods_are_healthy(pods: Pods, judge: Judge) -> None:
    seen = system_pods(pods)
    assert judge(
        len(seen.unready),
        seen,
        findings=found({"waiting": seen.waiting}, names=seen.waiting),
        inapplicable=None if seen.total else Reason("no-system-pods"),
    )


@criterion("INF-04")
def test_no_pod_fails_or_crashes_or_waits_in_vain(
    pods: Pods,
    pods_at: datetime,
    runs: Runs,
    deployments: Deployments,
    maybe_booted: Booted | Unknown,
    judge: Judge,
) -> None:
    booted = None if isinstance(maybe_booted, Unknown) else maybe_booted.at
    seen = pod_health(pods, pods_at, runs, booted, deployments)
    assert judge(seen.sick, seen)


@criterion("INF-05")
def test_cluster_unit_runs_and_does_not_restart(
    cluster_unit: ClusterUnit, maybe_observed: Observed | Unknown, judge: Judge
) -> None:
    unit = cluster_unit
    seen = look("INF-05", unit.at, unit.oldest, timedelta(days=1), maybe_observed)
    assert judge(
        unit.restarts,
        unit,
        pending=seen.short,
        findings=[
            *found(
                {"inactive": not unit.active, "disabled": not unit.enabled},
                state=unit.state,
                sub_state=unit.sub_state,
                enablement=unit.enablement,
            ),
            *seen.watched,
        ],
    )


@criterion("INF-06")
def test_kubernetes_version_is_supported(nodes: Nodes, target: Target, nodes_at: datetime, judge: Judge) -> None:
    seen = support(the_node(nodes, target).version, nodes_at.date(), versions())
    assert judge(seen.days, seen)


@criterion("INF-07")
def test_certificates_hold(certificates: Certificates, judge: Judge) -> None:
    expired = certificates.expired
    assert judge(
        certificates.days,
        certificates,
        findings=[
            *found({"expired": expired, "not-served": certificates.served is None}, names=expired),
            *found({"orphans": certificates.orphans}, names=certificates.orphans),
        ],
    )


@criterion("INF-08")
def test_claims_have_their_volumes(claims: Claims, pods: Pods, judge: Judge) -> None:
    seen = bound_claims(claims, frozenset(f"{pod.namespace}/{name}" for pod in pods for name in pod.claims))
    assert judge(
        seen.unserved,
        seen,
        findings=found({"idle": seen.idle}, names=seen.idle),
        inapplicable=None if seen.total else Reason("no-claims"),
    )


@criterion("INF-11")
def test_no_unit_has_failed(units: Units, judge: Judge) -> None:
    assert judge(units.count, units, findings=found({"looping": units.looping}, names=units.looping))


@criterion("INF-SCORE")
def test_infrastructure_score_reaches_its_target(run: Run, judge: Judge) -> None:
    seen = score(run.contract, resolve_outcomes(run))
    left_out = found({"left-out": seen.inapplicable}, names=seen.inapplicable, points=seen.left_out)
    assert judge(seen.lowest, seen, findings=left_out, unknown=judge_score(seen, run.contract["INF-SCORE"]).unknown)
