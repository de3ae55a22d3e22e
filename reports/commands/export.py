"""Implements `python -m reports export RUN.json --format sarif|oscal|hdf`."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from gate.decision import decide
from gate.run import Run
from gate.whole import write_whole
from reports.exports import ON_DEMAND
from reports.exports.report import Report


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments of `export`."""
    command.add_argument("run", metavar="RUN.json", type=Path)
    command.add_argument("--format", choices=list(ON_DEMAND), required=True)
    command.add_argument("--output", metavar="FILE", type=Path, help="the file to write (standard output)")


def exported(run: Run, format: str, file: Path | None, language: str) -> Iterator[str]:
    """Yield the lines of the export, or write it to `file` and yield none. Raises OSError if the file cannot be written."""
    data = ON_DEMAND[format](Report(run, decide(run), (), language))
    if file is None:
        yield from data.decode().splitlines()
    else:
        write_whole(file, data)
