"""Locks that end with the process that holds them."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.errors import LabError
from lab.progress import announce


@contextmanager
def locked(path: Path, what: str, *, wait: bool) -> Iterator[None]:
    """Hold the lock file `path`.

    If another process holds it, print a line and wait, or without `wait` raise LabError with its process id.
    """
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = f"{what}: process {file.read().strip() or '?'} is at it"
            if not wait:
                raise LabError(f"{holder}; wait for it to end, then try again.") from None
            announce(f"  {holder}; waiting")
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
