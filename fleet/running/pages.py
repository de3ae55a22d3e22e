"""The pages of a single server: an audit of a fleet writes them unless it is GO, and `fleet render --pages` for all.

They take as much time as a fourth of the audit. What is always written is run.json, of which they can be made later.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from gate.bounded import MOST_RECORDED, read_bounded
from gate.run import read_run
from gate.whole import write_whole
from reports.exports import EXPORTS, Export, write_all

RUN, PAGE = "run.json", "verdict.html"
ALWAYS = (RUN, "junit.xml", "audit.prom")
DETAIL = "detail.html"  # of pytest-html, which an audit of a fleet does without
LINK = re.compile(rb'<p><a href="detail\.html">.*?</p>\n?')


def without_pages() -> Mapping[str, Export]:
    """Leave the pages out of what this process writes from now on, and return all that was written before."""
    every = dict(EXPORTS)
    for name in EXPORTS.keys() - set(ALWAYS):
        del EXPORTS[name]
    return every


def remove_pages(folder: Path, every: Mapping[str, Export]) -> None:
    """Remove the pages of an earlier audit: they would say of today what was so then. Raises OSError."""
    for name in (*(name for name in every if name not in ALWAYS), DETAIL):
        for file in folder.glob(name.replace("{date}", "*")):
            with suppress(FileNotFoundError):
                file.unlink()


def write_pages(folder: Path, language: str, every: Mapping[str, Export] = EXPORTS) -> list[str]:
    """Write every file that is made of the run.json in this folder. Return a line for each that could not be written.

    Raises OSError or RunError if run.json cannot be used.
    """
    run = read_run(read_bounded(folder / RUN, MOST_RECORDED), str(folder / RUN))
    EXPORTS.update(every)
    wrong = write_all(run, folder, language)
    if not (folder / DETAIL).exists():
        for name in (PAGE, "evidence.html"):
            write_whole(folder / name, LINK.sub(b"", read_bounded(folder / name, MOST_RECORDED)))
    return wrong
