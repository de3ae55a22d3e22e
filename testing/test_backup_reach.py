"""BKP-09: the other ways to the same files: mounts, names, exports, groups, access lists."""

import os
import shutil
import struct
from pathlib import Path

import pytest

from fixtures.ask.facts import FACTS
from fixtures.host.backups.backup_access import BackupAccess, backup_access
from testing.test_backup_access import ROOT, SOUND, asked

OPEN = SOUND.replace("in 600", "in 644")
REACH = "reach 755 root root dd /\nreach 755 root root dd /srv\n"


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ("also /var/backups/t\t/srv/x\n" + REACH, ()),  # the folder itself is closed, by whatever name
        ("also /var/backups\t/srv\n" + REACH, ()),
        (
            "also /var/backups/t/a b\t/srv/a\n" + REACH,
            ("/srv/a (= /var/backups/t/a b)",),
        ),  # the file's own mount, or name
        ("also /var/backups/t/a b\t/srv/a\n" + REACH.replace("755 root root dd /srv", "750 root root dd /srv"), ()),
        ("mount /var/backups/t/a b\nalso /var/backups/t\t/srv/x\n" + REACH, ()),
        ("export all /var/backups\n", ()),
        ("export all /var/backups/t/a b\n", ("/var/backups/t/a b (NFS /var/backups/t/a b)",)),
        ("export root /var/backups\n", ("/var/backups/t/a b (NFS /var/backups)",)),
        ("export root /srv\n", ()),
    ],
)
def test_a_file_is_closed_if_no_way_to_it_is_open(more: str, wrong: tuple[str, ...]) -> None:
    access = backup_access(OPEN + more)
    assert (*access.readable, *access.exported) == wrong


def test_a_folder_closed_by_its_parents_alone_is_open_where_it_is_mounted_elsewhere() -> None:
    above = "root root dd /var/backups\n"
    closed = OPEN.replace("in 700", "in 755").replace(f"way 755 {above}", f"way 700 {above}")
    assert backup_access(closed).readable == ()
    mount = closed + "also /var/backups/t\t/srv/x\n"
    assert backup_access(mount + REACH).readable == ("/srv/x/a b (= /var/backups/t/a b)",)
    beside = backup_access(mount + REACH.replace("755 root root dd /srv", "777 bob bob dd /srv"))
    assert beside.writable(ROOT) == (), "who owns the folder beside can change nothing in the backups"


GROUP = OPEN.replace("in 700 root root", "in 750 root users")


@pytest.mark.parametrize(
    ("told", "people", "services"),
    [
        (GROUP, (), ()),
        (GROUP + "reader 1001 anna users\n", ("anna",), ()),
        (GROUP + "reader 34 puller users\n", (), ("puller",)),
        (GROUP + "reader 34 backup users\n", (), ()),  # the backups' own account
        (GROUP + "reader 1001 anna other\n", (), ()),
        (GROUP.replace("in 644", "in 640") + "reader 1001 anna users\n", (), ()),  # the file is the group's of root
        (GROUP.replace("in 644 root root", "in 640 root users") + "reader 1001 anna users\n", ("anna",), ()),
        (GROUP.replace("in 644 root root", "in 604 root users") + "reader 1001 anna users\n", (), ()),
        (
            OPEN + "acl user::rwx,user:anna:r-x,group::---,mask::r-x,other::---, /var/backups/t\nreader 1001 anna \n",
            ("anna",),
            (),
        ),
        (
            OPEN + "acl user::rwx,user:anna:r-x,group::---,mask::---,other::---, /var/backups/t\nreader 1001 anna \n",
            (),
            (),
        ),
        (
            OPEN + "acl user::rwx,group::---,group:web:--x,mask::--x,other::---, /var/backups/t\nreader 33 www web\n",
            (),
            ("www",),
        ),
        (
            SOUND
            + "acl user::rw-,user:anna:r--,group::---,mask::r--,other::---, /var/backups/t/a b\nreader 1001 anna \n",
            (),
            (),
        ),
    ],
)
def test_a_group_and_an_access_list_let_accounts_through(
    told: str, people: tuple[str, ...], services: tuple[str, ...]
) -> None:
    access = backup_access(told)
    trusted = ROOT | {"backup"}
    assert access.granted(trusted, services=False).accounts == people
    assert access.granted(trusted, services=True).accounts == services
    assert access.readable == ()


def test_an_access_list_that_lets_an_account_write_is_told() -> None:
    told = SOUND + "acl user::rwx,user:anna:rwx,group::---,mask::rwx,other::---, /var/backups/t\nreader 1001 anna \n"
    assert backup_access(told).writable(ROOT) == ("/var/backups/t",)
    assert backup_access(told).writable(ROOT | {"anna"}) == ()


def told_by(folder: Path, mountinfo: str = "", copy: Path | str = "", patience: int = 6) -> BackupAccess:
    """The fact's own command with a list of mounts; a link stands for a mount, since both lead to the same file."""
    (folder.parent / "mountinfo").write_text(mountinfo)
    ask = FACTS["backup_access"].ask.replace("/proc/self/mountinfo", str(folder.parent / "mountinfo"))
    return asked(folder, copy, ask.replace("patience=6", f"patience={patience}"))


