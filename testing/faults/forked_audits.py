"""Audits in processes forked from one that has imported everything, which saves a second of processor time each.

The forked process runs pytest's own `main` with the arguments of the command line, and ends with it. Of the reports it
writes only run.json.
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


def audit(arguments: Sequence[str], output: Path, seconds: float) -> int | None:
    """Run an audit and return its exit status; its output goes to the file `output`.

    Raises TimeoutError after that many seconds.
    """
    process = _forking().Process(target=_main, args=(arguments, output))
    process.start()
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise TimeoutError(f"the audit did not end within {seconds:.0f} s")
    return process.exitcode


@cache
def _forking() -> ForkServerContext:
    """Return the context of processes forked from a server that has imported the plugins."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["kubernetes.client", __name__, *run_path(str(ROOT / "conftest.py"))["PLUGINS"]])
    return context


def _main(arguments: Sequence[str], output: Path) -> None:
    with output.open("wb") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    for page in EXPORTS.keys() - {"run.json"}:  # proofs need no other report
        del EXPORTS[page]
    os.chdir(ROOT)
    sys.argv = ["pytest", "-p", "no:html", *arguments]
    status = pytest.main(sys.argv[1:])
    atexit._run_exitfuncs()  # multiprocessing skips them; a client of the cluster would leave temporary files
    sys.exit(status)
