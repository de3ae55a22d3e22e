"""The entry point of the audit for pytest: it loads the plugins that the packages declare."""

from importlib import import_module

import pytest

from fixtures.session.registry import for_pytest, plugins

OF_OTHERS = {"metadata": "pytest_metadata.plugin", "html": "pytest_html.plugin"}  # by the names of their entry points
PLUGINS = [*plugins(), "remediations.transaction.plugin", "reports.session.plugin"]


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Import every module in PLUGINS and OF_OTHERS, and register what of ours is for pytest.

    Not the modules themselves: pytest would look at everything in them, several times, for fixtures and hooks. Nor
    `pytest_plugins`: it reads the list of installed packages again for each name, which takes half a second here.
    """
    for name, module in OF_OTHERS.items():
        if not pluginmanager.hasplugin(name):
            pluginmanager.register(import_module(module), name)
    for name in PLUGINS:
        if not pluginmanager.hasplugin(name):
            pluginmanager.register(for_pytest(import_module(name)), name)
