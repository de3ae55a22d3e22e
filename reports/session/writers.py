"""Runs the writers of pytest-html and junit beside ours. Neither of them expects a full disk."""

import os
import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from fixtures.ask.connection import private_folder
from fixtures.session.stash import NOTICES
from gate.acting import make_folders
from gate.whole import write_whole

DETAIL = "detail.html"
PARTIAL = pytest.StashKey[Path]()


def direct(config: pytest.Config, folder: Path) -> None:
    """Let pytest-html write for our folder, unless it is told otherwise or the folder cannot be written.

    It writes into a private folder, since it would follow a link that the owner of our folder laid.
    """
    if config.getoption("collectonly") or not _writable(folder):
        return
    if config.pluginmanager.hasplugin("html") and not config.option.htmlpath:
        private, held = private_folder()
        config.add_cleanup(lambda: _remove(private, held))
        config.stash[PARTIAL] = private / DETAIL
        config.option.htmlpath, config.option.self_contained_html = str(private / DETAIL), True


def _remove(private: Path, held: int) -> None:
    shutil.rmtree(private, ignore_errors=True)
    os.close(held)


def _writable(folder: Path) -> bool:
    """Create the folder and return whether it can be written. Our exports report the reason if it cannot."""
    try:
        make_folders(folder)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


class Writers:
    """Turns an error of these writers into a notice, so that it does not prevent the decision.

    `conclude` decides and returns whether there is a decision. Without one the earlier detail.html stays. `finish` turns
    the page of pytest-html into ours.
    """

    def __init__(
        self, config: pytest.Config, conclude: Callable[[pytest.Session], bool], finish: Callable[[str], str]
    ) -> None:
        self.config, self.conclude, self.finish = config, conclude, finish

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        """Wrap everything that is written at the end of the session."""
        partial = self.config.stash.get(PARTIAL, None)
        try:
            yield
            if self.conclude(session) and partial is not None and partial.exists():
                page = self.finish(partial.read_text(encoding="utf-8"))
                write_whole(Path(self.config.getoption("--reports")) / DETAIL, page.encode())
        except OSError as error:
            where = error.filename or self.config.getoption("--reports")
            self.config.stash[NOTICES].append(
                f"{where}: cannot be written: {error.strerror}; the decision stands; "
                "name another folder with --reports=FOLDER"
            )
            self.conclude(session)
