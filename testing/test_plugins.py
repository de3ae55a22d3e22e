"""conftest.py derives the plugins from the packages: modules that define a hook or a fixture of pytest."""

from fixtures.session.registry import plugins, registered_facts


def test_every_module_with_a_hook_or_a_fixture_is_a_plugin() -> None:
    assert {
        "fixtures.session.audit",
        "fixtures.session.gather",
        "fixtures.session.judge",
        "fixtures.evidence.stability",
        "fixtures.cluster.pods",
    } <= set(plugins())


def test_a_module_that_only_declares_a_fact_needs_no_plugin() -> None:
    assert "fixtures.host.disk.disk" not in plugins()
    assert "filesystems" in {fact.name for fact in registered_facts()}


def test_the_order_of_plugins_is_the_same_on_every_machine() -> None:
    assert plugins() == sorted(plugins())
