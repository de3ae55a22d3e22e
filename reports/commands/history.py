"""`python -m reports history TARGET`: what a target's history holds; export it, or remove what is old."""

import argparse
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from fixtures.target import TargetError
from fixtures.target.folder import find_folder, known, refuse_example
from gate.history import HistoryError, prune, recall
from gate.past import Past
from reports.text.words import Voice

FILE = "history.sqlite"


class MomentError(ValueError):
    """A date that cannot be read."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Those of the command line."""
    command.add_argument("target", metavar="TARGET", help="the name of a folder under targets/, or the path of one")
    command.add_argument("--since", metavar="DATE", help="only what is not older")
    command.add_argument("--export", metavar="FILE.jsonl", type=Path, help="write it as JSON Lines")
    command.add_argument("--prune-before", metavar="DATE", help="remove what is older")


def history(given: argparse.Namespace, voice: Voice) -> Iterator[str]:
    """The lines to print. HistoryError or MomentError where that cannot be done."""
    file = target_folder(given.target) / FILE
    if not file.parent.is_dir():
        raise HistoryError(f"{given.target}: no such target; known targets: {known()}")
    if not file.exists():
        raise HistoryError(f"{file}: there is no history yet; each audit of the target leaves a sample in it")
    if given.prune_before:
        yield voice.word("history-pruned", rows=prune(file, moment(given.prune_before)), file=str(file))
    past = since(recall(file), moment(given.since)) if given.since else recall(file)
    if given.export:
        lines = list(exported(past))
        _write(given.export, lines)
        yield voice.word("history-exported", rows=len(lines), file=str(given.export))
        return
    yield from told(past, voice)


def told(past: Past, voice: Voice) -> Iterator[str]:
    """A summary, then what happened, oldest first."""
    made_up = sum(sample.synthetic for sample in past.samples)
    yield voice.word("history-samples", samples=len(past.samples), synthetic=made_up)
    if past.samples:
        yield voice.word("history-span", first=voice.moment(past.samples[0].at), last=voice.moment(past.samples[-1].at))
    for id, count in Counter(id for sample in past.samples for id in sample.failing).most_common():
        yield voice.word("history-failing", id=id, count=count)
    rows = [(event.at, f"{event.kind} {event.what}") for event in past.events]
    rows += [(work.at, f"{work.remedy} {work.state}") for work in past.works]
    rows += [(drill.at, f"{drill.result.id} {drill.result.outcome}") for drill in past.drills]
    yield from (f"{voice.moment(at)}  {what}" for at, what in sorted(rows))


def exported(past: Past) -> Iterator[str]:
    """One JSON object a line, each with its `kind`."""
    rows: list[tuple[str, Any]] = [
        *(("sample", one) for one in past.samples),
        *(("event", one) for one in past.events),
        *(("work", one) for one in past.works),
        *(("drill", one) for one in past.drills),
    ]
    for kind, row in rows:
        body = msgspec.to_builtins(row, enc_hook=str)
        yield msgspec.json.encode({"record": kind, **body}).decode()
    if past.configuration:
        yield msgspec.json.encode({"record": "configuration", "files": past.configuration}).decode()


def since(past: Past, begin: datetime) -> Past:
    """Without what is older; the digests are those of the newest look anyway."""
    return Past(
        tuple(one for one in past.samples if one.at >= begin),
        tuple(one for one in past.events if one.at >= begin),
        tuple(one for one in past.works if one.at >= begin),
        tuple(one for one in past.drills if one.at >= begin),
        past.configuration,
    )


def moment(written: str) -> datetime:
    """A date, or a moment; without an offset it is UTC."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError as error:
        raise MomentError(f"{written}: is no date; write it like 2026-02-11, or 2026-02-11T14:00:00+01:00") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def target_folder(name: str) -> Path:
    """As `--target=` finds it; HistoryError where it is nobody's."""
    try:
        folder = find_folder(name)
        refuse_example(folder)
    except TargetError as error:
        raise HistoryError(str(error)) from error
    return folder


def _write(file: Path, lines: list[str]) -> None:
    try:
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise HistoryError(f"{file}: cannot be written: {error.strerror}; name a file you may write") from error
