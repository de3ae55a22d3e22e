"""The entry point of the audit for pytest: it loads the plugins that the packages declare."""

import pytest

from fixtures.session.registry import plugins

PLUGINS = [*plugins(), "remediations.transaction.plugin", "reports.session.plugin"]


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Import every plugin in PLUGINS.

    `pytest_plugins` is not used: it reads the list of installed packages again for each name, which takes half a second
    here.
    """
    for name in PLUGINS:
        pluginmanager.import_plugin(name)
