"""Backups behind links: those that the operator named or root made are followed, and no other, which is told."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.ask.answer import Unknown
from fixtures.ask.facts import FACTS
from fixtures.drills.script import trusted
from fixtures.host.backups.backup_copy import BackupCopy, backup_copy
from fixtures.host.trust import LESSER, OWNED
from testing.backup_files import dump, manifests, write
from testing.test_host_backups import GIVEN, ask
from testing.threats import attack

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root makes links of root's")
NOBODY = 65534


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder owned by root whose parents belong to root; /tmp would not do."""
    at = Path(f"/opt/phase0-linked-{os.getpid()}")
    shutil.rmtree(at, ignore_errors=True)
    at.mkdir(mode=0o755)
    yield at
    shutil.rmtree(at, ignore_errors=True)


def linked(folder: Path, to: str | Path) -> Path:
    """Make a folder of backups in which `postgres` is a link; return where it leads."""
    home, large = folder / "home", folder / "large"
    home.mkdir()
    write(large, "pg/postgres_1.sql.gz", dump())
    (home / "postgres").symlink_to(to)
    return home


@AS_ROOT
@pytest.mark.parametrize("to", ["{0}/large/pg", "../large/pg", "{0}/step", "{0}/large/pg/"])
def test_a_folder_behind_a_link_of_root_s_is_looked_into(folder: Path, to: str) -> None:
    (folder / "step").symlink_to("large/pg")
    home = linked(folder, to.format(folder))
    os.chown(folder / "large" / "pg", NOBODY, NOBODY)  # whoever makes the backups may own the last folder
    (file,) = ask(home).of("postgres")
    assert (file.name, file.valid) == ("postgres/postgres_1.sql.gz", True)
    assert newest(home) == str(folder / "large" / "pg" / "postgres_1.sql.gz")


@AS_ROOT
def test_a_single_dump_and_a_folder_of_manifests_may_be_links(folder: Path) -> None:
    home = folder / "home"
    write(folder, "large/x.sql.gz", dump())
    write(folder, "large/k8s/all.yaml", manifests())
    for name, to in (("postgres/postgres_1.sql.gz", "large/x.sql.gz"), ("configs/k8s-1", "large/k8s")):
        (home / name).parent.mkdir(parents=True)
        (home / name).symlink_to(folder / to)
    seen = ask(home)
    assert [file.valid for file in seen.files] == [True, True]
    assert seen.of("configs")[0].size > 0


@AS_ROOT
@attack("T1", "Content of a file leaves the server only where root alone chose the file.")
@pytest.mark.parametrize("whose", ["the link", "its folder", "above its aim", "a step", "a folder beside"])
def test_a_link_that_another_account_can_have_made_is_refused_and_told(folder: Path, whose: str) -> None:
    """Another account makes the link, owns or may write in the folder it lies in, the one it leads to, or a step between."""
    step = folder / "open"
    step.mkdir()
    (step / "step").symlink_to(folder / "large" / "pg")
    home = linked(folder, step / "step" if whose == "a step" else folder / "large" / "pg")
    if whose == "the link":
        os.chown(home / "postgres", NOBODY, NOBODY, follow_symlinks=False)
    elif whose == "its folder":
        home.chmod(0o777)
    elif whose == "above its aim":
        os.chown(folder / "large", NOBODY, NOBODY)
    elif whose == "a step":
        os.chown(step / "step", NOBODY, NOBODY, follow_symlinks=False)
    if whose == "a folder beside":  # what lies in a folder of root's choice leads out of it again
        os.chown(folder / "large" / "pg", NOBODY, NOBODY)
        write(folder, "secret", dump())
        (folder / "large" / "pg" / "postgres_1.sql.gz").unlink()
        (folder / "large" / "pg" / "postgres_1.sql.gz").symlink_to(folder / "secret")
    seen = ask(home)
    with pytest.raises(Unknown, match="backup-link-refused") as raised:
        seen.newest("postgres")
    assert raised.value.values["name"] == "postgres/postgres_1.sql.gz"
    assert newest(home) == ""


def newest(home: Path) -> str:
    """Return the newest dump as the drills find it."""
    script = f"kind=x\n{trusted('common.sh')}\nnewest 'postgres/postgres_*'; printf %s \"$newest\"; trap - EXIT"
    done = subprocess.run(
        ["sh", "-c", script],
        capture_output=True,
        text=True,
        env=os.environ | {"BACKUPS_DIRECTORY": str(home)},
        check=False,
    )
    return done.stdout


