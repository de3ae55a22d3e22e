"""`python -m reports list | explain ID | render RUN.json | schema | history TARGET`; bad input: one line, exit status 4."""

import argparse
import difflib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import msgspec

from reports.decision import decide
from reports.exports import write_all
from reports.history_command import MomentError, add_arguments, history
from reports.model.contract import Contract, ContractError, Criterion, load_contract
from reports.model.earlier import noting
from reports.model.history import HistoryError
from reports.model.run import RunError, read_run, schema
from reports.model.sentence import LANGUAGES
from reports.model.thresholds import loosened
from reports.observed import judged_by
from reports.terminal import columns, plain, summary, wrapped
from reports.words import Voice

BAD_INPUT = 4


class RefusedError(Exception):
    """What was asked for cannot be done; the text is for the operator."""


class Parser(argparse.ArgumentParser):
    """argparse, with one line and our exit status."""

    def error(self, message: str) -> NoReturn:
        """A wrong command line."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}; see: {self.prog} --help\n")


def parser() -> Parser:
    """The commands."""
    top = Parser(prog="python -m reports", description="The contract and the reports, without a server.")
    top.add_argument("--lang", choices=LANGUAGES, default=os.environ.get("PHASE0_LANG", "en"), help="en or fr")
    language = Parser(add_help=False)
    language.add_argument("--lang", choices=LANGUAGES, default=argparse.SUPPRESS, help="en or fr")
    words, commands = Voice("en"), top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in ("list", "explain", "render", "schema", "history"):
        said = words.word(f"{name}-usage")
        command = commands.add_parser(name, parents=[language], help=said, description=said)
        if name == "history":
            add_arguments(command)
        if name == "explain":
            command.add_argument("id", metavar="ID", help="as in: python -m reports list")
        if name == "render":
            command.add_argument("run", metavar="RUN.json", type=Path)
            command.add_argument("--reports", metavar="FOLDER", type=Path, help="where to (the folder of RUN.json)")
    return top


def main(arguments: list[str]) -> int:
    """Exit status 0, or 4 with one line on stderr."""
    given = parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal without UTF-8 shows \u2713 and no traceback
    try:
        lines = {"list": lambda: listed(load_contract(), Voice(given.lang)),
                 "explain": lambda: explained(given.id, load_contract(), Voice(given.lang)),
                 "render": lambda: rendered(given.run, given.reports or given.run.parent, given.lang),
                 "history": lambda: history(given, Voice(given.lang)), "schema": written_schema}[given.command]()
        for line in lines:
            sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except (RefusedError, ContractError, RunError, HistoryError, MomentError) as error:
        sys.stderr.write(f"{error}\n")
        return BAD_INPUT
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def listed(contract: Contract, voice: Voice) -> Iterator[str]:
    """One line for each criterion."""
    for id, criterion in contract.items():
        weight = voice.word("blocking" if criterion.blocking else "advisory")
        target = voice.bound(criterion.bound)
        yield f"{id:<10} {criterion.kind:<9} {weight:<9} {target:<16} {voice.text(criterion.title)}"


def explained(id: str, contract: Contract, voice: Voice) -> Iterator[str]:
    """All about one criterion."""
    if id not in contract:
        near = difflib.get_close_matches(id.upper(), contract, n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else "see: python -m reports list"
        raise RefusedError(f"{id}: no such criterion; {hint}")
    criterion = contract[id]
    yield f"{id}  {voice.text(criterion.title)}"
    for label, text in _rows(id, criterion, voice):
        first, *more = wrapped(plain(text), columns(), 26)
        yield f"  {label:<24}{first}"
        yield from (f"{'':<26}{line}" for line in more)


def _rows(id: str, criterion: Criterion, voice: Voice) -> Iterator[tuple[str, str]]:
    yield voice.word("why"), voice.text(criterion.why)
    weight = voice.word("blocking" if criterion.blocking else "advisory")
    plan = voice.word("plan-chapter", plan=criterion.plan)
    yield voice.word("basis"), f"{plan}{voice.colon}{voice.say('basis', criterion.basis)}{voice.semicolon}{weight}"
    yield voice.word("target"), voice.bound(criterion.bound)
    yield voice.word("kind"), voice.say("kind", criterion.kind)
    test = judged_by(id)
    yield voice.word("observed-by"), test.node if test else voice.word("none")
    for fact in test.facts if test else ():
        yield voice.word("facts"), f"{fact.name}{voice.colon}{' '.join(fact.asked.split())[:300]}"
    yield voice.word("remedy"), criterion.remedy or voice.word("none")
    yield voice.word("owner"), voice.say("owner", criterion.owner)
    yield voice.word("todo"), voice.text(criterion.next)


def rendered(file: Path, folder: Path, language: str) -> Iterator[str]:
    """Decide again from the evidence, and write every report again."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise RefusedError(f"{file}: cannot be read: {error.strerror}; name the run.json an audit left") from error
    run = read_run(data, str(file))
    if problems := write_all(run, folder, language, proofs=file.parent):
        raise RefusedError(problems[0])
    less = loosened(run.contract, noting(load_contract()))
    notices = [Voice(language).word("other-contract", ids=", ".join(less))] if less else []
    for parts in summary(run, decide(run), language, notices, folder, columns()):
        yield "".join(text for text, _ in parts)


def written_schema() -> Iterator[str]:
    """The JSON Schema of run.json, as docs/run.schema.json holds it."""
    yield msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
