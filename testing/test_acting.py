"""Root in a folder of the account that audits: it follows no link of that account's, and does there what the account may."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from gate.acting import as_owner
from gate.history import HistoryError, recall, remember
from gate.past import Past
from testing.threats import attack

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be led astray")
ACCOUNT = 65534
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
