"""Audits in processes forked from one that has everything loaded: an audit then costs a second of processor less.

What is forked runs pytest's own `main` with the arguments of the command line, in a process of its own that ends with it. Of the
reports it writes run.json alone.
"""

import atexit
import os
import sys
from collections.abc import Sequence
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path
from runpy import run_path

import pytest

from reports.exports import EXPORTS

ROOT = Path(__file__).parents[2]


def audit(arguments: Sequence[str], said: Path, seconds: float) -> int | None:
    """The exit status; what was printed goes to the file `said`. TimeoutError after that many seconds."""
    process = _forking().Process(target=_main, args=(arguments, said))
    process.start()
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise TimeoutError(f"the audit did not end within {seconds:.0f} s")
    return process.exitcode


@cache
def _forking() -> ForkServerContext:
    """It imports what it is told to before it forks for the first time."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["kubernetes.client", __name__, *run_path(str(ROOT / "conftest.py"))["PLUGINS"]])
    return context


def _main(arguments: Sequence[str], said: Path) -> None:
    with said.open("wb") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    for page in EXPORTS.keys() - {"run.json"}:  # nobody reads a proof's pages
        del EXPORTS[page]
    os.chdir(ROOT)
    sys.argv = ["pytest", "-p", "no:html", *arguments]
    status = pytest.main(sys.argv[1:])
    atexit._run_exitfuncs()  # multiprocessing leaves without them, and a client of the cluster its temporary files
    sys.exit(status)
