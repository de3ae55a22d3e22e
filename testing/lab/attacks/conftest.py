"""One server for all attacks; each attack restores its first state."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shlex import quote

import pytest

from testing.accounts import OnHost
from testing.labs import lab

USER = "id mallory >/dev/null 2>&1 || useradd --create-home --shell /bin/sh mallory"


@pytest.fixture(scope="session")
def target() -> Iterator[Path]:
    """The target folder of a fresh server in scenario `ready`."""
    try:
        yield Path(lab("up", "--name", "attacked", "--scenario", "ready").splitlines()[-1])
    finally:
        lab("down", "--name", "attacked")


@pytest.fixture
def mallory(on_host: OnHost) -> Iterator[Callable[[str], str]]:
    """A function that runs a command on the server as a user without rights; the user's processes and files are removed."""
    on_host(USER)
    yield lambda command: on_host(f"runuser -l mallory -c {quote(command)} </dev/null")
    on_host(
        "pkill -KILL -u mallory || true; crontab -r -u mallory 2>/dev/null || true; userdel --force --remove mallory || true"
    )
