"""Implements `python -m reports compare BEFORE AFTER`, which shows what changed between two runs of one server."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from gate.decision import decide
from gate.run import Run
from reports.session.terminal import columns, wrapped
from reports.text.briefing import verdict_word
from reports.text.comparison import Moved, moves, readings
from reports.text.words import Voice, shown

RUN = "run.json"
MARGIN = 12


class OtherServerError(ValueError):
    """The two runs are of different servers."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments of `compare`."""
    for name in ("before", "after"):
        command.add_argument(name, metavar=name.upper(), type=Path, help="a run.json, or a folder of reports")


def run_file(given: Path) -> Path:
    """Return the run.json that an argument names."""
    return given / RUN if given.is_dir() else given


def compared(before: Run, after: Run, voice: Voice) -> Iterator[str]:
    """Yield the lines of the comparison. Raises OtherServerError if the runs are known to be of different servers."""
    if differing := before.identity.differing(after.identity):
        raise OtherServerError(voice.word("other-servers", parts=", ".join(differing)))
    found = moves(
        readings(decide(before).results),
        readings(decide(after).results),
        {**before.contract, **after.contract},
        voice,
    )
    yield " → ".join(dict.fromkeys(shown(run.target.title) for run in (before, after)))
    for name, run in (("before", before), ("now", after)):
        yield f"  {voice.word(name):<{MARGIN - 2}}{verdict_word(decide(run), voice)}, {voice.moment(run.ended)}"
    yield from _notes(before, after, voice)
    for name in ("worse", "better", "new", "gone", "moved"):
        yield from _row(voice.word(f"compared-{name}"), getattr(found, name), voice)
    yield ""
    yield voice.word("compared-same", count=found.same)


def _notes(before: Run, after: Run, voice: Voice) -> Iterator[str]:
    """Yield what a reader must know before he reads the comparison."""
    targets = [
        id for id, row in after.contract.items() if id in before.contract and before.contract[id].target != row.target
    ]
    notes = {
        "compared-unnamed": not before.identity.same(after.identity),
        "compared-backwards": before.ended > after.ended,
        "compared-targets": bool(targets),
    }
    for name, holds in notes.items():
        if holds:
            yield from ("", *wrapped(voice.word(name, ids=", ".join(map(shown, targets))), columns(), 0))


def _row(title: str, row: tuple[Moved, ...], voice: Voice) -> Iterator[str]:
    if row:
        yield from ("", f"{title}{voice.colon}{len(row)}")
    for one in row:
        outcomes = " → ".join(dict.fromkeys(word for word in (one.was_word, one.now_word) if word))
        text = ", ".join(part for part in (outcomes, one.figures) if part)
        first, *more = wrapped(f"{text}{voice.colon}{one.title}", columns(), MARGIN)
        yield f"  {one.id:<{MARGIN - 2}}{first}"
        yield from (f"{'':<{MARGIN}}{line}" for line in more)
