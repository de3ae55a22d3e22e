"""Makes the reports of a round again from its fleet.json, and the pages of its servers."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import msgspec

from fleet.exports import ROUND, SERVERS, write_all
from fleet.round import Round, RoundError, Row, read_round
from fleet.running.pages import write_pages
from fleet.text import summary
from gate.bounded import MOST_RECORDED, read_bounded
from gate.run import RunError
from reports.text.words import Voice


def rendered_again(given: argparse.Namespace) -> Iterator[str]:
    """Decide again from fleet.json, write the reports, and yield the summary. Raises RoundError if that is not possible."""
    round, folder = read_file(given.round), given.reports or given.round.parent
    if given.pages:
        rows = [_paged(row, folder / SERVERS / row.name, given.lang) for row in round.rows]
        round = msgspec.structs.replace(round, rows=tuple(rows))
    if wrong := write_all(round, folder, given.lang):
        raise RoundError(wrong[0])
    yield from summary(round, Voice(given.lang), folder)


def _paged(row: Row, folder: Path, language: str) -> Row:
    """Write the pages of a server from its run.json, and return its row, which says so."""
    if row.judged is None:
        return row
    try:
        wrong = write_pages(folder, language)
    except (RunError, OSError) as error:
        raise RoundError(f"{folder}: its page cannot be made: {error}") from error
    if wrong:
        raise RoundError(wrong[0])
    return msgspec.structs.replace(row, judged=msgspec.structs.replace(row.judged, page=True))


def read_file(file: Path) -> Round:
    """Return the round of a fleet.json, which may be named by its folder. Raises RoundError if there is none."""
    file = file / ROUND if file.is_dir() else file
    try:
        return read_round(read_bounded(file, MOST_RECORDED), str(file))
    except OSError as error:
        raise RoundError(f"{file}: cannot be read: {error.strerror}; name the fleet.json of a round") from error
