"""BKP-09: who owns and can change the backups, by the fact's own command on real files, and by given answers."""

import os
import subprocess
from pathlib import Path

import pytest

from fixtures.ask.facts import FACTS
from fixtures.host.backups.backup_access import BackupAccess, backup_access

ROOT = frozenset({"root"})
PATTERNS = {
    "BACKUPS_POSTGRES": "postgres/postgres_*.sql.gz",
    "BACKUPS_REDIS": "redis/redis_*.rdb",
    "BACKUPS_CONFIGS": "configs/k8s-*",
}
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


def asked(folder: Path, copy: Path | str = "", ask: str = FACTS["backup_access"].ask) -> BackupAccess:
    """Hold the fact's own question, or a changed one, about a folder and its copy."""
    done = subprocess.run(
        ["sh", "-c", ask],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=os.environ | PATTERNS | {"BACKUPS_DIRECTORY": str(folder), "BACKUPS_OFFHOST": str(copy)},
    )
    return backup_access(done.stdout)


def test_what_lies_behind_a_link_of_root_s_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "large" / "redis").mkdir(parents=True)
    (tmp_path / "large" / "redis" / "dump").touch(0o644)
    (tmp_path / "elsewhere.gz").touch(0o644)
    (tmp_path / "backups").symlink_to(tmp_path / "large")
    (tmp_path / "large" / "redis" / "redis_1.rdb").symlink_to(tmp_path / "elsewhere.gz")
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "postgres_1.sql.gz").touch(0o644)
    (tmp_path / "archive" / "unlike.crt").touch(0o644)
    (tmp_path / "large" / "old").symlink_to(tmp_path / "archive")
    (tmp_path / "large" / "up").symlink_to(tmp_path / "large")
    paths = {entry.path for entry in asked(tmp_path / "backups").entries if entry.inside}
    if os.geteuid() == 0:
        assert {
            f"{tmp_path}/large/redis/dump",
            f"{tmp_path}/elsewhere.gz",
            f"{tmp_path}/archive/postgres_1.sql.gz",
        } <= paths
        assert f"{tmp_path}/archive/unlike.crt" not in paths, "a link to something else is no backup"
    assert len(paths) == len([entry for entry in asked(tmp_path / "backups").entries if entry.inside]), "each once"


def test_the_copy_is_looked_at_and_may_have_owners_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    (tmp_path / "copy").mkdir(0o750)
    (tmp_path / "copy" / "dump").touch(0o644)
    access = asked(tmp_path / "backups", tmp_path / "copy")
    assert {entry.path for entry in access.entries if entry.copy} == {f"{tmp_path}/copy", f"{tmp_path}/copy/dump"}
    answer = (
        SOUND + "way 755 root root dd /mnt\ncopy 755 nobody nogroup dd /mnt/t\ncopy 644 nobody nogroup ff /mnt/t/a\n"
    )
    assert judged(backup_access(answer)) == ("/mnt/t/a",)
    assert judged(backup_access(answer.replace("copy 644", "copy 602"))) == ("/mnt/t/a",)
    assert judged(backup_access(answer.replace("copy 644", "copy 640"))) == ()


def test_what_was_not_looked_at_is_told() -> None:
    access = backup_access(SOUND + "more /var/backups/t\nunfollowed /var/backups/t/b c\n")
    assert (access.more, access.unfollowed) == (("/var/backups/t",), ("/var/backups/t/b c",))


def test_too_many_entries_are_told(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / f"{number}").touch()
    ask = FACTS["backup_access"].ask.replace("most=50000", "most=10")
    done = subprocess.run(
        ["sh", "-c", ask],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
        env=os.environ | PATTERNS | {"BACKUPS_DIRECTORY": str(tmp_path)},
    )
    assert backup_access(done.stdout).more == (str(tmp_path),)


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
        env=os.environ | PATTERNS | {"BACKUPS_DIRECTORY": f"{folder}/"},
    )
    entries = {entry.path.replace("//", "/"): entry for entry in backup_access(done.stdout).entries}
    assert (entries[str(tmp_path / "a")].inside, entries[f"{folder}/redis"].type, entries[f"{folder}/redis"].to) == (
        False,
        "l",
        "d",
    )
    assert entries[f"{folder}/postgres/dump"].inside
