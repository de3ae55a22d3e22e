"""Implements `python -m reports list|explain|render|compare|export|schema|history|attest|waive|log`."""

import argparse
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from fixtures.ask.redaction import error_text
from gate.bounded import MOST_RECORDED, read_bounded
from gate.command import UNUSABLE, Parser, complain, spoken, status_of
from gate.contract import ContractError, load_contract
from gate.decision import decide
from gate.earlier import noting
from gate.entries import PeopleError
from gate.history import HistoryError
from gate.run import Run, RunError, read_run, schema
from gate.sentence import LANGUAGES
from gate.thresholds import loosened
from reports.commands.compare import OtherServerError, compared, run_file
from reports.commands.compare import add_arguments as add_compare_arguments
from reports.commands.contract import explained, listed
from reports.commands.export import add_arguments as add_export_arguments
from reports.commands.export import exported
from reports.commands.history import MomentError, add_arguments, history
from reports.commands.people import add_arguments as add_people_arguments
from reports.commands.people import people
from reports.exports import write_all
from reports.session.terminal import columns, summary
from reports.text.words import Voice

PEOPLE = ("attest", "waive", "log")


class RefusedError(Exception):
    """The command cannot be carried out. The message is for the operator."""


def parser() -> Parser:
    """Return the parser of all commands."""
    top = Parser(prog=spoken("python -m reports"), description="The contract and the reports, without a server.")
    top.add_argument("--lang", choices=LANGUAGES, default=os.environ.get("PHASE0_LANG", "en"), help="en or fr")
    language = Parser(add_help=False)
    language.add_argument("--lang", choices=LANGUAGES, default=argparse.SUPPRESS, help="en or fr")
    words, commands = Voice("en"), top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in ("list", "explain", "render", "compare", "export", "schema", "history", *PEOPLE):
        usage = words.word(f"{name}-usage")
        command = commands.add_parser(name, parents=[language], help=usage, description=usage)
        if name == "history":
            add_arguments(command)
        if name in PEOPLE:
            add_people_arguments(name, command)
        if name == "export":
            add_export_arguments(command)
        if name == "compare":
            add_compare_arguments(command)
        if name == "explain":
            command.add_argument("id", metavar="ID", help=spoken("as in: python -m reports list"))
        if name == "render":
            command.add_argument("run", metavar="RUN.json", type=Path)
            command.add_argument(
                "--reports", metavar="FOLDER", type=Path, help="the folder to write to (that of RUN.json)"
            )
    return top


def main(arguments: list[str]) -> int:
    """Run a command and return its exit status: 0, or 4 with one line on standard error."""
    given = parser().parse_args(arguments)
    try:
        for line in answer(given, Voice(given.lang)):
            sys.stdout.write(line + "\n")
    except (RefusedError, ContractError, RunError, HistoryError, MomentError, OtherServerError, PeopleError) as error:
        return complain(error_text(error), UNUSABLE)
    return 0


def answer(given: argparse.Namespace, voice: Voice) -> Iterator[str]:
    """Return the lines that a command prints."""
    if given.command in PEOPLE:
        return people(given.command, given, voice, datetime.now(UTC))
    return {
        "list": lambda: listed(load_contract(), voice),
        "explain": lambda: explained(given.id, load_contract(), voice),
        "render": lambda: rendered(given.run, given.reports or given.run.parent, given.lang),
        "compare": lambda: compared(_read(run_file(given.before)), _read(run_file(given.after)), voice),
        "export": lambda: exported(_read(given.run), given.format, given.output, given.lang),
        "history": lambda: history(given, voice),
        "schema": written_schema,
    }[given.command]()


def rendered(file: Path, folder: Path, language: str) -> Iterator[str]:
    """Compute the decision again from run.json, write every report, and yield the summary.

    Raises RefusedError if a file cannot be read or written, and RunError if the run is invalid.
    """
    run = _read(file)
    if problems := write_all(run, folder, language, proofs=file.parent):
        raise RefusedError(problems[0])
    less = loosened(noting(run.contract), noting(load_contract()))
    notices = [Voice(language).word("other-contract", ids=", ".join(less))] if less else []
    for parts in summary(run, decide(run), language, notices, folder, columns()):
        yield "".join(text for text, _ in parts)


def _read(file: Path) -> Run:
    """Read a run.json. Raises RefusedError if the file cannot be read, and RunError if the run is invalid."""
    try:
        data = read_bounded(file, MOST_RECORDED)
    except OSError as error:
        raise RefusedError(f"{file}: cannot be read: {error.strerror}; name the run.json of an audit") from error
    return read_run(data, str(file))


def written_schema() -> Iterator[str]:
    """Yield the JSON Schema of run.json, which is also in docs/run.schema.json."""
    yield msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode()


if __name__ == "__main__":
    sys.exit(status_of(main, sys.argv[1:]))
