"""The entry point of the audit for pytest: it loads the plugins that the packages declare."""

from importlib import import_module

import pytest

from fixtures.session.registry import for_pytest, plugins

PLUGINS = [*plugins(), "remediations.transaction.plugin", "reports.session.plugin"]


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Import every module in PLUGINS, and register what of it is for pytest.

    Not the modules themselves: pytest would look at everything in them, several times, for fixtures and hooks. Nor
    `pytest_plugins`: it reads the list of installed packages again for each name, which takes half a second here.
    """
    for name in PLUGINS:
        if not pluginmanager.hasplugin(name):
            pluginmanager.register(for_pytest(import_module(name)), name)
