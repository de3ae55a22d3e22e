"""T2: root runs only programs that root chose, never one that another account could write or give a name to."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fixtures.drills.script import text
from testing.threats import attack

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start processes of somebody else")
NOBODY = 65534


def trusted(command: str) -> str:
    script = f"{text('trusted.sh')}\n{command}"
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=30, check=False).stdout.strip()


@pytest.fixture
def started() -> Iterator[Callable[..., int]]:
    """Start a program, also as another user; it is ended after the test."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*command: str, user: int = 0) -> int:
        process = subprocess.Popen(command, user=user, group=user, extra_groups=[], start_new_session=True)
        running.append(process)
        subprocess.run(["sh", "-c", "sleep 0.3"], check=True)
        return process.pid

    yield start
    for process in running:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def named(folder: Path, name: str) -> str:
    """Copy `sleep` under this name into a folder that every account may enter."""
    folder.mkdir(mode=0o755)
    return str(shutil.copy("/bin/sleep", folder / name))


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder owned by root whose parents belong to root; /tmp would not do."""
    at = Path("/opt/phase0-trusted")
    shutil.rmtree(at, ignore_errors=True)
    yield at
    shutil.rmtree(at, ignore_errors=True)


@AS_ROOT
def test_a_program_of_root_that_root_started_is_found(folder: Path, started: Callable[..., int]) -> None:
    program = named(folder, "phase0-engine")
    number = started(program, "100")
    assert trusted("process phase0-engine") == str(number)
    assert trusted(f"program {number}") == program


@AS_ROOT
@attack("T2", "Root takes no program from a process by its name")
@pytest.mark.parametrize("kind", ["foreign user", "user namespace", "foreign file", "open folder", "other argument"])
def test_a_process_that_only_has_the_name_is_not_taken(kind: str, folder: Path, started: Callable[..., int]) -> None:
    """A process with the engine's name: of another user, in another namespace, of a file others can write, by another path."""
    program = named(folder, "phase0-engine")
    if kind == "foreign user":
        started(program, "100", user=NOBODY)
    elif kind == "user namespace":
        started("unshare", "--user", "--map-root-user", "--fork", program, "100", user=NOBODY)
    elif kind == "foreign file":
        os.chown(program, NOBODY, NOBODY)
        started(program, "100")
    elif kind == "open folder":
        folder.chmod(0o777)
        started(program, "100")
    else:
        (folder / "evil").write_text("#!/bin/sh\n")
        (folder / "evil").chmod(0o755)
        started("perl", "-e", f'exec {{"{program}"}} "{folder}/evil", "100"')
    assert trusted("process phase0-engine") == ""


@AS_ROOT
@attack("T2", "Root takes no program from a process by its name")
@pytest.mark.parametrize(
    "change",
    ["chmod o+w {0}", "chown 65534 {0}", "chmod o+w {1}", "chown 65534 {1}", "mv {0} {0}.x && ln -s /tmp/x {0}"],
)
def test_a_file_that_others_can_change_is_not_run(change: str, folder: Path) -> None:
    """A program whose file, folder or link somebody else can change."""
    program = named(folder, "phase0-engine")
    assert trusted(f"rooted {program} && echo yes") == "yes"
    subprocess.run(["sh", "-c", change.format(program, folder)], check=True)
    assert trusted(f"rooted {program} && echo yes") == ""


@AS_ROOT
def test_a_group_without_members_can_write_nothing(folder: Path) -> None:
    """On request, Debian gives /usr/local to the group staff."""
    program = named(folder, "phase0-engine")
    empty = next(
        line.split(":")[0] for line in Path("/etc/group").read_text().splitlines() if line.startswith("staff:")
    )
    shutil.chown(folder, group=empty)
    folder.chmod(0o2775)
    assert trusted(f"rooted {program} && echo yes") == "yes"
