"""Builds the shell scripts of a step, which are stored in the run's folder on the host and can be read there later."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from shlex import quote

from remediations.transaction.object_scripts import deletion, patch
from remediations.transaction.objects import DeleteObjects, PatchObject
from remediations.transaction.step import InstallFile, RemoveFile, RunCommand, Step

HOST = Path(__file__).parent / "host"


def text(name: str) -> str:
    """Return the text of a script in the folder host/."""
    return (HOST / name).read_text(encoding="utf-8")


def files_of(step: Step, run: str, number: int) -> Mapping[str, str]:
    """Return the files of a step by name: the scripts `keep`, `do` and `undo`, the sentence `what`, and what they read."""
    scripts, what, lasting = _scripts(step, f"{run}-{number}"), step.sentence.what.en, step.sentence.lasting.en
    lasting_note = f"stays={quote(f'stays ({what}): {lasting}')}\n{text('stays.sh')}" if lasting else ""
    return {**scripts, "undo": lasting_note + scripts["undo"], "what": f"{what}\n"}


def _scripts(step: Step, unique: str) -> Mapping[str, str]:
    match step:
        case RunCommand():
            return {"keep": "", "do": step.command + "\n", "undo": (step.undo or ":") + "\n"}
        case PatchObject():
            return patch(step)
        case DeleteObjects():
            return deletion(step)
        case InstallFile() | RemoveFile():
            return _file(step, unique)


def _file(step: InstallFile | RemoveFile, unique: str) -> Mapping[str, str]:
    folder, _, name = step.path.rpartition("/")
    given = _given(path=step.path, new=f"{folder}/.{name}.{unique}")
    after = f"{step.activate}\n" if step.activate else ""
    files = {"keep": given + text("keep.sh"), "undo": given + text("restore.sh") + after}
    if isinstance(step, RemoveFile):
        return files | {"do": given + text("remove.sh") + after}
    put = given + f"mode={quote(step.mode)} owner={quote(step.owner)}\n"
    return files | {"do": put + text("install.sh") + after, "content": step.content}


def _given(**paths: str) -> str:
    return "".join(f'{name}="$ROOT"{quote(path)}\n' for name, path in paths.items())


def candidate_of(steps: Iterable[tuple[int, Step]]) -> str:
    """Return a script that builds the touched folders below $CANDIDATE as they will be after the steps."""
    touched = [(number, step) for number, step in steps if isinstance(step, InstallFile | RemoveFile)]
    folders = sorted({step.path.rpartition("/")[0] for _, step in touched})
    lines = [
        f'mkdir -p "$CANDIDATE"{quote(folder)}\n[ ! -d "$ROOT"{quote(folder)} ] || '
        f'cp -a "$ROOT"{quote(folder)}/. "$CANDIDATE"{quote(folder)}/'
        for folder in folders
    ]
    lines += [_placed(number, step) for number, step in touched]
    return "set -eu\numask 022\n" + "".join(f"{line}\n" for line in lines)


def _placed(number: int, step: InstallFile | RemoveFile) -> str:
    place = f'"$CANDIDATE"{quote(step.path)}'
    if isinstance(step, RemoveFile):
        return f"rm -f {place}"
    return f"rm -f {place}\ncp {number}/content {place}\nchmod {quote(step.mode)} {place}"
