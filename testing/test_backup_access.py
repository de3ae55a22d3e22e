"""BKP-09: who owns and can change the backups, by the fact's own command on real files, and by given answers."""

import os
import subprocess
from pathlib import Path

import pytest

from fixtures.ask.facts import FACTS
from fixtures.host.backups.backup_access import BackupAccess, backup_access

ROOT = frozenset({"root"})
WAY = "way 755 root root dd /\nway 755 root root dd /var\nway 755 root root dd /var/backups\n"
TOP = "in 700 root root dd /var/backups/t\n"
SOUND = WAY + TOP + "in 600 root root ff /var/backups/t/a b\nentries 2\n"


def seen(old: str = "", new: str = "") -> BackupAccess:
    assert old in SOUND
    return backup_access(SOUND.replace(old, new, 1))


def judged(access: BackupAccess, trusted: frozenset[str] = ROOT) -> tuple[str, ...]:
    return (*access.readable, *access.writable(trusted), *access.astray(trusted))


def test_a_closed_folder_of_root_is_sound() -> None:
    assert judged(seen()) == ()
    assert judged(seen("in 600", "in 644")) == (), "nobody comes as far as the file"


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("in 700 root", "in 700 twister", "/var/backups/t"),  # its owner may replace the whole folder
        ("in 700", "in 777", "/var/backups/t"),
        ("in 700 root root", "in 770 root adm", "/var/backups/t"),
        ("way 755 root root dd /var/backups", "way 777 root root dd /var/backups", "/var/backups"),
        ("in 600 root root ff", "in 777 twister twister ld", "/var/backups/t/a b"),  # a link that another account made
    ],
)
def test_what_another_account_can_change_is_told(old: str, new: str, wrong: str) -> None:
    assert wrong in judged(seen(old, new))


def test_what_everybody_can_read_is_told() -> None:
    open_folder = SOUND.replace("in 700", "in 755").replace("in 600", "in 644")
    assert backup_access(open_folder).readable == ("/var/backups/t/a b",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("in 600 root root ff", "in 777 root root ld"),  # a link that root made to a place where only root writes
        ("in 600 root root ff", "in 777 twister root lf"),  # a link to a file, through which no backup is written
        ("way 755 root root dd /var/backups", "way 1777 root root dd /var/backups"),
    ],
)
def test_what_leads_nowhere_is_sound(old: str, new: str) -> None:
    assert judged(seen(old, new)) == ()


def test_an_account_of_the_backups_own_is_sound() -> None:
    own = SOUND.replace("in 700 root root", "in 750 backup backup").replace("in 600 root root", "in 640 backup backup")
    assert judged(backup_access(own), ROOT | {"backup"}) == ()
    assert len(judged(backup_access(own))) == 2


def test_no_folder_is_an_answer_and_half_a_list_is_none() -> None:
    assert backup_access("absent\n").entries == ()
    with pytest.raises(ValueError, match="not whole"):
        backup_access(SOUND.replace("entries 2\n", ""))


def test_the_command_tells_the_way_and_what_is_inside(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    (folder / "postgres").mkdir(parents=True)
    (folder / "postgres" / "dump").write_text("x")
    (folder / "redis").symlink_to("/etc")
    done = subprocess.run(
        ["sh", "-c", FACTS["backup_access"].ask],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
        env=os.environ | {"BACKUPS_DIRECTORY": f"{folder}/"},
    )
    entries = {entry.path.replace("//", "/"): entry for entry in backup_access(done.stdout).entries}
    assert (entries[str(tmp_path / "a")].inside, entries[f"{folder}/redis"].type, entries[f"{folder}/redis"].to) == (
        False,
        "l",
        "d",
    )
    assert entries[f"{folder}/postgres/dump"].inside
