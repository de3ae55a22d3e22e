"""Root in a folder of the account that audits: it follows no link of that account's, and does there what the account may."""

import os
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from gate.acting import as_owner, without_links
from gate.bounded import read_bounded
from gate.contract import load_contract
from gate.history import HistoryError, recall, remember
from gate.past import Past
from gate.run import write_run
from testing.audits import ROOT, forked
from testing.in_process import run
from testing.runs import run as run_of
from testing.threats import attack

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be led astray")
ACCOUNT = 65534
EXAMPLE = (ROOT / "targets" / "twisterlab.example" / "target.toml").read_text().replace("192.0.2.10", "127.0.0.1")
CONFIGURED = Past(configuration={"/etc/x": "0"})


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path, Path]:
    """The account's folder, root's link to the history there, and a database that is root's alone."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.name and folder != Path("/tmp"):
            folder.chmod(0o755)
    mine, secret, target = tmp_path / "state", tmp_path / "secret", tmp_path / "etc"
    for folder in (mine, secret, target):
        folder.mkdir()
    secret.chmod(0o700)
    with closing(sqlite3.connect(secret / "state.db")) as database, database:
        database.execute("CREATE TABLE kine (id INTEGER)")
    (target / "history.sqlite").symlink_to(mine / "history.sqlite")
    os.chown(mine, ACCOUNT, ACCOUNT)
    return mine, target / "history.sqlite", secret / "state.db"


def link_itself(mine: Path, secret: Path) -> None:
    (mine / "history.sqlite").symlink_to(secret)


def folder_in_between(mine: Path, secret: Path) -> None:
    mine.rename(mine.with_name("kept"))
    mine.symlink_to(secret.parent)
    secret.rename(secret.with_name("history.sqlite"))


def chain(mine: Path, secret: Path) -> None:
    (mine / "one").symlink_to(secret)
    (mine / "history.sqlite").symlink_to("one")


@AS_ROOT
@attack("T12", "Root follows no link below the folder of a weaker account")
@pytest.mark.parametrize("lay", [link_itself, folder_in_between, chain])
def test_root_opens_no_history_elsewhere(places: tuple[Path, Path, Path], lay: Callable[[Path, Path], None]) -> None:
    """Whoever owns the folder of the history puts a link to a database of root's there, or in the place of the folder."""
    mine, history, secret = places
    before = secret.read_bytes()
    lay(mine, secret)
    for folder in (mine, *mine.parent.iterdir()):
        for entry in (folder, *([] if folder == secret.parent or not folder.is_dir() else folder.iterdir())):
            if entry.is_symlink() and entry != history:
                os.chown(entry, ACCOUNT, ACCOUNT, follow_symlinks=False)
    with pytest.raises(HistoryError, match="link of another account"):
        recall(history)
    with pytest.raises(HistoryError, match="link of another account"):
        remember(history, CONFIGURED)
    assert [file.read_bytes() for file in secret.parent.iterdir()] == [before]


@AS_ROOT
def test_in_the_folder_of_an_account_root_is_that_account(places: tuple[Path, Path, Path]) -> None:
    mine, history, _ = places
    remember(history, CONFIGURED)
    assert recall(history).whole.configuration == CONFIGURED.configuration
    assert (mine / "history.sqlite").stat().st_uid == ACCOUNT
    with as_owner(history) as place:
        assert (place, os.geteuid(), os.getgroups()) == (mine / "history.sqlite", ACCOUNT, [])
    assert os.geteuid() == 0


