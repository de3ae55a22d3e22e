"""Guards the terminal that pytest writes to: a full disk or a closed pipe loses lines, but neither the audit nor its reports."""

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
    """Ignore Ctrl-C inside the block, for short work that must be done completely or not at all."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class Guarded:
    """A standard output that discards everything after its first error. All else is passed to the stream."""

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.failed = stream, 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        """Write `text` and return its length, even if it was not written. `failed` keeps the errno of the first error."""
        return self._tried(lambda: self.stream.write(text)) or len(text)

    def flush(self) -> None:
        """Flush the stream as write() writes."""
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
    """Hooks that guard pytest's terminal."""

    def __init__(self) -> None:
        """Replace standard output before pytest's reporter uses it. If it is closed, end the process with status 4."""
        if sys.stdout is None:
            complain("standard output is closed, but an audit prints what it sees; redirect it: > audit.log", UNUSABLE)
            os._exit(UNUSABLE)  # pytest would fail when it exits; nothing has begun
        self.guarded = Guarded(sys.stdout)
        sys.stdout = self.guarded

    def pytest_unconfigure(self) -> None:
        """Restore standard output for a program that runs pytest inside its own process."""
        if sys.stdout is self.guarded:
            sys.stdout = self.guarded.stream

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None]:
        """Set the exit status 74 if standard output failed, because nobody has read the decision."""
        yield
        self.guarded.flush()
        if self.guarded.failed not in (0, errno.EPIPE):
            session.exitstatus = UNWRITABLE
            complain(f"standard output cannot be written: {os.strerror(self.guarded.failed)}", UNWRITABLE)
