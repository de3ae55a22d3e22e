"""The terminal pytest writes to: a full disk or a reader who has gone costs its lines, and neither the audit nor the reports."""

import errno
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TextIO

import pytest

from gate.command import UNUSABLE, UNWRITABLE, complain, silence


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ctrl-C is not heard meanwhile: for what takes a moment, and is whole or not at all."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class Guarded:
    """Standard output that is given up when it takes no more; everything but writing is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.failed = stream, 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        """The length of the text, written or not; the first failure is kept as its number (errno)."""
        return self._tried(lambda: self.stream.write(text)) or len(text)

    def flush(self) -> None:
        """The same for what is still buffered."""
        self._tried(self.stream.flush)

    def _tried(self, act: Callable[[], int | None]) -> int | None:
        if self.failed:
            return None
        try:
            return act()
        except OSError as error:
            self.failed = error.errno or errno.EIO
            silence(self.stream)
            return None


class Output:
    """Hooks around pytest's terminal."""

    def __init__(self) -> None:
        """Before the terminal's reporter takes hold of standard output. Ends the process, status 4, where it is closed."""
        if sys.stdout is None:
            complain("standard output is closed: an audit says what it sees; redirect it: > audit.log", UNUSABLE)
            os._exit(UNUSABLE)  # pytest's own end would fail on it; nothing was begun
        self.guarded = Guarded(sys.stdout)
        sys.stdout = self.guarded

    def pytest_unconfigure(self) -> None:
        """For whoever runs pytest within a program of their own."""
        if sys.stdout is self.guarded:
            sys.stdout = self.guarded.stream

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None]:
        """The decision was not read by anybody: then the exit status does not claim that it was."""
        yield
        self.guarded.flush()
        if self.guarded.failed not in (0, errno.EPIPE):
            session.exitstatus = UNWRITABLE
            complain(f"standard output cannot be written: {os.strerror(self.guarded.failed)}", UNWRITABLE)