def test_a_history_of_one_s_own_is_opened_as_before(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").symlink_to("a")
    remember(tmp_path / "b" / ".." / "a" / "history.sqlite", CONFIGURED)
    assert recall(tmp_path / "b" / "history.sqlite").whole.configuration == CONFIGURED.configuration


RUN = write_run(run_of(load_contract(), {}))
LOG = ("--activity", "backups, and their restores", "--hours", "6")
WAIVE = ("DOC-01", "--reason", "in review", "--approver", "Dana Leroy")
READ = {  # what the account puts a link in the place of, and the command of root's that would follow it
    "run.json": ("reports", "render", "{}/run.json"),
    " run.json": ("reports", "export", "{}/run.json", "--format", "sarif"),
    "target.toml": ("fixtures", "check", "{}"),
    " target.toml": ("notify", "test", "{}"),
    "waivers.toml": ("reports", "waive", "{}", *WAIVE),
    "worklog.csv": ("reports", "log", "{}", *LOG),
    "history.sqlite": ("reports", "history", "{}"),
    "maintenance.toml": ("fixtures", "check", "{}"),
}
WRITTEN = {  # what root writes in the folder, and by which command
    "verdict.html": ("reports", "render", "{root}/run.json", "--reports", "{mine}"),
    "run.json": ("reports", "render", "{root}/run.json", "--reports", "{mine}"),
    "out.sarif": ("reports", "export", "{root}/run.json", "--format", "sarif", "--output", "{mine}/out.sarif"),
    "out.jsonl": ("reports", "history", "{target}", "--export", "{mine}/out.jsonl"),
}


@pytest.fixture
def account(places: tuple[Path, Path, Path]) -> Path:
    """A target's folder of the account's, with all that the commands of root's look for."""
    mine, _, secret = places
    (mine / "target.toml").write_text(EXAMPLE)
    (mine / "run.json").write_bytes(RUN)
    remember(mine / "history.sqlite", CONFIGURED)
    (secret.parent / "run.json").write_bytes(RUN)
    (secret.parent / "target.toml").write_text(EXAMPLE)
    return mine


def laid(link: Path, to: Path) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(to)
    os.chown(link, ACCOUNT, ACCOUNT, follow_symlinks=False)


@AS_ROOT
@attack("T12", "Root follows no link below the folder of a weaker account")
@pytest.mark.parametrize("planted", READ)
def test_no_command_of_root_reads_behind_a_link(account: Path, planted: str) -> None:
    """A link to a file of root's lies in the place of each file that a command reads in the account's folder."""
    package, *words = READ[planted]
    name = planted.strip()
    secret = account.parent / "secret" / (name if name in ("run.json", "target.toml") else "state.db")
    before = {file: file.read_bytes() for file in secret.parent.iterdir()}
    laid(account / name, secret)
    listed = sorted(account.iterdir())
    done = run(package, *(word.format(account) for word in words))
    assert done.returncode == 4, done
    assert "link of another account" in done.stderr
    assert sorted(account.iterdir()) == listed
    assert {file: file.read_bytes() for file in secret.parent.iterdir()} == before


@AS_ROOT
@attack("T12", "Root follows no link below the folder of a weaker account")
@pytest.mark.parametrize("name", WRITTEN)
def test_no_command_of_root_writes_behind_a_link(account: Path, name: str) -> None:
    """A link to a file of root's, and then one to its folder, lies where a command writes."""
    package, *words = WRITTEN[name]
    root = account.parent / "secret"
    (root / name).write_bytes(RUN)
    before = {file: file.read_bytes() for file in root.iterdir()}
    laid(account / name, root / name)
    laid(account / "reports", root)
    for mine in (account, account / "reports"):
        done = run(package, *(word.format(root=root, mine=mine, target=account) for word in words))
        assert (done.returncode == 0) == (mine == account), done
        assert {file: file.read_bytes() for file in root.iterdir()} == before
    assert not (account / name).is_symlink()
    assert (account / name).stat().st_uid == ACCOUNT


@AS_ROOT
@attack("T12", "Root follows no link below the folder of a weaker account")
def test_an_audit_of_root_writes_behind_no_link(account: Path) -> None:
    """Links to a file of root's have the names of all reports, finished and not, and of the folder they go to."""
    victim = account.parent / "secret" / "state.db"
    before = victim.read_bytes()
    for name in ("detail.html", ".detail.html.partial", "verdict.html", "run.json", "junit.xml", "summary.md"):
        laid(account / name, victim)
    assert forked("demo", account).run["results"]
    laid(account / "reports", victim.parent)
    listed = sorted(victim.parent.iterdir())
    assert "link of another account" in " ".join(forked("demo", account / "reports").output.split())
    assert (victim.read_bytes(), sorted(victim.parent.iterdir())) == (before, listed)


@AS_ROOT
@attack("T12", "Root follows no link below the folder of a weaker account")
def test_no_lock_of_root_s_is_made_behind_a_link(account: Path) -> None:
    """The lock that `make audit` takes in the account's folder is a link to a file that is not there, such as /etc/nologin."""
    (account / "target.toml").write_text("x =")
    laid(account / "schedule.lock", account.parent / "secret" / "nologin")
    given = os.environ | {"TARGET": str(account)}
    given.pop("SUDO_UID", None)
    done = subprocess.run(
        [".make/audit.sh"], cwd=ROOT, env=given, capture_output=True, text=True, timeout=300, check=False
    )
    assert "target.toml" in done.stdout + done.stderr
    assert not (account.parent / "secret" / "nologin").exists()


@AS_ROOT
@attack("T12", "Root follows no link below the folder of a weaker account")
def test_a_link_that_is_laid_at_this_moment_is_not_followed(account: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder, or the file itself, becomes a link between the look at the way and the opening."""
    inner = account / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "run.json").write_text("honest")

    def changed(file: Path) -> Path:
        place = without_links(file)
        if inner.is_dir() and not inner.is_symlink():
            inner.rename(account / "kept")
            laid(inner, account.parent / "secret")
        return place

    monkeypatch.setattr("gate.acting.without_links", changed)
    with pytest.raises(OSError, match=r"(?i)not a directory|too many levels|symbolic"):
        read_bounded(inner / "run.json")
