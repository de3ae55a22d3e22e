"""How every `python -m` command begins and ends: whatever is wrong is one line and a status, never a traceback."""

import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

UNUSABLE, UNWRITABLE, INTERRUPTED = 4, 74, 130
OPTIMISED = (
    "python -O, or PYTHONOPTIMIZE, leaves out every assertion, and with them what a criterion misses; "
    "start it without: unset PYTHONOPTIMIZE"
)


def status_of(main: Callable[[list[str]], int], words: list[str]) -> int:
    """What `main` returns: a status; 4 for what cannot be read or used, 74 where standard output takes no more."""
    if sys.flags.optimize:
        return complain(OPTIMISED, UNUSABLE)
    if not isinstance(sys.stdout, io.TextIOWrapper):
        return complain("standard output is closed", UNWRITABLE)
    sys.stdout.reconfigure(errors="backslashreplace")  # a terminal without UTF-8 shows \u2713 and no traceback
    try:
        return _flushed(main, words)
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        if error.filename is not None:
            return complain(f"{error.filename}: cannot be used: {error.strerror}", UNUSABLE)
        silence(sys.stdout)
        if isinstance(error, BrokenPipeError):  # `| head` has seen enough
            return 0
        return complain(f"standard output cannot be written: {error.strerror or error}", UNWRITABLE)


def complain(line: str, status: int) -> int:
    """One line on standard error, where there is one."""
    with suppress(OSError, AttributeError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    return status


def silence(stream: TextIO) -> None:
    """What is still to be written there goes nowhere: the interpreter would fail on it at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        stream.flush()


def _flushed(main: Callable[[list[str]], int], words: list[str]) -> int:
    try:
        return main(words)
    finally:
        sys.stdout.flush()
