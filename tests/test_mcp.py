"""Plan, 0.1 and criterion 1: the MCP services."""

from fixtures.cluster.deployments import Deployments, mcp_services
from fixtures.http import Health
from fixtures.judge import Judge, criterion
from fixtures.target import Target
from reports.model.run import Finding


@criterion("MCP-01")
def test_mcp_runs_in_every_namespace(deployments: Deployments, target: Target, judge: Judge) -> None:
    services = mcp_services(deployments, target)
    findings = [Finding(name, {"names": names}) for name, names in
                (("absent", services.absent), ("stuck", services.stuck)) if names]
    assert judge(services.running, services, findings=findings)


@criterion("MCP-03")
def test_every_mcp_service_is_healthy(health: Health, target: Target, judge: Judge) -> None:
    unasked = {"any-body": not target.mcp.body, "not-from-outside": not target.mcp.node_port_url}
    assert judge(health.healthy_percent, health, findings=[Finding(name) for name, lacking in unasked.items() if lacking])
