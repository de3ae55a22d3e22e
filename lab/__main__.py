"""`python3 -m lab`: the commands build, up, down, reset, crash, shell, status and clean."""

from __future__ import annotations

import argparse
import re
import sys

from lab import actions
from lab.errors import LabError, UnfitMachineError
from lab.needs import require_machine
from lab.private import enter_private_namespace
from lab.progress import announce
from lab.scenarios import SCENARIOS


def _name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,20}", text) or text == "build":
        raise argparse.ArgumentTypeError("a name is 1 to 21 of a-z, 0-9 and -, and not 'build'")
    return text


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="python3 -m lab", description="One disposable edge server on this machine.")
    commands = top.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="build the cache (about 10 min the first time)")
    up = commands.add_parser("up", help="boot a fresh server; the last line printed is its target folder")
    down = commands.add_parser("down", help="end a server and remove all it used")
    down.add_argument("--all", action="store_true", help="every lab, including those that a crash left behind")
    reset = commands.add_parser("reset", help="put a running server back to a scenario")
    crash = commands.add_parser(
        "crash", help="end a server as if its power failed, and boot it again from the same disk"
    )
    shell = commands.add_parser("shell", help="a shell on the server (or one command)")
    shell.add_argument("words", nargs="*", metavar="command")
    commands.add_parser("status", help="which labs are up")
    commands.add_parser("clean", help="remove the cache")
    for command in (up, reset):
        command.add_argument("--scenario", choices=SCENARIOS, default="ready")
    for command in (up, down, reset, crash, shell):
        command.add_argument("--name", type=_name, default="edge")
    return top


def main(arguments: list[str]) -> int:
    """Run one command and return its exit status: 1 is an error, 2 means that this machine cannot run the lab."""
    options = parser().parse_args(arguments)
    try:
        require_machine()
        enter_private_namespace(arguments)
        return getattr(actions, options.command)(options) or 0
    except UnfitMachineError as problem:
        announce(str(problem))
        return 2
    except LabError as problem:
        announce(f"lab: {problem}")
        return 1
    except KeyboardInterrupt:
        announce("lab: interrupted")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
