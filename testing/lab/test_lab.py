"""The lab removes all its traces: after an orderly end, after a kill, and while another lab is up."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing.labs import ROOT, lab

NAME = "test-lab"


def traces() -> set[str]:
    """Return everything that a lab makes on this machine: namespaces, links, loop devices, mounts, cgroups, processes."""
    words = (
        "ip -o netns list",
        "ip -br link | cut -d' ' -f1",
        "losetup -a",
        "findmnt -rno TARGET,SOURCE",
        "find /sys/fs/cgroup -maxdepth 2 -name 'phase0-*'",
        "pgrep -ar R,S,D,T systemd-nspawn",
    )
    found: set[str] = set()
    for command in words:
        output = subprocess.run(["sh", "-c", command], capture_output=True, text=True).stdout
        found |= {f"{command}: {line}" for line in output.splitlines()}
    return found


@pytest.fixture
def before() -> Iterator[set[str]]:
    """The traces before the test; the lab is taken down in any case."""
    found = traces()
    yield found
    lab("down", "--name", NAME)


def test_a_lab_that_was_taken_down_leaves_nothing(before: set[str]) -> None:
    folder = Path(lab("up", "--name", NAME, "--scenario", "ready").splitlines()[-1])
    assert (folder / "target.toml").is_file()
    assert folder.stat().st_mode & 0o077 == 0, "a key and a token lie there"
    assert traces() > before
    lab("down", "--name", NAME)
    assert traces() == before


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_lab_whose_start_was_cut_short_can_be_cleared(before: set[str], how: signal.Signals) -> None:
    starting = subprocess.Popen(
        [sys.executable, "-m", "lab", "up", "--name", NAME, "--scenario", "ready"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert starting.stderr is not None
    next(line for line in starting.stderr if "SSH answers" in line)
    starting.send_signal(how)
    starting.communicate(timeout=60)
    lab("down", "--name", NAME)
    assert traces() == before
