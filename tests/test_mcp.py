"""Plan, 0.1 and criterion 1: the MCP services."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fixtures.ask.answer import Unknown
from fixtures.cluster.deployments import Deployments, mcp_services
from fixtures.cluster.mcp_pods import RECENT, equipment, service_health, services
from fixtures.cluster.pods import Pods
from fixtures.evidence.builds import last_build
from fixtures.evidence.image_keeping import keeping, unseen
from fixtures.evidence.look import look
from fixtures.evidence.pipeline import pipeline
from fixtures.evidence.running_code import running_code
from fixtures.evidence.stability import Observed
from fixtures.host.images.build_record import BuildRecord
from fixtures.host.images.image_archives import ImageArchives
from fixtures.host.images.images import Images
from fixtures.host.images.registry import Registry
from fixtures.host.logs.pod_logs import PodLogs, complaints
from fixtures.host.system.booted import Booted
from fixtures.session.judge import Judge, criterion
from fixtures.sources.build_runs import BuildRuns
from fixtures.sources.clone import BuildClone
from fixtures.sources.http import Health
from fixtures.target import Target
from gate.people import People
from gate.run import Finding, Reason


@criterion("MCP-01")
def test_mcp_runs_in_every_namespace(deployments: Deployments, target: Target, judge: Judge) -> None:
    services = mcp_services(deployments, target)
    assert judge(services.running, services, findings=_named({"absent": services.absent, "stuck": services.stuck}))


@criterion("MCP-02")
def test_mcp_pods_are_well(
    deployments: Deployments,
    pods: Pods,
    pods_at: datetime,
    booted: Booted,
    maybe_observed: Observed | Unknown,
    target: Target,
    judge: Judge,
) -> None:
    seen = service_health(services(deployments, pods, target), booted.at, pods_at)
    watched = look("MCP-02", pods_at, booted.at, RECENT, maybe_observed)
    findings = _named(
        {
            "without": seen.without,
            "unready": seen.unready,
            "waiting": seen.waiting,
            "ended": seen.ended,
            "stuck": seen.stuck,
        }
    )
    findings += [Finding("leftover", {"count": seen.leftover})] if seen.leftover else []
    assert judge(seen.unwell, seen, findings=[*findings, *watched.watched], pending=watched.short)


@criterion("MCP-03")
def test_every_mcp_service_is_healthy(health: Health, target: Target, judge: Judge) -> None:
    unasked = {"any-body": not target.mcp.body, "not-from-outside": not target.mcp.node_port_url}
    assert judge(
        health.healthy_percent, health, findings=[Finding(name) for name, lacking in unasked.items() if lacking]
    )


@criterion("MCP-04")
def test_the_code_that_runs_is_the_code_that_was_built(
    deployments: Deployments, pods: Pods, images: Images, registry: Registry, target: Target, judge: Judge
) -> None:
    expected = target.mcp.revision
    seen = running_code(services(deployments, pods, target), images, registry, expected)
    findings = _named({name: getattr(seen, name) for name in ("without", "stale", "gone", "latest", "always")})
    findings += (
        [Finding("foreign", {"names": tuple(map(str, seen.foreign)), "expected": expected})] if seen.foreign else []
    )
    findings += [] if expected else [Finding("any-revision")]
    sound = seen.wrong == 0 and not seen.without and not seen.latest and not seen.always
    silent = Reason("no-revision-label", {"names": seen.unlabelled}) if sound and expected and seen.unlabelled else None
    assert judge(seen.wrong, seen, findings=findings, unknown=silent)


@criterion("MCP-05")
def test_the_mcp_image_survives_a_full_disk(
    deployments: Deployments,
    pods: Pods,
    images: Images,
    image_archives: ImageArchives,
    registry: Registry,
    target: Target,
    judge: Judge,
) -> None:
    seen = keeping(services(deployments, pods, target), images, image_archives, registry)
    findings = _named({name: getattr(seen, name) for name in ("lost", "gone", "old", "archived")})
    if seen.pinless:
        findings.append(Finding("pinless", {"version": seen.pinless}))
    elif seen.labelled:
        findings.append(Finding("labelled", {"names": seen.labelled}))
    findings += [Finding("registry", {"why": registry.why})] if registry.why else []
    assert judge(seen.unkept, seen, findings=findings, unknown=unseen(seen, registry))


@criterion("MCP-06")
def test_the_image_builds_within_an_hour(
    build_runs: BuildRuns | None, build_record: BuildRecord | None, people: People, target: Target, judge: Judge
) -> None:
    build = last_build(build_runs, build_record, people, target)
    assert judge(build.minutes, build, findings=[Finding(build.cache)])


@criterion("MCP-07")
def test_mcp_services_say_when_they_are_ready_and_what_they_need(
    deployments: Deployments, pods: Pods, target: Target, judge: Judge
) -> None:
    seen = equipment(services(deployments, pods, target))
    assert judge(
        seen.percent,
        seen,
        findings=_named({"absent": seen.absent, "unprobed": seen.unprobed, "unreserved": seen.unreserved}),
    )


@criterion("MCP-08")
def test_the_build_runs_by_itself(
    build_runs: BuildRuns | None,
    build_clone: BuildClone | None,
    build_record: BuildRecord | None,
    target: Target,
    judge: Judge,
) -> None:
    seen = pipeline(build_runs, build_clone, build_record, target)
    values = {"workflow": seen.workflow, "faults": seen.faults, "last": seen.last or None, "by": seen.by}
    assert judge(seen.faults, values, findings=seen.findings, unknown=seen.unseen)


@criterion("MCP-09")
def test_mcp_services_do_not_complain_of_crashes(
    deployments: Deployments, pods: Pods, pods_at: datetime, pod_logs: PodLogs, target: Target, judge: Judge
) -> None:
    seen = complaints(services(deployments, pods, target), pod_logs, pods_at)
    silent = Reason("logs-unread", {"names": seen.unread}) if seen.unread and not seen.found else None
    assert judge(
        seen.figure,
        seen,
        unknown=silent,
        findings=_named({"without": seen.without, "said": seen.lines, "cut": seen.cut}),
    )


def _named(found: Mapping[str, Any]) -> list[Finding]:
    """Return a finding with its names for each entry that has any."""
    return [Finding(name, {"names": tuple(map(str, names))}) for name, names in found.items() if names]
