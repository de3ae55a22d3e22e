"""The plugins of the audit, from observing to reporting: those the packages declare, by name."""

import pytest

from fixtures.session.registry import plugins

PLUGINS = [*plugins(), "remediations.transaction.plugin", "reports.session.plugin"]


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """By hand: `pytest_plugins` reads what is installed anew for each name, half a second for all of these."""
    for name in PLUGINS:
        pluginmanager.import_plugin(name)
