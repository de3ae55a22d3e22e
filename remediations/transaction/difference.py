"""Formats what a step changes as a unified diff: lines of a file or fields of an object, without secrets."""

from collections.abc import Iterable, Mapping
from difflib import unified_diff
from typing import Any

from fixtures.ask.redaction import redact
from fixtures.host.system.files import HostFile
from remediations.transaction.objects import DeleteObjects, PatchObject, fields
from remediations.transaction.step import InstallFile, RemoveFile, RunCommand, Step

NOWHERE = "/dev/null"


def difference(step: Step) -> str:
    """Return the diff of one step, or "" for a command and for deletions."""
    match step:
        case InstallFile(path=path, before=before, content=content):
            lines = _unified(path, before.content.splitlines() if before else None, content.splitlines())
            return redact(_ownership(before, step.mode, step.owner) + lines)
        case RemoveFile(path=path, before=before):
            return redact(_unified(path, before.content.splitlines(), None))
        case PatchObject(object=one, before=before, after=after):
            return redact(_unified(f"{one.resource}/{one.namespace}/{one.name}", _fields(before), _fields(after)))
        case RunCommand() | DeleteObjects():
            return ""


def _fields(tree: Mapping[str, Any]) -> list[str]:
    return [f"{path}: {value}" for path, value in fields(tree) if value != "null"]


def _ownership(before: HostFile | None, mode: str, owner: str) -> str:
    if before is None or (before.mode, before.owner) == (mode, owner):
        return ""
    return f"mode {before.mode} {before.owner} -> {mode} {owner}\n"


def _unified(name: str, before: Iterable[str] | None, after: Iterable[str] | None) -> str:
    lines = unified_diff(
        list(before or ()),
        list(after or ()),
        lineterm="",
        fromfile=NOWHERE if before is None else name,
        tofile=NOWHERE if after is None else name,
    )
    return "".join(f"{line}\n" for line in lines)
