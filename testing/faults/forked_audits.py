"""Audits in processes forked from one that has imported everything, which saves a second of processor time each.

The forked process runs pytest's own `main` with the arguments of the command line, and ends with it.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from reports.exports import EXPORTS
from testing.forked import forked


def audit(arguments: Sequence[str], output: Path, seconds: float, *, pages: bool = False) -> int:
    """Run an audit and return its exit status; its output goes to the file `output`.

    Of the reports it writes only run.json, and all of them with `pages`. Raises TimeoutError after that many seconds.
    """
    return forked(_main, list(arguments), pages, out=output, err=output, seconds=seconds)


def _main(arguments: Sequence[str], pages: bool) -> int:
    if not pages:
        for page in EXPORTS.keys() - {"run.json"}:
            del EXPORTS[page]
    sys.argv = ["pytest", *(() if pages else ("-p", "no:html")), *arguments]
    return int(pytest.main(sys.argv[1:]))
