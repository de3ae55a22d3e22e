"""Implements `python -m notify changed|failed|test TARGET`.

It never changes a decision. A message that cannot be delivered is reported, and sent again after the next audit.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from fixtures.ask.redaction import error_text
from fixtures.target import Target, TargetError
from fixtures.target.addresses import Address, addresses
from fixtures.target.folder import find_folder, load_target
from gate.bounded import MOST_RECORDED, read_bounded
from gate.command import Parser, spoken, status_of
from gate.decision import decide
from gate.run import Run, RunError, read_run
from gate.sentence import phrase
from notify.memory import FILE, LastMessage, remember, remembered
from notify.message import Message, announced_now, changed, deserves_message, failed
from reports.text.words import Voice

DONE, UNDELIVERED, BAD_INPUT = 0, 1, 4
# From the last message sent: the next message and the state to store, or None if there is nothing to send.
MakeMessage = Callable[[LastMessage], tuple[Message, LastMessage] | None]


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
    state = given.state or Path(target.folder)
    sent = remembered(state)
    results = [_notify(address, make, sent) for address in addresses(target)]
    return max([DONE, *results, _remember(state, sent) if given.command != "test" else DONE])


def _notify(address: Address, make: MakeMessage, sent: dict[str, LastMessage]) -> int:
    """Send at most one message to `address` and return an exit status. `sent` is updated only if it was delivered."""
    answer = make(sent.get(address.name, LastMessage()))
    if answer is None:
        return DONE
    message, state = answer
    missing = address.missing
    why = phrase("reason", missing.code, missing.values, "en") if missing else _delivered(address, message)
    if why:
        print(
            f"notify: {address.name}: not delivered: {why}; the decision stands, the next audit tries again",
            file=sys.stderr,
        )
        return UNDELIVERED
    sent[address.name] = state
    print(f"notify: {address.name}: delivered: {message.title}")
    return DONE


def _delivered(address: Address, message: Message) -> str:
    from notify.channels import deliver  # importing it takes a second, and usually there is nothing to send

    return deliver(address.url, message)


def _remember(state: Path, sent: dict[str, LastMessage]) -> int:
    if sent == remembered(state):
        return DONE
    try:
        remember(state, sent)
    except OSError as error:
        print(
            f"notify: {state / FILE}: cannot be written: {error.strerror}; the message will be sent again",
            file=sys.stderr,
        )
        return UNDELIVERED
    return DONE


def _changed(given: argparse.Namespace, target: Target) -> MakeMessage:
    run = _read(given.run)
    decision, voice = decide(run), Voice(target.notify.language)

    def make(before: LastMessage) -> tuple[Message, LastMessage] | None:
        if not deserves_message(before, decision, sample_run=given.light):
            return None
        return changed(run, decision, before, voice, target.notify.link), announced_now(run, decision, before)

    return make


def _failed(_: argparse.Namespace, target: Target) -> MakeMessage:
    def make(before: LastMessage) -> tuple[Message, LastMessage] | None:
        message = failed(target.target.title, target.target.name, before, Voice(target.notify.language))
        return None if before.failed else (message, msgspec.structs.replace(before, failed=True))

    return make


def _test(_: argparse.Namespace, target: Target) -> MakeMessage:
    voice = Voice(target.notify.language)
    message = Message(voice.say("notify", "test-title", {"place": target.target.title}), voice.say("notify", "test"))
    return lambda before: (message, before)


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
