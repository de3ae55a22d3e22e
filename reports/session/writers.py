"""Runs the writers of pytest-html and junit beside ours. Neither of them expects a full disk."""

import os
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path

import pytest

from fixtures.session.stash import NOTICES

DETAIL = "detail.html"


def direct(config: pytest.Config, folder: Path) -> None:
    """Let pytest-html write into our folder, unless it is told otherwise or the folder cannot be written."""
    if config.getoption("collectonly") or not _writable(folder):
        return
    if config.pluginmanager.hasplugin("html") and not config.option.htmlpath:
        config.option.htmlpath, config.option.self_contained_html = str(_partial(folder)), True


def _partial(folder: Path) -> Path:
    return folder / f".{DETAIL}.partial"


def _writable(folder: Path) -> bool:
    """Create the folder and return whether it can be written. Our exports report the reason if it cannot."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
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
        partial = _partial(Path(self.config.getoption("--reports")))
        try:
            yield
            if self.conclude(session) and partial.exists():
                partial.write_text(self.finish(partial.read_text(encoding="utf-8")), encoding="utf-8")
                partial.replace(partial.with_name(DETAIL))
        except OSError as error:
            where = error.filename or self.config.getoption("--reports")
            self.config.stash[NOTICES].append(
                f"{where}: cannot be written: {error.strerror}; the decision stands; "
                "name another folder with --reports=FOLDER"
            )
            self.conclude(session)
        finally:
            with suppress(OSError):
                partial.unlink()