def compared(home: Path, copy: Path) -> BackupCopy:
    given = os.environ | {"BACKUPS_DIRECTORY": str(home), "BACKUPS_OFFHOST": str(copy), "LC_ALL": "C"} | GIVEN
    done = subprocess.run(["sh", "-c", FACTS["backup_copy"].ask], capture_output=True, text=True, check=True, env=given)
    return backup_copy(done.stdout)


@AS_ROOT
def test_a_copy_of_what_lies_behind_a_link_is_compared_with_it(folder: Path) -> None:
    home = linked(folder, folder / "large" / "pg")
    write(folder, "copy/postgres/postgres_1.sql.gz", (home / "postgres" / "postgres_1.sql.gz").read_bytes())
    assert [file.state for file in compared(home, folder / "copy").files] == ["same"]
    write(folder, "copy/postgres/postgres_1.sql.gz", b"another")
    assert [file.state for file in compared(home, folder / "copy").files] == ["differs"]


@AS_ROOT
def test_a_link_that_was_copied_as_a_link_is_no_copy(folder: Path) -> None:
    home = linked(folder, folder / "large" / "pg")
    write(folder, "copy/redis/redis_1.rdb", b"x")
    (folder / "copy" / "postgres").symlink_to(folder / "large" / "pg")
    seen = compared(home, folder / "copy")
    assert {file.kind for file in seen.files} == {"redis"}
    assert "postgres" in seen.missing


@attack("T1", "Content of a file leaves the server only where root alone chose the file.")
@pytest.mark.parametrize("way", ["the file", "its folder", "a member"])
def test_what_is_exchanged_between_the_look_and_the_opening_is_not_read(folder_of_anybody: Path, way: str) -> None:
    """Whoever writes backups puts a link in the place of one, or of its folder, when it was looked at and is not open yet."""
    secret, home = folder_of_anybody / "secret", folder_of_anybody / "home"
    write(home, "postgres/day/x", b"a backup")
    write(secret, "day/x", b"root's own")
    asked = "postgres/day" if way == "a member" else "postgres/day/x"
    swapped = {"the file": "postgres/day/x", "its folder": "postgres", "a member": "postgres/day/x"}[way]
    aim = secret if way == "its folder" else secret / "day" / "x"
    look = f'home=$(pwd -P); admitted {asked} "$home" && echo "$found" && reading postgres/day/x cat'
    swap = f"rm -r {swapped}; ln -s {aim} {swapped}"
    assert shell(home, look) == f"{home}/{asked}\na backup"
    assert shell(home, f"{{ {look}; }} >/dev/null; {swap}; reading postgres/day/x cat || echo refused") == "refused\n"
    assert shell(home, "readlink -f postgres/day/x; cat postgres/day/x") == f"{secret}/day/x\nroot's own"


@attack("T1", "Content of a file leaves the server only where root alone chose the file.")
def test_a_dump_that_is_exchanged_while_it_is_looked_into_says_nothing(folder_of_anybody: Path) -> None:
    """Whoever writes dumps exchanges one for a link to another file, when the question has begun to look into it."""
    home = folder_of_anybody / "home"
    write(home, "postgres/postgres_1.sql.gz", dump())
    write(folder_of_anybody, "elsewhere.sql.gz", dump())
    ask_it = FACTS["backups"].ask
    swap = f"ln -sfn {folder_of_anybody}/elsewhere.sql.gz postgres/postgres_1.sql.gz"
    at = '    { "$1" "$2"; sums "$2"; } | tr'
    assert ask_it.count(at) == 1
    given = {"BACKUPS_POSTGRES": "postgres/*", "BACKUPS_REDIS": "none", "BACKUPS_CONFIGS": "none"}
    assert "end=cluster" in shell(home, ask_it, **given)
    assert "end=" not in shell(home, ask_it.replace(at, f"    {swap}\n{at}"), **given)


@pytest.fixture
def folder_of_anybody(tmp_path: Path) -> Path:
    """A folder without links on its way."""
    return tmp_path.resolve()


def shell(home: Path, script: str, **given: str) -> str:
    """Return what the script prints in the folder of backups, with what root's questions know of links."""
    done = subprocess.run(
        ["sh", "-c", OWNED + LESSER + script],
        cwd=home,
        capture_output=True,
        text=True,
        env=os.environ | {"BACKUPS_DIRECTORY": str(home)} | given,
        check=False,
    )
    return done.stdout
