"""The plugins of the audit, from observing to reporting."""

pytest_plugins = [
    "fixtures.http",
    "fixtures.audit",
    "fixtures.gather",
    "fixtures.judge",
    "fixtures.belief",
    "fixtures.keep",
    "fixtures.host.disk",
    "fixtures.cluster.nodes",
    "fixtures.cluster.pods",
    "fixtures.cluster.deployments",
    "fixtures.guide_files",
    "remediations.transaction.plugin",
    "reports.plugin",
]
