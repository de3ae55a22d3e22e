"""Run the project's commands within the process of the test: most tests of a command are not about the start of Python."""

import io
import os
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path
from subprocess import CompletedProcess
from unittest import mock

from gate.command import status_of

ROOT = Path(__file__).parents[1]


def run(package: str, *words: object, env: Mapping[str, str] = {}) -> CompletedProcess[str]:
    """Run `python -m PACKAGE WORDS` in the repository; return its exit status and what it printed."""
    main = import_module(f"{package}.__main__").main
    given = [str(word) for word in words]
    with _printed() as out, _printed() as err, redirect_stdout(out), redirect_stderr(err):
        with chdir(ROOT), mock.patch.dict(os.environ, env):
            try:
                status = status_of(main, given)
            except SystemExit as ended:  # as argparse ends a command
                status = ended.code if isinstance(ended.code, int) else 0
        return CompletedProcess([package, *given], status, _text(out), _text(err))


@contextmanager
def _printed() -> Iterator[io.TextIOWrapper]:
    with io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) as stream:
        yield stream


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()
