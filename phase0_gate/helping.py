"""What `phase0-gate --help` and `phase0-gate COMMAND --help` print."""

import argparse

from phase0_gate.commands import COMMANDS, GROUPS
from phase0_gate.parsers import parsers

STATUSES = {
    "0": "GO, or the command did what it was asked to",
    "1": "NO-GO, or the command failed",
    "4": "wrong usage; nothing was contacted",
    "10": "UNDECIDED, or something cannot be observed",
    "11": "NOT YET",
    "74": "output, or the sample of a schedule, could not be written",
    "75": "another audit of this target is under way",
    "130": "interrupted",
}
VARIABLES = {
    "PHASE0_TARGET": "the target of audit and check where none is named (demo)",
    "PHASE0_LANG": "en or fr (en)",
    "PHASE0_REPORTS": "the folder of the reports (phase0-reports, and in it one for each target)",
    "STATE_DIRECTORY": "the folder of page and lock of a schedule (that of the target)",
}


def overview() -> str:
    """Return the help of the command itself: all commands, exit statuses and variables."""
    usages = {name: usage(parser) for name, parser in parsers().items()}
    lines = ["usage: phase0-gate COMMAND …", "       phase0-gate COMMAND --help | --help | --version"]
    for group, commands in GROUPS.items():
        lines += ["", f"{group}:", *(f"  {name:<12}{usages[name]}" for name in commands)]
    lines += ["", "Exit status:", *(f"  {status:<12}{meaning}" for status, meaning in STATUSES.items())]
    lines += ["", "Variables:", *(f"  {name:<18}{meaning}" for name, meaning in VARIABLES.items())]
    return "\n".join([*lines, "", "A target is a folder with a target.toml, named by its path or below ./targets.", ""])


def command_help(name: str) -> str:
    """Return the help of one command: that of its program, and examples."""
    parser = parsers()[name]
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    examples = ["examples:", *(f"  {line}" for line in example_lines(name))]
    parser.epilog = "\n".join([*([parser.epilog, ""] if parser.epilog else []), *examples])
    return parser.format_help()


def usage(parser: argparse.ArgumentParser) -> str:
    """Return what a command does, as one line that begins with a small letter and ends without a full stop."""
    text = " ".join((parser.description or "").split()).removesuffix(".")
    return text[:1].lower() + text[1:]


def example_lines(name: str) -> list[str]:
    """Return the examples of a command as they are typed."""
    return [f"phase0-gate {name} {words}".rstrip() for words in COMMANDS[name].examples]
