"""Runs the `main` of every `python -m` command, and turns each error into one line and an exit status, not a traceback."""

import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

UNUSABLE, UNWRITABLE, INTERRUPTED = 4, 74, 130
OPTIMISED = (
    "python -O and PYTHONOPTIMIZE remove every assertion, so that a criterion could not fail; "
    "start it without them: unset PYTHONOPTIMIZE"
)


def status_of(main: Callable[[list[str]], int], words: list[str]) -> int:
    """Run `main` with the arguments `words` and return its exit status.

    Returns 4 if a file cannot be used, 74 if standard output cannot be written, and 130 after Ctrl-C.
    """
    if sys.flags.optimize:
        return complain(OPTIMISED, UNUSABLE)
    if not isinstance(sys.stdout, io.TextIOWrapper):
        return complain("standard output is closed", UNWRITABLE)
    sys.stdout.reconfigure(errors="backslashreplace")  # a terminal without UTF-8 shows \u2713, not a traceback
    try:
        return _flushed(main, words)
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        if error.filename is not None:
            return complain(f"{error.filename}: cannot be used: {error.strerror}", UNUSABLE)
        silence(sys.stdout)
        if isinstance(error, BrokenPipeError):  # the reader, such as `head`, has closed the pipe
            return 0
        return complain(f"standard output cannot be written: {error.strerror or error}", UNWRITABLE)


def complain(line: str, status: int) -> int:
    """Write `line` to standard error, if it is open, and return `status`."""
    with suppress(OSError, AttributeError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    return status


def silence(stream: TextIO) -> None:
    """Send the remaining output of `stream` to /dev/null, because the interpreter would fail to write it when it exits."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        stream.flush()


def _flushed(main: Callable[[list[str]], int], words: list[str]) -> int:
    try:
        return main(words)
    finally:
        sys.stdout.flush()
