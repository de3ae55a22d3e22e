"""The parsers of all commands. Those of a program are its own, so that no option is listed twice."""

import argparse
from typing import Any, cast

import pytest

import fixtures.__main__
import fleet.options
import init.options
import notify.__main__
import remediations.__main__
import reports.__main__
from fixtures.session.options import pytest_addoption
from gate.command import Parser
from phase0_gate.commands import COMMANDS

LOOKS = ("sample", "daily", "drills")


class Options:
    """The options of an audit as `pytest_addoption` registers them: the attributes of argparse by the option's name."""

    def __init__(self) -> None:
        self.registered: dict[str, dict[str, Any]] = {}
        pytest_addoption(cast("pytest.Parser", self))

    def getgroup(self, _name: str) -> "Options":
        """Return the group of that name, as pytest's parser does."""
        return self

    def addoption(self, name: str, **attributes: Any) -> None:
        """Register the option `name` with the keyword arguments of argparse's `add_argument`."""
        self.registered[name] = attributes


def parsers() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of each command, in the order of COMMANDS."""
    found = _of_programs() | {name: _own(name) for name in ("audit", "fix", "schedule", "hold", "completion", "manual")}
    for name, parser in found.items():
        parser.prog = f"phase0-gate {name}"
    return {name: found[name] for name in COMMANDS}


def subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of a program's commands by their names; none if it has no commands."""
    actions = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return next((dict(action.choices) for action in actions), {})


def arguments(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return what a command takes, the option --help aside."""
    return [action for action in parser._actions if not isinstance(action, argparse._HelpAction)]


def _of_programs() -> dict[str, argparse.ArgumentParser]:
    programs = (fixtures.__main__.parser(), reports.__main__.parser(), remediations.__main__.parser())
    found = {name: parser for program in programs for name, parser in subcommands(program).items()}
    others = {"notify": notify.__main__.parser(), "fleet": fleet.options.parser(), "init": init.options.parser()}
    return found | others


def _own(name: str) -> argparse.ArgumentParser:
    parser = Parser(description=COMMANDS[name].usage)
    match name:
        case "audit" | "fix":
            _add_audit(parser, fixes=name == "fix")
        case "completion":
            parser.add_argument("shell", choices=("bash", "zsh"), metavar="SHELL", help="bash or zsh")
        case "schedule":
            _add_kind(parser, *LOOKS, "check")
            parser.add_argument("folder", metavar="FOLDER", help="the folder of the target")
        case "hold":
            _add_kind(parser, *LOOKS)
    return parser


def _add_kind(parser: argparse.ArgumentParser, *kinds: str) -> None:
    parser.add_argument("kind", choices=kinds, metavar="KIND", help=", ".join(kinds))


def _add_audit(parser: argparse.ArgumentParser, *, fixes: bool) -> None:
    """Add what an audit takes; the target, and what is to be repaired, are words and no options here."""
    options = Options().registered
    words = {"--target": "TARGET"} | ({"--fix": options["--fix"]["metavar"]} if fixes else {})
    for option, metavar in words.items():
        parser.add_argument(option.strip("-"), nargs="?", metavar=metavar, help=options[option]["help"])
    for option in (option for option in options if option not in words):
        parser.add_argument(option, **options[option])
    parser.epilog = "Every option of pytest is taken as well, such as -m, -k and -v."
