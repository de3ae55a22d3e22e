"""T1: which files count as root's alone: system files do, those in a test's folder do not."""

import os
import subprocess
from pathlib import Path

import pytest

from fixtures.host.system.units import units
from fixtures.host.trust import OWNED
from testing.threats import attack


def owned(path: str | Path) -> bool:
    """Return whether the shell function accepts the path."""
    done = subprocess.run(["sh", "-s", str(path)], input=f'{OWNED}\nowned "$1"', text=True, check=False)
    return done.returncode == 0


@pytest.mark.parametrize("path", ["/etc/passwd", "/bin/sh", "/etc/os-release", "/usr/bin/env"])
def test_a_file_of_the_system_is_root_s_through_its_own_links(path: str) -> None:
    assert owned(path)


@attack("T1", "Content of a file leaves the server only where root alone chose the file.")
@pytest.mark.parametrize(
    "path", ["/etc/../etc/passwd", "/etc/./passwd", "//etc/passwd", "etc/passwd", "/etc/passwd\n", "/none", ""]
)
def test_a_path_that_is_not_plain_is_nobody_s(path: str) -> None:
    """A path with dots, an empty part, a line break, or without a beginning."""
    assert not owned(path)


@attack("T1", "Content of a file leaves the server only where root alone chose the file.")
def test_what_lies_where_everybody_may_write_is_not_root_s(tmp_path: Path) -> None:
    """A file, a link to a file of root's, and a link by two steps, in a folder that everybody may write."""
    open_folder = tmp_path / "open"
    open_folder.mkdir()
    open_folder.chmod(0o777)
    (open_folder / "file").write_text("")
    (open_folder / "link").symlink_to("/etc/passwd")
    (tmp_path / "two").symlink_to(open_folder / "link")
    (tmp_path / "self").symlink_to(tmp_path / "self")
    for path in (open_folder / "file", open_folder / "link", tmp_path / "two", tmp_path / "self"):
        assert not owned(path)


GROUPS = {  # who is in the group that may write to /usr: `getent group`, `getent passwd`, and what `ls` shows of its rights
    "nobody": ("staff:x:50:", "", "drwxrwxr-x "),
    "root alone": ("root:x:0:root", "root:x:0:0::/root:/bin/sh", "drwxrwxr-x "),
    "accounts of the system": (
        "root:x:0:",
        "sync:x:4:0::/bin:/bin/sync\noperator:x:11:0::/:/sbin/nologin",
        "drwxrwxr-x ",
    ),
    "a member": ("staff:x:50:ann", "", "drwxrwxr-x "),
    "a member of root's": ("root:x:0:root,ann", "", "drwxrwxr-x "),
    "an account whose group it is": ("staff:x:50:", "ann:x:1000:50::/:/bin/sh", "drwxrwxr-x "),
    "an account of root's group": ("root:x:0:", "ann:x:1000:0::/:/bin/bash", "drwxrwxr-x "),
    "a service": ("staff:x:50:", "www:x:33:50::/:/usr/sbin/nologin", "drwxrwxr-x "),
    "an access list": ("root:x:0:", "", "drwxrwxr-x+"),
}
FAKED = """
stat() { shift 3; for path; do echo "41fd 0 $gid $path"; done; }
getent() { case $1 in group) echo "$group" ;; *) printf '%s\n' "$accounts" ;; esac; }
ls() { echo "$shown 2 0 $gid"; }
owned /usr
"""


@attack("T1", "Content of a file leaves the server only where root alone chose the file.")
@pytest.mark.parametrize("who", GROUPS)
def test_what_a_group_may_write_is_root_s_if_nobody_else_is_in_it(who: str) -> None:
    """A group may write to a folder that leads there, as staff to Debian's /usr/local, and somebody is in it, or on its list."""
    group, accounts, shown = GROUPS[who]
    given = {
        "group": group,
        "accounts": accounts,
        "shown": shown,
        "gid": group.split(":")[2],
        "PATH": os.environ["PATH"],
    }
    done = subprocess.run(["sh", "-s"], input=OWNED + FAKED, env=given, text=True, check=False)
    assert (done.returncode == 0) == (who in ("nobody", "root alone", "accounts of the system"))


@attack("T5", "What another account can make is not believed.")
@pytest.mark.parametrize(
    "unit", ["user@1000.service", "session-c2.scope", "user-runtime-dir@1000.service", "run-user-1000.mount"]
)
def test_a_user_s_own_unit_does_not_fail_the_system(unit: str) -> None:
    """A user ends the user's own service manager or session with a failure."""
    assert units(f"degraded\n{unit} loaded failed failed A user's own\n").failed == ()
    assert units(f"degraded\n{unit} loaded failed failed x\nk3s.service loaded failed failed x\n").failed == (
        "k3s.service",
    )
