"""A server per module, in the scenario the module names."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from testing.labs import lab


@pytest.fixture(scope="module")
def target(request: pytest.FixtureRequest) -> Iterator[Path]:
    """The target folder of a fresh server in the module's SCENARIO."""
    name = f"test-{request.module.SCENARIO}"
    try:
        yield Path(lab("up", "--name", name, "--scenario", request.module.SCENARIO).splitlines()[-1])
    finally:
        lab("down", "--name", name)


@pytest.fixture
def on_host(target: Path) -> Callable[[str], str]:
    """Run a command on the server as root."""
    from fixtures.ask.connection import Connection
    from fixtures.target.folder import load_target

    def run(script: str) -> str:
        connection = Connection(load_target(target))
        try:
            connection.open()
            done = subprocess.run(
                ["ssh", "-F", str(connection.config), "target", "sudo -n sh -eus"],
                input=script,
                capture_output=True,
                text=True,
                timeout=330,  # a drill takes at most 300 s
                check=True,
            )
            return done.stdout
        finally:
            connection.close()

    return run
