"""Commands in processes forked from one that has imported everything, which saves the start of Python each time.

A forked process has the environment and the folder of the repository, as a command that a user types there; what it prints
goes into files. That Python starts such a command is for other tests: testing/test_command.py and testing/test_options.py.
"""

import atexit
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path
from runpy import run_path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

import pytest

from gate.command import status_of

ROOT = Path(__file__).parents[1]
PACKAGES = ("reports", "remediations", "fixtures", "notify")


def forked(function: Callable[..., int], *arguments: object, out: Path, err: Path, seconds: float) -> int:
    """Return the exit status of `function(*arguments)`, called in a forked process that prints into two files.

    Raises TimeoutError after that many seconds.
    """
    process = _forking().Process(target=_ended, args=(function, arguments, dict(os.environ), out, err))
    process.start()
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise TimeoutError(f"the command did not end within {seconds:.0f} s")
    return process.exitcode


def run(package: str, *words: object, account: int = 0, memory: int = 0) -> CompletedProcess[str]:
    """Run `python -m PACKAGE WORDS` for five minutes at most; return its exit status and what it printed.

    It runs as the account with this number and in this many bytes of memory; 0 is the account of the test, and no limit.
    """
    given = [str(word) for word in words]
    with TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        status = forked(_commanded, package, given, account, memory, out=out, err=err, seconds=300)
        return CompletedProcess([package, *given], status, out.read_text(), err.read_text())


@cache
def _forking() -> ForkServerContext:
    """Return the context of processes forked from a server that has imported the commands and the plugins."""
    context = get_context("forkserver")
    plugins = run_path(str(ROOT / "conftest.py"))["PLUGINS"]
    commands = (f"{name}.__main__" for name in PACKAGES)
    context.set_forkserver_preload(["testing.faults.forked_audits", *plugins, *commands])
    return context


def _ended(
    function: Callable[..., int], arguments: tuple[object, ...], env: Mapping[str, str], out: Path, err: Path
) -> None:
    os.environ.clear()
    os.environ.update(env)
    tempfile.tempdir = None  # found anew, in this environment
    for stream, file in ((1, out), (2, err)):
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, stream)
        os.close(opened)
    os.chdir(ROOT)
    status = function(*arguments)
    atexit._run_exitfuncs()  # multiprocessing skips them; a client of the cluster would leave temporary files
    sys.exit(status)


def _commanded(package: str, words: list[str], account: int, memory: int) -> int:
    sys.argv = [package, *words]
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    if account:
        os.setgroups([])
        os.setresgid(account, account, account)
        os.setresuid(account, account, account)
    if package == "pytest":
        return int(pytest.main(words))
    return status_of(import_module(f"{package}.__main__").main, words)
