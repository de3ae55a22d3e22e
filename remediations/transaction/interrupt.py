"""Handles Ctrl-C, SIGTERM and SIGHUP while the host is changed: the current step is ended, then all steps are undone."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Catches SIGINT, SIGTERM and SIGHUP.

    Within `held` a signal only sets `asked`; elsewhere it also raises KeyboardInterrupt.
    """

    def __init__(self) -> None:
        """Create the handler. It catches nothing before it is entered with `with`."""
        self.asked = False
        self._cancel: Callable[[], None] | None = None

    def __enter__(self) -> "Interrupts":
        """Install the handler for the three signals."""
        self._before = {number: signal.signal(number, self._heard) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        """Restore the previous handlers."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def held(self, cancel: Callable[[], None]) -> Iterator[None]:
        """Suppress KeyboardInterrupt inside the block. The first signal calls `cancel`; further ones have no effect."""
        outer, self._cancel = self._cancel, cancel
        try:
            yield
        finally:
            self._cancel = outer

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        first, self.asked = not self.asked, True
        if self._cancel is None:
            raise KeyboardInterrupt
        if first:
            self._cancel()
