"""The plugins of the audit, from observing to reporting."""

pytest_plugins = [
    "fixtures.audit",
    "fixtures.gather",
    "fixtures.judge",
    "fixtures.keep",
    "fixtures.host.disk",
    "fixtures.http",
    "remediations.transaction.plugin",
    "reports.plugin",
]
