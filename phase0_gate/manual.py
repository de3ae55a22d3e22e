"""Writes the manual page of `phase0-gate`, in roff, from the parsers of its commands."""

import argparse
from collections.abc import Iterator
from importlib.metadata import version

from phase0_gate.commands import GROUPS
from phase0_gate.helping import STATUSES, VARIABLES, example_lines, usage
from phase0_gate.parsers import arguments, parsers, subcommands

FILES = {
    "targets/NAME/target.toml": "a target of the working directory; phase0-gate check NAME validates it",
    "phase0-reports/NAME/verdict.html": "the page of its last audit",
    "phase0-reports/NAME/run.json": "all that the decision rests on; phase0-gate render makes the page again from it",
}
ABOUT = (
    "judges a small server and its Kubernetes cluster by the criteria of a plan, and ends in one decision: GO, NO-GO, "
    "NOT YET or UNDECIDED. An audit only reads. What could not be observed is unknown, and never a pass."
)


def manual() -> str:
    """Return the manual page of `phase0-gate` as the source that man and groff read (roff)."""
    return "\n".join([*_head(), *_commands(), *_tail(), ""])


def _head() -> Iterator[str]:
    yield f'.TH PHASE0-GATE 1 "" "phase0-gate {version("phase0-gate")}" "Phase 0 gate"'
    yield from (".SH NAME", r"phase0\-gate \- the go/no\-go audit of Phase 0")
    yield from (".SH SYNOPSIS", ".B phase0\\-gate", r"\fICOMMAND\fR \fR[\fIARGUMENT\fR ...]", ".br")
    yield from (".B phase0\\-gate", r"\fICOMMAND\fR \fB\-\-help\fR | \fB\-\-help\fR | \fB\-\-version\fR")
    yield from (".SH DESCRIPTION", ".B phase0\\-gate", text(ABOUT))


def _commands() -> Iterator[str]:
    known = parsers()
    for group, names in GROUPS.items():
        yield f".SH {text(group.upper())}"
        for name in names:
            yield from _command(name, known[name])


def _command(name: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    yield f".SS {text(' '.join([name, *map(written, arguments(parser))]))}"
    said = usage(parser)
    yield text(" ".join(filter(None, (f"{said[:1].upper()}{said[1:]}.", parser.epilog))))
    for action in arguments(parser):
        if action.help:
            yield from (".TP", bold(_label(action)), text(" ".join(action.help.split())))
    for word, one in subcommands(parser).items():
        yield from (".TP", bold(" ".join([word, *map(written, arguments(one))])), text(usage(one)))
    yield from (".PP", ".nf", ".RS 4", *map(text, example_lines(name)), ".RE", ".fi")


def written(action: argparse.Action) -> str:
    """Return an argument as a synopsis has it: in brackets where it may be left out."""
    if isinstance(action, argparse._SubParsersAction):
        return "COMMAND ..."
    label = _label(action)
    return label if action.required and action.nargs != "?" else f"[{label}]"


def _label(action: argparse.Action) -> str:
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
    if not action.option_strings:
        return str(value)
    equals = {0: "", "?": f"[={value}]"}.get("" if action.nargs is None else action.nargs, f"={value}")
    return f"{action.option_strings[-1]}{equals}"


def _tail() -> Iterator[str]:
    for title, rows in (("EXIT STATUS", STATUSES), ("ENVIRONMENT", VARIABLES), ("FILES", FILES)):
        yield f".SH {title}"
        for name, meaning in rows.items():
            yield from (".TP", bold(name), text(f"{meaning}."))
    yield from (".SH SEE ALSO", text("pytest(1), ssh(1), kubectl(1)"))


def text(words: str) -> str:
    """Return words as a line of text: no character of it is a command of roff."""
    line = words.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("…", "...")
    return f"\\&{line}" if line.startswith(".") else line


def bold(words: str) -> str:
    """Return words as a line of bold text."""
    return f"\\fB{text(words)}\\fR"
