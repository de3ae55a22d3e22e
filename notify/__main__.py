"""Implements `python -m notify changed|failed|test TARGET`.

It never changes a decision. A message that cannot be delivered is reported, and sent again after the next audit.
"""

import argparse
import sys
from pathlib import Path

from fixtures.ask.redaction import error_text
from fixtures.target import Target, TargetError
from fixtures.target.addresses import addresses
from fixtures.target.folder import find_folder, load_target
from gate.bounded import MOST_RECORDED, read_bounded
from gate.command import Parser, spoken, status_of
from gate.decision import decide
from gate.run import Run, RunError, read_run
from notify.memory import FILE, LastMessage
from notify.message import Message, announced_now, changed, deserves_message
from notify.sending import MakeMessage, no_audit, send, trial
from reports.text.words import Voice

BAD_INPUT = 4


def main(words: list[str]) -> int:
    """Run the command and return its exit status.

    Returns 0 if every message was delivered, 1 if one was not, and 4 if the target or the run cannot be used.
    """
    given = parser().parse_args(words)
    try:
        target = load_target(find_folder(given.target))
        make = {"changed": _changed, "failed": _failed, "test": _test}[given.command](given, target)
    except (TargetError, RunError, OSError) as error:
        print(f"notify: {error_text(error)}", file=sys.stderr)
        return BAD_INPUT
    folder = Path(target.folder)
    keep = None if given.command == "test" else given.state or folder
    return send(addresses(target.notify, folder), make, keep, print)


def _changed(given: argparse.Namespace, target: Target) -> MakeMessage:
    run = _read(given.run)
    decision, voice = decide(run), Voice(target.notify.language)

    def make(before: LastMessage) -> tuple[Message, LastMessage] | None:
        if not deserves_message(before, decision, sample_run=given.light):
            return None
        return changed(run, decision, before, voice, target.notify.link), announced_now(run, decision, before)

    return make


def _failed(_: argparse.Namespace, target: Target) -> MakeMessage:
    return no_audit(target.target.title, target.target.name, Voice(target.notify.language))


def _test(_: argparse.Namespace, target: Target) -> MakeMessage:
    return trial(target.target.title, Voice(target.notify.language))


def _read(file: Path) -> Run:
    return read_run(read_bounded(file, MOST_RECORDED), str(file))


def parser() -> Parser:
    """Return the parser of the command line."""
    top = Parser(prog=spoken("python -m notify"), description="Send messages to the addresses in [notify] of a target.")
    commands = top.add_subparsers(dest="command", required=True)
    for name, description in (
        ("changed", "send the decision of a run if it differs from the last one sent"),
        ("failed", "send, once, that no audit could be run"),
        ("test", "send a test message"),
    ):
        command = commands.add_parser(name, help=description, description=description)
        command.add_argument("target", metavar="TARGET", help="the name of a folder under targets/, or the path of one")
        command.add_argument("--state", metavar="FOLDER", type=Path, help=f"the folder of {FILE} (TARGET)")
        if name == "changed":
            command.add_argument("--run", metavar="RUN.json", type=Path, required=True, help="the run.json of an audit")
            command.add_argument(
                "--light", action="store_true", help="the run is a sample run: send it only if it is a NO-GO"
            )
    return top


if __name__ == "__main__":
    sys.exit(status_of(main, sys.argv[1:]))
