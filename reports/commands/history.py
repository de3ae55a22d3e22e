"""Implements `python -m reports history TARGET`: it shows a target's history, exports it, removes old rows, or adopts
evidence.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from fixtures.target import TargetError
from fixtures.target.folder import find_folder, known_targets, refuse_example
from gate.history import HistoryError, adopt, prune, recall
from gate.identity import Adoption
from gate.past import Past
from gate.provenance import History
from gate.runner import runner_names
from gate.unseen import plain
from gate.whole import write_whole
from reports.text.provenance import adopted_by, server_named
from reports.text.words import Voice

FILE = "history.sqlite"


class MomentError(ValueError):
    """A date cannot be parsed."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    command.add_argument("target", metavar="TARGET", help="the name of a folder under targets/, or the path of one")
    command.add_argument("--since", metavar="DATE", help="only what happened on or after DATE")
    command.add_argument("--export", metavar="FILE.jsonl", type=Path, help="write the history as JSON Lines")
    command.add_argument("--prune-before", metavar="DATE", help="remove what is older than DATE")
    command.add_argument(
        "--adopt",
        action="store_true",
        help="count evidence of other servers for the one audited last, for example after a reinstallation",
    )
    command.add_argument("--reason", metavar="WHY", default="", help="with --adopt: the reason, which every page shows")
    command.add_argument("--who", default="", help="with --adopt: who decides it (the user of this account)")


def history(given: argparse.Namespace, voice: Voice) -> Iterator[str]:
    """Yield the lines to print. Raises HistoryError if the history cannot be used, and MomentError for an invalid date."""
    file = target_folder(given.target) / FILE
    if not file.parent.is_dir():
        raise HistoryError(f"{given.target}: no such target; known targets: {known_targets()}")
    if not file.exists():
        raise HistoryError(f"{file}: there is no history yet; each audit of the target adds a sample to it")
    if given.prune_before:
        yield voice.word("history-pruned", rows=prune(file, moment(given.prune_before)), file=str(file))
    if given.adopt or given.reason:
        yield adopted(file, given, voice)
    past = since(recall(file), moment(given.since)) if given.since else recall(file)
    if given.export:
        lines = list(exported(past))
        _write(given.export, lines)
        yield voice.word("history-exported", rows=len(lines), file=str(given.export))
        return
    yield from describe_history(past, voice)


def adopted(file: Path, given: argparse.Namespace, voice: Voice) -> str:
    """Record an adoption and return it in words.

    Raises HistoryError if the reason or the name is missing, or if there is nothing to adopt.
    """
    who, reason = given.who.strip() or next(iter(runner_names()), ""), given.reason.strip()
    if not given.adopt or not reason or not (who + reason).isprintable() or not who:
        raise HistoryError(
            'to adopt a history, give the reason in one line of plain text: --adopt --reason "WHY" --who NAME'
        )
    past = recall(file)
    if not past.newest.known:
        raise HistoryError(f"{file}: no audit in it names its server; audit the target once, then adopt")
    if not (others := past.others(past.newest)):
        raise HistoryError(f"{file}: all evidence is of the server that was audited last; there is nothing to adopt")
    adoption = Adoption(datetime.now(UTC), who, reason, past.newest, others)
    adopt(file, adoption)
    return adopted_by(adoption, voice)


def describe_history(recorded: History, voice: Voice) -> Iterator[str]:
    """Yield a summary of the history, its servers and adoptions, and then what happened, oldest first."""
    past = recorded.whole
    made_up = sum(sample.synthetic for sample in past.samples)
    yield voice.word("history-samples", samples=len(past.samples), synthetic=made_up)
    if past.samples:
        yield voice.word("history-span", first=voice.moment(past.samples[0].at), last=voice.moment(past.samples[-1].at))
    for one in recorded.pasts:
        yield voice.word("history-server", server=server_named(one.identity, voice), samples=len(one.samples))
    yield from (adopted_by(adoption, voice) for adoption in recorded.adoptions)
    for id, count in Counter(id for sample in past.samples for id in sample.failing).most_common():
        yield voice.word("history-failing", id=id, count=count)
    rows = [(event.at, f"{event.kind} {event.what}") for event in past.events]
    rows += [(work.at, f"{work.remedy} {work.state}") for work in past.works]
    rows += [(drill.at, f"{drill.result.id} {drill.result.outcome}") for drill in past.drills]
    yield from (f"{voice.moment(at)}  {what}" for at, what in sorted(rows))


def exported(recorded: History) -> Iterator[str]:
    """Yield one JSON object per line, with its kind (`record`) and the `identity` of its server."""
    for past in recorded.pasts:
        yield from (_line(kind, past, row) for kind, row in _rows(past))
        if past.configuration:
            yield _line("configuration", past, {"files": past.configuration})
    for adoption in recorded.adoptions:
        yield plain(msgspec.json.encode({"record": "adoption", **msgspec.to_builtins(adoption)}).decode())


def _rows(past: Past) -> Iterator[tuple[str, Any]]:
    for kind, rows in (("sample", past.samples), ("event", past.events), ("work", past.works), ("drill", past.drills)):
        yield from ((kind, row) for row in rows)


def _line(kind: str, past: Past, row: Any) -> str:
    body = msgspec.to_builtins(row, enc_hook=str)
    return plain(msgspec.json.encode({"record": kind, "identity": past.identity, **body}).decode())


def since(recorded: History, begin: datetime) -> History:
    """Return the history from the moment `begin` on. Adoptions are kept whatever their date."""
    return msgspec.structs.replace(recorded, pasts=tuple(past.when(lambda at: at >= begin) for past in recorded.pasts))


def moment(written: str) -> datetime:
    """Parse a date or a moment; without an offset it is UTC. Raises MomentError if it is invalid."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError as error:
        raise MomentError(f"{written}: is not a date; write it as 2026-02-11, or 2026-02-11T14:00:00+01:00") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def target_folder(name: str) -> Path:
    """Return the folder of a target. Raises HistoryError if there is none or if it is the example."""
    try:
        folder = find_folder(name)
        refuse_example(folder)
    except TargetError as error:
        raise HistoryError(str(error)) from error
    return folder


def _write(file: Path, lines: list[str]) -> None:
    try:
        write_whole(file, "".join(f"{line}\n" for line in lines).encode())
    except OSError as error:
        raise HistoryError(f"{file}: cannot be written: {error.strerror}; name a file you may write") from error
