"""A server in the module's SCENARIO: its own, or with `SHARED = True` the one that several modules leave unchanged."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from testing.audits import ROOT
from testing.labs import lab

WHOLE = ("test_before.py", "test_stabilised.py", "test_ready.py")  # what the kernel said decides a row of each


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--variants`, with which nothing is left out."""
    parser.addoption(
        "--variants",
        action="store_true",
        help="every variant of each attack, not the first alone, and what takes minutes",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Judge each scenario as a whole first, run attacks last, and hostile backups at the very end.

    All labs read the kernel log of this machine: every server that boots later sees processes that a hostile backup, or
    anything else beside it, got killed for want of memory.
    """
    if not config.option.variants:
        first = {item.nodeid.partition("[")[0]: item for item in reversed(items)}
        later = [one for one in items if _left_out(one, one in first.values())]
        config.hook.pytest_deselected(items=later)
        items[:] = [item for item in items if item not in later]
    items.sort(key=_turn)


def _left_out(item: pytest.Item, first: bool) -> bool:
    """Return whether a bounded run leaves the test out: a further variant of an attack, or one that takes minutes."""
    return bool(item.get_closest_marker("long") or (item.get_closest_marker("attack") and not first))


def _turn(item: pytest.Item) -> tuple[bool, bool, bool, str]:
    attacks = "attacks" in item.path.parts  # by name, however they were given: some restart the cluster of their server
    return attacks, "hostile" in item.path.name, item.path.name not in WHOLE, item.path.name if attacks else ""


@pytest.fixture(scope="session")
def shared() -> Iterator[Callable[[str], Path]]:
    """A function that returns the target folder of the one server that all shared modules of a scenario use."""
    up: dict[str, Path] = {}

    def folder(scenario: str) -> Path:
        if scenario not in up:
            up[scenario] = booted(f"shared-{scenario}", scenario)
        return up[scenario]

    yield folder
    for scenario in up:
        lab("down", "--name", f"shared-{scenario}")


@pytest.fixture(scope="module")
def target(request: pytest.FixtureRequest, shared: Callable[[str], Path]) -> Iterator[Path]:
    """The target folder of a server in the module's SCENARIO."""
    scenario = request.module.SCENARIO
    if getattr(request.module, "SHARED", False):
        yield shared(scenario)
        return
    name = f"test-{scenario}"
    try:
        yield booted(name, scenario)
    finally:
        lab("down", "--name", name)


def booted(name: str, scenario: str) -> Path:
    """Boot a fresh server; return its target folder."""
    return Path(lab("up", "--name", name, "--scenario", scenario).splitlines()[-1])


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone as git would make it, with the packages that are installed here."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    packed = subprocess.run(
        ["tar", "-c", "--null", "-T", "-"], cwd=ROOT, input=listed, stdout=subprocess.PIPE, check=True
    ).stdout
    folder = tmp_path / "clone"
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed, check=True)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    for lock in folder.glob("requirements*.lock"):
        os.utime(lock, (0, 0))
    return folder


@pytest.fixture
def on_host(target: Path) -> Callable[[str], str]:
    """A function that runs a script on the server as root, and returns its output."""
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