def mounted(*rows: str) -> str:
    """Lines of mountinfo: device, the root within its file system, where it is mounted, and type with options."""
    lines = []
    for row in rows:
        device, root, at, kind = row.split(" ", 3)
        lines.append(f"20 1 {device} {root} {at} rw shared:1 - {kind}\n")
    return "".join(lines)


@pytest.mark.parametrize(
    ("rows", "source", "other"),
    [
        (("8:1 / / ext4 -", "8:1 HOME/srv HOME/backups ext4 -"), "backups", "srv"),
        (("8:1 / / ext4 -", "8:1 HOME/backups HOME/srv ext4 -"), "backups", "srv"),
        (("8:1 / / ext4 -", "8:1 HOME/backups HOME/srv\\040x ext4 -"), "backups", "srv x"),
        (("8:1 / / ext4 -", "8:1 HOME/backups/postgres HOME/srv ext4 -"), "backups/postgres", "srv"),
        (("8:1 / / ext4 -", "8:1 HOME HOME/backups/root ext4 -"), "backups", "backups/root/backups"),
        (("0:9 /@data HOME btrfs -", "0:9 /@data/backups HOME/srv btrfs -"), "backups", "srv"),
        (("8:1 / / ext4 -", "8:2 / HOME/backups/postgres xfs -", "8:2 / HOME/srv xfs -"), "backups/postgres", "srv"),
    ],
)
def test_other_mounts_of_the_same_files_are_found(
    tmp_path: Path, rows: tuple[str, ...], source: str, other: str
) -> None:
    (tmp_path / "backups" / "postgres").mkdir(parents=True)
    (tmp_path / source / "dump").touch()
    (tmp_path / other).parent.mkdir(exist_ok=True)
    (tmp_path / other).symlink_to(tmp_path / source)
    access = told_by(tmp_path / "backups", mounted(*rows).replace("HOME", str(tmp_path)))
    assert (f"{tmp_path}/{source}", f"{tmp_path}/{other}") in access.reach.also
    assert access.reach.unseen == ()


def test_a_mount_that_another_one_hides_is_no_way(tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    (tmp_path / "srv").mkdir()
    rows = mounted("8:1 / / ext4 -", f"8:1 {tmp_path}/backups {tmp_path}/srv ext4 -")
    assert told_by(tmp_path / "backups", rows).reach.also == ()


@pytest.mark.parametrize(
    ("kind", "unseen"),
    [
        ("fuse.mergerfs a:b rw", True),
        ("ecryptfs /home/.x rw", True),
        ("overlay overlay rw,lowerdir=/l,upperdir=HOME,workdir=/w", True),
        ("overlay overlay rw,lowerdir=/l,upperdir=/of/another/system,workdir=/w", False),
    ],
)
def test_what_lies_over_another_file_system_is_told_as_not_looked_at(
    tmp_path: Path, kind: str, *, unseen: bool
) -> None:
    (tmp_path / "backups").mkdir()
    rows = mounted("8:1 / / ext4 -", f"0:7 / HOME/backups {kind}").replace("HOME", str(tmp_path))
    assert told_by(tmp_path / "backups", rows).reach.unseen == ((f"{tmp_path}/backups",) if unseen else ())


def test_the_other_name_of_a_file_is_found_or_told(tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    for name in ("dump", "shut", "twice"):
        (tmp_path / "backups" / name).touch()
        (tmp_path / "backups" / name).chmod(0o600 if name == "shut" else 0o644)
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "x").hardlink_to(tmp_path / "backups" / "dump")
    (tmp_path / "open" / "y").hardlink_to(tmp_path / "backups" / "shut")
    (tmp_path / "backups" / "same").hardlink_to(tmp_path / "backups" / "twice")
    ask = told_by(tmp_path / "backups")
    pair = (f"{tmp_path}/backups/dump", f"{tmp_path}/open/x")
    assert ask.reach.also == (pair,) or ask.reach.unseen == (pair[0],), (
        "a search of the whole disk may not come to its end"
    )
    late = told_by(tmp_path / "backups", patience=-1)
    assert (late.reach.also, late.reach.unseen) == ((), (pair[0],))


def test_an_access_list_that_nothing_here_can_show_is_told(tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    dump = tmp_path / "backups" / "dump"
    dump.touch()
    rows = ((1, 6, -1), (2, 4, 0), (4, 0, -1), (16, 4, -1), (32, 0, -1))
    packed = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", tag, bits, id & 0xFFFFFFFF) for tag, bits, id in rows)
    try:
        os.setxattr(dump, "system.posix_acl_access", packed)
    except OSError as error:
        pytest.skip(f"no access lists on this file system: {error}")
    reach = told_by(tmp_path / "backups").reach
    if shutil.which("getfacl"):
        assert reach.acls[str(dump)]["user:root"] == 4
    else:
        assert reach.unseen == (str(dump),)
