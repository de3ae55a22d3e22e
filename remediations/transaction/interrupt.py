"""Ctrl-C, a termination or a hang-up while the host is changed: the step under way is ended, then all is undone."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """`asked` turns true instead of an exception, but only within `held`; elsewhere it is a KeyboardInterrupt."""

    def __init__(self) -> None:
        """Nothing is caught before `with`."""
        self.asked = False
        self._cancel: Callable[[], None] | None = None

    def __enter__(self) -> "Interrupts":
        """Take over the three signals."""
        self._before = {number: signal.signal(number, self._heard) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        """Give them back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def held(self, cancel: Callable[[], None]) -> Iterator[None]:
        """No exception in here: the first signal calls `cancel`, further ones are only noted."""
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
