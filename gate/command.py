"""Runs the `main` of every `python -m` command, and turns each error into one line and an exit status, not a traceback."""

import argparse
import io
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, TextIO

from gate.unseen import INVISIBLE

UNUSABLE, UNWRITABLE, INTERRUPTED = 4, 74, 130
STARTED_BY = "PHASE0_COMMAND"  # set by `phase0-gate`: there is no clone then, and no .venv
PROGRAM = re.compile(r"(?:\.venv/bin/)?python -m (fixtures|reports|remediations|notify|fleet|init|pytest)\b")
OWN_WORD = {
    "notify": "phase0-gate notify",
    "fleet": "phase0-gate fleet",
    "init": "phase0-gate init",
    "pytest": "phase0-gate audit",
}  # the commands of the others are those of phase0-gate
UNSEEN = re.compile(f"[\x00-\x08\x0b-\x1f{INVISIBLE}]")
EXAMPLE = "targets/twisterlab.example"
SPOKEN = ("python -m ", "make audit ", EXAMPLE)  # what no text without a command contains
PLANNED = re.compile(r"\bmake audit TARGET=(\S+) FIX=plan")
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


class Parser(argparse.ArgumentParser):
    """An argument parser that reports an error in one line and exits with status 4, which is no decision of an audit."""

    def error(self, message: str) -> NoReturn:
        """Print one line on a wrong command line and exit."""
        self.exit(UNUSABLE, f"{self.prog}: {message}; see: {self.prog} --help\n")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as argparse does, and refuse a default that is none of the choices: it comes from the environment."""
        found, rest = super().parse_known_args(args, namespace)
        for action in self._actions:
            value = getattr(found, action.dest, None)
            if action.option_strings and action.choices and isinstance(value, str) and value not in action.choices:
                self.error(
                    f"{value}: write {' or '.join(action.choices)} in {action.option_strings[-1]} or its variable"
                )
        return found, rest


def spoken(text: str) -> str:
    """Return `text` with its commands written as they can be called here.

    Texts name the commands and the example of a clone. Where `phase0-gate` started this program, they name that command
    and where the example is installed.
    """
    if not any(map(text.__contains__, SPOKEN)) or STARTED_BY not in os.environ:
        return text
    named = PROGRAM.sub(lambda found: OWN_WORD.get(found[1], "phase0-gate"), text)
    return PLANNED.sub(r"phase0-gate fix \1 plan", named).replace(
        EXAMPLE, str(Path(__file__).resolve().parents[1] / EXAMPLE)
    )


def complain(line: str, status: int) -> int:
    """Write `line` to standard error, if it is open, and return `status`. What a terminal obeys is written as its code."""
    with suppress(OSError, AttributeError):
        sys.stderr.write(f"{UNSEEN.sub(lambda found: ascii(found[0])[1:-1], line)}\n")
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
