"""From what a remedy yields to a plan a person can read: steps, diffs, undo. Pure; nothing is contacted."""

import hashlib
from collections.abc import Iterable, Iterator
from difflib import unified_diff

import msgspec

from fixtures.host.files import HostFile
from fixtures.redaction import redact
from remediations.transaction.step import Check, InstallFile, Note, RemoveFile, Risk, RunCommand, Step, Yielded


class Plan(msgspec.Struct, frozen=True):
    """What one remedy will do for which criteria, in order; checks come before the first step."""

    remedy: str
    criteria: tuple[str, ...]
    steps: tuple[Step, ...]
    checks: tuple[Check, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def risk(self) -> Risk:
        """That of its riskiest step."""
        return Risk.DISRUPTIVE if any(step.risk is Risk.DISRUPTIVE for step in self.steps) else Risk.SAFE

    @property
    def diff(self) -> str:
        """Every file's unified diff, without secrets."""
        return "".join(diff(step) for step in self.steps)

    @property
    def said(self) -> tuple[str, ...]:
        """One line a step."""
        return tuple(step.what for step in self.steps)


def draw_plan(remedy: str, criteria: Iterable[str], yielded: Iterable[Yielded]) -> Plan:
    """Steps that would change nothing are left out, and checks of what is not touched."""
    given = list(yielded)
    steps = tuple(step for step in given if not isinstance(step, Check | Note) and not _stands(step))
    touched = tuple(step.path for step in steps if not isinstance(step, RunCommand))
    checks = tuple(check for check in given if isinstance(check, Check)
                   and any(path.startswith(check.about) for path in touched))
    return Plan(remedy, tuple(criteria), steps, checks, tuple(note for note in given if isinstance(note, Note)))


def _stands(step: Step) -> bool:
    """The file is there already, exactly so."""
    if not isinstance(step, InstallFile) or step.before is None:
        return False
    digest = hashlib.sha256(step.content.encode()).hexdigest()
    return (step.before.digest, step.before.mode, step.before.owner) == (digest, step.mode, step.owner)


def diff(step: Step) -> str:
    """What the step changes in a file; nothing for a command."""
    match step:
        case InstallFile(path=path, before=before, content=content):
            owned = _ownership(before, step.mode, step.owner)
            return redact(owned + _unified(path, path, before.content if before else None, content))
        case RemoveFile(path=path, before=before):
            return redact(_unified(path, path, before.content, None))
        case RunCommand():
            return ""


def _ownership(before: HostFile | None, mode: str, owner: str) -> str:
    if before is None or (before.mode, before.owner) == (mode, owner):
        return ""
    return f"mode {before.mode} {before.owner} -> {mode} {owner}\n"


def _unified(old: str, new: str, before: str | None, after: str | None) -> str:
    lines = unified_diff((before or "").splitlines(), (after or "").splitlines(), lineterm="",
                         fromfile="/dev/null" if before is None else old, tofile="/dev/null" if after is None else new)
    return "".join(f"{line}\n" for line in lines)


def undo_of(step: Step) -> str:
    """How the step is taken back, for a person."""
    match step:
        case RunCommand(undo=undo, lasting=lasting):
            return (lasting or undo) if undo else f"not needed: {lasting}"
        case InstallFile(before=None):
            said = "the file is removed"
        case _:
            said = "the file is put back as it was"
    return said + (f", then: {step.activate}" if step.activate else "")


def shown(plan: Plan) -> Iterator[tuple[str, str]]:
    """The plan as lines, each with a markup of pytest's terminal (bold, red, green, or nothing)."""
    yield f"{plan.remedy} ({plan.risk}) for {', '.join(plan.criteria)}", "bold"
    for check in plan.checks:
        yield f"   before anything: {check.what}", ""
    for number, step in enumerate(plan.steps, 1):
        yield f"{number:2}. {step.what}", "bold"
        yield f"    why:  {step.why}", ""
        if isinstance(step, RunCommand):
            yield from ((f"    run:  {line}", "") for line in (step.shown or step.command).splitlines())
        elif step.activate:
            yield f"    then: {step.activate}", ""
        yield f"    undo: {undo_of(step)}", ""
        for line in diff(step).splitlines():
            yield f"    {line}", {"+": "green", "-": "red"}.get(line[0], "")
    for note in plan.notes:
        yield f"    left alone: {note.what}", "yellow"
