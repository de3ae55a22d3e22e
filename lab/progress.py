"""Progress messages on stderr; stdout carries only results."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def announce(text: str) -> None:
    """Print a line of progress."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def timed(text: str) -> Iterator[None]:
    """Print what is being done, and how many seconds it took."""
    announce(f"  {text} …")
    begun = time.monotonic()
    yield
    announce(f"  {text}: {time.monotonic() - begun:.1f} s")
