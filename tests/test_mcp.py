"""Plan, 0.1 and criterion 1: the MCP services."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fixtures.cluster.deployments import Deployments, mcp_services
from fixtures.cluster.mcp_pods import equipment, pod_health, services
from fixtures.cluster.pods import Pods
from fixtures.host.booted import Booted
from fixtures.http import Health
from fixtures.judge import Judge, criterion
from fixtures.target import Target
from reports.model.run import Finding


@criterion("MCP-01")
def test_mcp_runs_in_every_namespace(deployments: Deployments, target: Target, judge: Judge) -> None:
    services = mcp_services(deployments, target)
    assert judge(services.running, services, findings=_named({"absent": services.absent, "stuck": services.stuck}))


@criterion("MCP-02")
def test_mcp_pods_are_well(deployments: Deployments, pods: Pods, pods_at: datetime, booted: Booted, target: Target,
                           judge: Judge) -> None:
    seen = pod_health(services(deployments, pods, target), booted.at, pods_at)
    findings = _named({"without": seen.without, "unready": seen.unready, "waiting": seen.waiting, "ended": seen.ended,
                       "stuck": seen.stuck})
    findings += [Finding("leftover", {"count": seen.leftover})] if seen.leftover else []
    assert judge(seen.unwell, seen, findings=findings)


@criterion("MCP-03")
def test_every_mcp_service_is_healthy(health: Health, target: Target, judge: Judge) -> None:
    unasked = {"any-body": not target.mcp.body, "not-from-outside": not target.mcp.node_port_url}
    assert judge(health.healthy_percent, health, findings=[Finding(name) for name, lacking in unasked.items() if lacking])


@criterion("MCP-07")
def test_mcp_services_say_when_they_are_ready_and_what_they_need(
        deployments: Deployments, pods: Pods, target: Target, judge: Judge) -> None:
    seen = equipment(services(deployments, pods, target))
    assert judge(seen.percent, seen, findings=_named(
        {"absent": seen.absent, "unprobed": seen.unprobed, "unreserved": seen.unreserved}))


def _named(found: Mapping[str, Any]) -> list[Finding]:
    """A finding for each condition that has names."""
    return [Finding(name, {"names": names}) for name, names in found.items() if names]
